/* SPDX-License-Identifier: MIT */
/*
 * Bring-up of a device of which the bytes decide everything: capabilities, each register read, identify data, answers.
 *
 * It ends after a bounded number of polls, ready or failed by a name. What is ready keeps to what the library promises
 * about it: limits, queues, namespaces. The same after a reset in which the device says something else.
 */
#include "fuzz.h"

#define TURNS_MAX 2000u

static struct lwnvme_controller controller;
static struct lwnvme_queue queue;
static struct lwnvme_namespace ns;
static struct lwnvme_namespace_list list;

static bool is_power_of_two(uint32_t value)
{
    return value != 0 && (value & (value - 1)) == 0;
}

/* Polls until the state rests, time passing faster and faster. */
static int settle(void)
{
    int status = LWNVME_PENDING;
    for (uint32_t turn = 0; turn < TURNS_MAX && status == LWNVME_PENDING; turn++) {
        fuzz_answer_admin();
        fuzz_enter();
        status = lwnvme_controller_poll(&controller);
        fuzz_leave();
        fuzz.now_us += turn < 32 ? 1000 : turn < 200 ? 200000 : 5000000;
    }
    fuzz_require(status != LWNVME_PENDING, "neither ready nor failed");
    fuzz_require(status == LWNVME_OK || strlen(lwnvme_status_string(status)) > 3, "a failure without a name");
    return status;
}

static void check_info(const struct lwnvme_controller_config *config)
{
    const struct lwnvme_controller_info *info = lwnvme_controller_get_info(&controller);
    if (info == NULL) {
        fuzz_fail("ready without information");
        return;
    }
    fuzz_require(is_power_of_two(info->max_transfer_bytes), "a limit of transfers that is no power of two");
    fuzz_require(info->max_transfer_bytes <= config->max_transfer_bytes, "transfers longer than configured");
    fuzz_require(is_power_of_two(info->memory_page_bytes) && info->memory_page_bytes >= 4096 &&
                     info->memory_page_bytes <= 65536,
                 "a page that is none");
    fuzz_require(info->queue_entries_max >= 2, "no queue can be made");
    fuzz_require(info->io_queues < FUZZ_QUEUES && info->io_queues <= config->io_queues,
                 "more queues than doorbells");
    fuzz_require(memchr(info->serial, 0, sizeof(info->serial)) != NULL, "a text without an end");
    fuzz_require(memchr(info->model, 0, sizeof(info->model)) != NULL, "a text without an end");
    fuzz_require(memchr(info->subnqn, 0, sizeof(info->subnqn)) != NULL, "a text without an end");
}

static void check_namespace(void)
{
    if (ns.status != LWNVME_OK) {
        return;
    }
    fuzz_require(is_power_of_two(ns.block_bytes) && ns.block_bytes >= 512 && ns.block_bytes <= 65536,
                 "a strange block");
    fuzz_require(ns.block_bytes == 1u << ns.block_shift, "two sizes of a block");
    fuzz_require(ns.block_count != 0 && ns.block_count <= UINT64_MAX >> ns.block_shift,
                 "a size that overflows");
    fuzz_require(ns.max_blocks != 0 && ns.capacity_blocks <= ns.block_count, "no block can be moved");
    fuzz_require(ns.format_count >= 1 && ns.format_count <= LWNVME_LBA_FORMATS_MAX, "formats that cannot be");
}

static void check_list(void)
{
    uint32_t last = 0;
    fuzz_require(list.status != LWNVME_PENDING || lwnvme_controller_status(&controller) != LWNVME_OK,
                 "a list without end");
    for (uint32_t i = 0; list.status == LWNVME_OK && i < list.count; i++) {
        fuzz_require(list.nsids[i] > last && list.nsids[i] <= 0xfffffffeu, "a list that does not ascend");
        last = list.nsids[i];
    }
}

