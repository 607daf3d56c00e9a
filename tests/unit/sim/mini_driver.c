/* SPDX-License-Identifier: MIT */
#include "mini_driver.h"

static void put_le(uint8_t *at, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++) {
        at[i] = (uint8_t)(value >> (8 * i));
    }
}

static uint32_t get_le(const uint8_t *at)
{
    return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

uint32_t mini_read(struct mini *mini, size_t offset)
{
    return mini->ops->mmio_read32(mini->sim, mini->bar, offset);
}

void mini_write(struct mini *mini, size_t offset, uint32_t value)
{
    mini->ops->mmio_write32(mini->sim, mini->bar, offset, value);
}

void mini_queue_make(struct mini *mini, struct mini_queue *queue, uint16_t qid)
{
    size_t align = 4096;
    queue->sq = mini->ops->dma_alloc(mini->sim, MINI_ENTRIES * 64, align, &queue->sq_dma);
    queue->cq = mini->ops->dma_alloc(mini->sim, MINI_ENTRIES * 16, align, &queue->cq_dma);
    assert_non_null(queue->sq);
    assert_non_null(queue->cq);
    memset(queue->cq, 0, MINI_ENTRIES * 16);
    queue->tail = 0;
    queue->head = 0;
    queue->phase = 1;
    queue->qid = qid;
}

void mini_create(struct mini *mini, const struct lwnvme_sim_config *config)
{
    memset(mini, 0, sizeof(*mini));
    mini->sim = lwnvme_sim_create(config);
    assert_non_null(mini->sim);
    mini->ops = lwnvme_sim_host_ops(mini->sim);
    mini->bar = lwnvme_sim_bar_mapped(mini->sim);
    mini->doorbell_stride = 4u << config->cap_dstrd;
    mini->page = mini->ops->dma_alloc(mini->sim, 4096, 4096, &mini->page_dma);
    assert_non_null(mini->page);
    mini_queue_make(mini, &mini->admin, 0);
    mini_queue_make(mini, &mini->io, 1);
}

void mini_admin_registers(struct mini *mini)
{
    mini_write(mini, 0x24, (MINI_ENTRIES - 1) << 16 | (MINI_ENTRIES - 1));
    mini_write(mini, 0x28, (uint32_t)mini->admin.sq_dma);
    mini_write(mini, 0x2c, (uint32_t)(mini->admin.sq_dma >> 32));
    mini_write(mini, 0x30, (uint32_t)mini->admin.cq_dma);
    mini_write(mini, 0x34, (uint32_t)(mini->admin.cq_dma >> 32));
}

static void wait_ready(struct mini *mini, uint32_t ready)
{
    for (unsigned i = 0; i < 100000 && (mini_read(mini, 0x1c) & 1) != ready; i++) {
        (void)mini->ops->now_us(mini->sim);
    }
    assert_int_equal(mini_read(mini, 0x1c) & 3, ready);
}

void mini_enable(struct mini *mini)
{
    mini_admin_registers(mini);
    mini_write(mini, 0x14, 0x00460001);
    wait_ready(mini, 1);
}

void mini_disable(struct mini *mini)
{
    mini_write(mini, 0x14, 0x00460000);
    wait_ready(mini, 0);
}

void mini_io_queues(struct mini *mini)
{
    uint32_t count[16] = {0x09, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x07, 0};
    uint32_t cq[16] = {0x05, 0, 0, 0, 0, 0, 0, 0, 0, 0, (MINI_ENTRIES - 1) << 16 | 1, 3};
    uint32_t sq[16] = {0x01, 0, 0, 0, 0, 0, 0, 0, 0, 0, (MINI_ENTRIES - 1) << 16 | 1, 1u << 16 | 1};
    cq[6] = (uint32_t)mini->io.cq_dma;
    cq[7] = (uint32_t)(mini->io.cq_dma >> 32);
    sq[6] = (uint32_t)mini->io.sq_dma;
    sq[7] = (uint32_t)(mini->io.sq_dma >> 32);
    assert_int_equal(mini_do(mini, &mini->admin, count), 0);
    assert_int_equal(mini->cqe[0], 0);
    assert_int_equal(mini_do(mini, &mini->admin, cq), 0);
    assert_int_equal(mini_do(mini, &mini->admin, sq), 0);
}

void mini_start(struct mini *mini, const struct lwnvme_sim_config *config)
{
    mini_create(mini, config);
    mini_enable(mini);
    mini_io_queues(mini);
    mini_expect_none(mini);
}

static void queue_clear(struct mini_queue *queue)
{
    memset(queue->cq, 0, MINI_ENTRIES * 16);
    queue->tail = queue->head = 0;
    queue->phase = 1;
}

void mini_restart(struct mini *mini)
{
    if ((mini_read(mini, 0x14) & 1) != 0) {
        mini_disable(mini);
    }
    queue_clear(&mini->admin);
    queue_clear(&mini->io);
    mini_enable(mini);
}

static void free_all(struct mini *mini)
{
    mini->ops->dma_free(mini->sim, mini->page, 4096, mini->page_dma);
    mini->ops->dma_free(mini->sim, mini->admin.sq, MINI_ENTRIES * 64, mini->admin.sq_dma);
    mini->ops->dma_free(mini->sim, mini->admin.cq, MINI_ENTRIES * 16, mini->admin.cq_dma);
    mini->ops->dma_free(mini->sim, mini->io.sq, MINI_ENTRIES * 64, mini->io.sq_dma);
    mini->ops->dma_free(mini->sim, mini->io.cq, MINI_ENTRIES * 16, mini->io.cq_dma);
}

void mini_stop(struct mini *mini)
{
    mini_disable(mini);
    free_all(mini);
    mini_expect_none(mini);
    assert_int_equal(lwnvme_sim_outstanding_allocations(mini->sim), 0);
    assert_int_equal(lwnvme_sim_outstanding_maps(mini->sim), 0);
    lwnvme_sim_destroy(mini->sim);
}

void mini_abandon(struct mini *mini)
{
    lwnvme_sim_destroy(mini->sim);
}

uint16_t mini_put(struct mini *mini, struct mini_queue *queue, const uint32_t command[16])
{
    uint16_t cid = (uint16_t)++mini->cid;
    uint8_t *entry = queue->sq + (size_t)queue->tail * 64;
    for (unsigned i = 0; i < 16; i++) {
        put_le(entry + 4 * i, command[i], 4);
    }
    put_le(entry + 2, cid, 2);
    queue->tail = (queue->tail + 1) % MINI_ENTRIES;
    return cid;
}

void mini_ring(struct mini *mini, struct mini_queue *queue)
{
    mini_write(mini, 0x1000 + 2u * queue->qid * mini->doorbell_stride, queue->tail);
}

bool mini_take(struct mini *mini, struct mini_queue *queue)
{
    const uint8_t *entry = queue->cq + (size_t)queue->head * 16;
    if ((get_le(entry + 12) >> 16 & 1) != queue->phase) {
        return false;
    }
    for (unsigned i = 0; i < 4; i++) {
        mini->cqe[i] = get_le(entry + 4 * i);
    }
    queue->head = (queue->head + 1) % MINI_ENTRIES;
    queue->phase ^= queue->head == 0;
    mini_write(mini, 0x1000 + (2u * queue->qid + 1) * mini->doorbell_stride, queue->head);
    return true;
}

uint32_t mini_do(struct mini *mini, struct mini_queue *queue, const uint32_t command[16])
{
    uint16_t cid = mini_put(mini, queue, command);
    mini_ring(mini, queue);
    for (unsigned i = 0; i < 1000; i++) {
        if (mini_take(mini, queue)) {
            assert_int_equal(mini->cqe[3] & 0xffff, cid);
            return mini->cqe[3] >> 17;
        }
        (void)mini->ops->now_us(mini->sim);
    }
    return MINI_NO_ANSWER;
}

uint32_t mini_rw(struct mini *mini, uint8_t opcode, uint64_t lba, uint32_t blocks, uint64_t prp1,
                 uint64_t prp2)
{
    uint32_t command[16] = {opcode, 1};
    command[6] = (uint32_t)prp1;
    command[7] = (uint32_t)(prp1 >> 32);
    command[8] = (uint32_t)prp2;
    command[9] = (uint32_t)(prp2 >> 32);
    command[10] = (uint32_t)lba;
    command[11] = (uint32_t)(lba >> 32);
    command[12] = blocks - 1;
    return mini_do(mini, &mini->io, command);
}

static void set_page(const struct mini *mini, uint32_t command[16])
{
    command[6] = (uint32_t)mini->page_dma;
    command[7] = (uint32_t)(mini->page_dma >> 32);
}

uint32_t mini_admin(struct mini *mini, uint8_t opcode, uint32_t nsid, uint32_t dword10, uint32_t dword11,
                    bool with_page)
{
    uint32_t command[16] = {opcode, nsid};
    command[10] = dword10;
    command[11] = dword11;
    if (with_page) {
        set_page(mini, command);
    }
    return mini_do(mini, &mini->admin, command);
}

uint32_t mini_answer(struct mini *mini, struct mini_queue *queue)
{
    return mini_take(mini, queue) ? mini->cqe[3] >> 17 : MINI_NO_ANSWER;
}

uint32_t mini_admin_long(struct mini *mini, uint8_t opcode, uint32_t nsid, uint32_t dword10, uint64_t us)
{
    uint32_t command[16] = {opcode, nsid};
    command[10] = dword10;
    (void)mini_put(mini, &mini->admin, command);
    mini_ring(mini, &mini->admin);
    lwnvme_sim_advance(mini->sim, us);
    return mini_answer(mini, &mini->admin);
}

uint32_t mini_log(struct mini *mini, uint8_t lid, uint32_t bytes, uint64_t offset)
{
    uint32_t command[16] = {0x02, UINT32_MAX};
    uint32_t dwords = bytes / 4 - 1;
    set_page(mini, command);
    command[10] = lid | (dwords & 0xffff) << 16;
    command[11] = dwords >> 16;
    command[12] = (uint32_t)offset;
    command[13] = (uint32_t)(offset >> 32);
    return mini_do(mini, &mini->admin, command);
}

uint64_t mini_get(const uint8_t *at, unsigned bytes)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < bytes; i++) {
        value |= (uint64_t)at[i] << (8 * i);
    }
    return value;
}

void mini_hold_event(struct mini *mini)
{
    uint32_t command[16] = {0x0c};
    (void)mini_put(mini, &mini->admin, command);
    mini_ring(mini, &mini->admin);
}

void mini_identify(struct mini *mini, uint8_t cns, uint32_t nsid)
{
    uint32_t command[16] = {0x06, nsid};
    command[6] = (uint32_t)mini->page_dma;
    command[7] = (uint32_t)(mini->page_dma >> 32);
    command[10] = cns;
    assert_int_equal(mini_do(mini, &mini->admin, command), 0);
}

void mini_expect_violation(struct mini *mini, const char *text)
{
    const char *message = lwnvme_sim_violation(mini->sim, 0);
    if (lwnvme_sim_violations(mini->sim) != 1 || message == NULL || strstr(message, text) == NULL) {
        lwnvme_sim_violations_print(mini->sim);
        fail_msg("one violation with \"%s\" expected", text);
    }
    lwnvme_sim_violations_clear(mini->sim);
}

void mini_expect_none(struct mini *mini)
{
    lwnvme_sim_violations_print(mini->sim);
    assert_int_equal(lwnvme_sim_violations(mini->sim), 0);
}