/* A queue, a namespace, one read, whatever the device says of them. */
static void use(struct fuzz_input *in)
{
    struct fuzz_io *io = &fuzz_ios[0];
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(fuzz_buffer, FUZZ_IO_BYTES);
    fuzz_enter();
    (void)lwnvme_queue_create(&controller, &queue, NULL);
    (void)lwnvme_namespace_open(&controller, 1 + fuzz_below(in, 4), &ns);
    (void)lwnvme_namespace_enumerate(&controller, 0, &list);
    for (uint32_t turn = 0; turn < 2000 && (ns.status == LWNVME_PENDING || list.status == LWNVME_PENDING);
         turn++) {
        fuzz_answer_admin();
        fuzz_enter();
        (void)lwnvme_controller_poll(&controller);
        fuzz_leave();
        fuzz.now_us += 100000;
    }
    check_namespace();
    check_list();
    (void)fuzz_io_accept(
        io, lwnvme_read(&queue, &ns, &io->request, fuzz_number(in, 2), 1 + fuzz_byte(in), &buffer));
    fuzz_look();
    for (struct fuzz_command *command; (command = fuzz_pending(1, 0)) != NULL;) {
        fuzz_answer(command, fuzz_number(in, 2), 0);
    }
    fuzz_enter();
    (void)lwnvme_queue_poll(&queue, 0);
    fuzz_leave();
}

static void prepare(struct fuzz_input *in, struct lwnvme_controller_config *config)
{
    static const uint16_t devices[][2] = {
        {0x1c58, 0x0003}, {0x1c58, 0x0023}, {0x106b, 0x2001}, {0x15b7, 0x2001}, {0x1b36, 0x0010}};
    uint32_t how = fuzz_byte(in);
    fuzz_ios_reset();
    memset(&queue, 0, sizeof(queue));
    fuzz_config(config);
    config->page_bytes = 4096u << (how & 7u) % 5u;
    config->max_transfer_bytes = 4096u << (how >> 3 & 7u);
    config->weighted_arbitration = how >> 7;
    config->pci_vendor_id = devices[how % 5u][0];
    config->pci_device_id = devices[how % 5u][1];
    if ((how & 0x40u) != 0) {
        config->quirks_add = fuzz_number(in, 2);
        config->quirks_remove = fuzz_number(in, 2);
    }
    how = fuzz_byte(in);
    if ((how & 1u) != 0) {
        fuzz_register_set(LWNVME_REG_CAP, fuzz_number(in, 4));
    }
    if ((how & 2u) != 0) {
        fuzz_register_set(LWNVME_REG_CAP + 4, fuzz_number(in, 4));
    }
    if ((how & 4u) != 0) {
        fuzz_register_set(LWNVME_REG_VS, fuzz_number(in, 4));
    }
    if ((how & 8u) != 0) {
        fuzz_register_set(LWNVME_REG_CRTO, fuzz_number(in, 4));
    }
    if ((how & 16u) != 0) {
        fuzz_register_set(LWNVME_REG_CSTS, fuzz_number(in, 1));
        fuzz_register_set(LWNVME_REG_CC, fuzz_number(in, 4));
        fuzz.cc = fuzz_registers[LWNVME_REG_CC / 4] & ~1u;
    }
    fuzz.hostile_reads = (how & 32u) != 0;
    fuzz.ready_follows = (how & 64u) == 0;
    fuzz.answer = (how & 128u) != 0 ? NULL : fuzz_answer_by_bytes;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input in = {data, size};
    struct lwnvme_controller_config config;
    fuzz_start(&in, fuzz_byte(&in) & ~(uint32_t)FUZZ_REGISTERS);
    fuzz.allocation_fails_at = (fuzz.hooks & FUZZ_LOCK) != 0 ? 1 + fuzz_below(&in, 16) : 0;
    prepare(&in, &config);
    fuzz_enter();
    if (lwnvme_controller_open(&controller, &config) != LWNVME_OK) {
        return 0;
    }
    for (uint32_t life = 0; life < 3; life++) {
        if (settle() == LWNVME_OK) {
            check_info(&config);
            use(&in);
        }
        if (in.left == 0 || lwnvme_controller_reset(&controller) != LWNVME_OK) {
            break;
        }
    }
    fuzz_close(&controller);
    return 0;
}
