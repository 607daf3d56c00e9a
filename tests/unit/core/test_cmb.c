/* SPDX-License-Identifier: MIT */
/* The controller memory buffer: where it is, what lies about that, and places in it. */
#include "../support.h"

#include <lwnvme/cmb.h>

#define BAR_AT     UINT64_C(0xfe9000000000)
#define CMB_BYTES  (64u << 10)
#define CMB_OFFSET (32u << 10)

static struct bench bench;
static struct lwnvme_cmb cmb;
static struct lwnvme_cmb_bar bar;

static void prepare(void)
{
    bench_prepare(&bench);
    bench.settings.cmb_bytes = CMB_BYTES;
    bench.settings.cmb_offset = CMB_OFFSET;
    bench.settings.cmb_bir = 2;
    bench.settings.cmb_bar_physical = BAR_AT;
    memset(&cmb, 0, sizeof(cmb));
    bar = (struct lwnvme_cmb_bar){.physical = BAR_AT, .bus = BAR_AT, .length_bytes = CMB_OFFSET + CMB_BYTES};
}

static void it_is_found_where_it_is(void **state)
{
    (void)state;
    for (uint32_t legacy = 0; legacy < 2; legacy++) {
        prepare();
        bench.settings.cmb_legacy = legacy != 0;
        bench.settings.vs = legacy != 0 ? 0x00010300 : 0x00020000;
        bench_start(&bench);
        assert_int_equal(lwnvme_cmb_find(bench.controller, &cmb), 0);
        assert_int_equal(cmb.bir, 2);
        assert_int_equal(cmb.offset_bytes, CMB_OFFSET);
        assert_int_equal(cmb.size_bytes, CMB_BYTES);
        assert_int_equal(cmb.abilities, 1);
        assert_int_equal(lwnvme_cmb_open(bench.controller, &cmb, &bar), 0);
        assert_int_equal(lwnvme_sim_outstanding_mmio_maps(bench.sim), 2);
        assert_int_equal(lwnvme_cmb_open(bench.controller, &cmb, &bar), LWNVME_ERR_BUSY);
        assert_int_equal(lwnvme_cmb_find(bench.controller, &cmb), LWNVME_ERR_BUSY);
        bench_end(&bench);
        assert_null(cmb.service.controller);
    }
}

/* Units are 4 KiB, and 16 times more with each step. */
static void units_of_size(void **state)
{
    (void)state;
    for (uint32_t unit = 0; unit <= 6; unit++) {
        prepare();
        bench.settings.cmbsz_shown = 3u << 12 | unit << 8 | 0x1fu;
        bench_start(&bench);
        assert_int_equal(lwnvme_cmb_find(bench.controller, &cmb), 0);
        assert_true(cmb.size_bytes == UINT64_C(3) << (12 + 4 * unit));
        assert_true(cmb.offset_bytes == (uint64_t)CMB_OFFSET << (4 * unit));
        bench_end(&bench);
    }
}

static void who_has_none_says_so(void **state)
{
    (void)state;
    prepare();
    bench.settings.cmb_bytes = 0;
    bench_start(&bench);
    assert_int_equal(lwnvme_cmb_find(bench.controller, &cmb), LWNVME_ERR_NO_CMB);
    assert_int_equal(lwnvme_cmb_find(NULL, &cmb), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_cmb_find(bench.controller, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_cmb_open(bench.controller, NULL, &bar), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_cmb_open(bench.controller, &cmb, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_cmb_open(NULL, &cmb, &bar), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_cmb_open(bench.controller, &cmb, &bar), LWNVME_ERR_CMB_LOCATION); /* not found */
    lwnvme_cmb_queue_memory(NULL, NULL);
    bench_end(&bench);
    for (uint32_t old = 0; old < 2;
         old++) { /* registers that a 1.1, or a 1.4 without CAP.CMBS, does not have */
        prepare();
        bench.settings.cmb_legacy = true;
        bench.settings.vs = old != 0 ? 0x00010100 : 0x00010400;
        bench_start(&bench);
        uint64_t reads = lwnvme_sim_counters(bench.sim)->mmio_reads;
        assert_int_equal(lwnvme_cmb_find(bench.controller, &cmb), LWNVME_ERR_NO_CMB);
        assert_int_equal(lwnvme_sim_counters(bench.sim)->mmio_reads, reads);
        bench_end(&bench);
    }
    prepare();
    bench.settings.cmbsz_shown = 16u << 12 | 0x1eu; /* for everything but submission queues */
    bench_start(&bench);
    assert_int_equal(lwnvme_cmb_find(bench.controller, &cmb), LWNVME_ERR_NO_CMB);
    bench_end(&bench);
}

static void fault_031_registers_that_lie(void **state)
{
    static const struct {
        uint32_t location;
        uint32_t size;
        int found;
    } rows[] = {
        {8u << 12 | 2u, 17u << 12 | 1u, 0},                                 /* one page beyond the BAR */
        {9u << 12 | 2u, 16u << 12 | 1u, 0},                                 /* the same by its place */
        {0xfffffu << 12 | 2u, 16u << 12 | 1u, 0},                           /* far beyond */
        {8u << 12 | 2u, 0xfffffu << 12 | 6u << 8 | 1u, 0},                  /* 2^56 bytes */
        {0xfffffu << 12 | 2u, 0xfffffu << 12 | 6u << 8 | 1u, 0},            /* and as far away */
        {8u << 12 | 2u, 16u << 12 | 7u << 8 | 1u, LWNVME_ERR_CMB_LOCATION}, /* a unit that is reserved */
        {8u << 12 | 2u, 16u << 12 | 15u << 8 | 1u, LWNVME_ERR_CMB_LOCATION},
        {8u << 12 | 1u, 16u << 12 | 1u, LWNVME_ERR_CMB_LOCATION}, /* half of BAR 0 */
        {8u << 12 | 6u, 16u << 12 | 1u, LWNVME_ERR_CMB_LOCATION}, /* no BAR */
        {8u << 12 | 7u, 16u << 12 | 1u, LWNVME_ERR_CMB_LOCATION},
        {1u << 12 | 0u, 1u << 12 | 1u, 0}, /* the doorbells */
    };
    (void)state;
    for (uint32_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        prepare();
        bench.settings.cmbloc_shown = rows[i].location;
        bench.settings.cmbsz_shown = rows[i].size;
        bench_start(&bench);
        assert_int_equal(lwnvme_cmb_find(bench.controller, &cmb), rows[i].found);
        if (rows[i].found == 0) {
            assert_int_equal(lwnvme_cmb_open(bench.controller, &cmb, &bar), LWNVME_ERR_CMB_LOCATION);
        }
        assert_int_equal(lwnvme_sim_outstanding_mmio_maps(bench.sim), 1);
        bench_end(&bench);
    }
}

static void a_bar_that_makes_no_sense_is_refused(void **state)
{
    (void)state;
    prepare();
    bench_start(&bench);
    assert_int_equal(lwnvme_cmb_find(bench.controller, &cmb), 0);
    bar.bus += 512;
    assert_int_equal(lwnvme_cmb_open(bench.controller, &cmb, &bar), LWNVME_ERR_CMB_LOCATION);
    bar.bus = UINT64_MAX - CMB_BYTES - 4095;
    assert_int_equal(lwnvme_cmb_open(bench.controller, &cmb, &bar), LWNVME_ERR_CMB_LOCATION);
    bar.bus = BAR_AT;
    bar.length_bytes--;
    assert_int_equal(lwnvme_cmb_open(bench.controller, &cmb, &bar), LWNVME_ERR_CMB_LOCATION);
    bar.length_bytes++;
    bench_end(&bench);
}

/* Places are given in order and taken back in any; who finds none is refused, and nothing is left. */
static void places_in_it(void **state)
{
    static struct lwnvme_queue queues[5];
    static struct lwnvme_queue_memory memories[5];
    struct lwnvme_queue_config config = {.entries = 512}; /* 32 KiB each: two */
    (void)state;
    prepare();
    memset(queues, 0, sizeof(queues));
    bench_start(&bench);
    for (uint32_t i = 0; i < 5; i++) {
        lwnvme_cmb_queue_memory(&cmb, &memories[i]);
    }
    config.memory = &memories[0];
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, &queues[0], &config), LWNVME_ERR_NO_CMB);
    assert_int_equal(lwnvme_cmb_find(bench.controller, &cmb), 0);
    assert_int_equal(lwnvme_cmb_open(bench.controller, &cmb, &bar), 0);
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, &queues[0], &config), 0);
    config.memory = &memories[1];
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, &queues[1], &config), 0);
    config.memory = &memories[2];
    size_t before = lwnvme_sim_outstanding_allocations(bench.sim);
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, &queues[2], &config), LWNVME_ERR_NO_MEMORY);
    assert_int_equal(lwnvme_sim_outstanding_allocations(bench.sim), before);
    assert_int_equal(queues[0].pieces[LWNVME_PIECE_SQ].dma_address, BAR_AT + CMB_OFFSET);
    assert_int_equal(queues[1].pieces[LWNVME_PIECE_SQ].dma_address, BAR_AT + CMB_OFFSET + 32768);
    assert_int_equal(lwnvme_sync_queue_delete(&queues[0]), 0);
    config.entries = 256;
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, &queues[2], &config), 0);
    config.memory = &memories[3];
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, &queues[3], &config), 0);
    assert_int_equal(queues[2].pieces[LWNVME_PIECE_SQ].dma_address, BAR_AT + CMB_OFFSET);
    assert_int_equal(queues[3].pieces[LWNVME_PIECE_SQ].dma_address, BAR_AT + CMB_OFFSET + 16384);
    config.memory = &memories[4];
    config.entries = 2;
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, &queues[4], &config), LWNVME_ERR_NO_MEMORY);
    assert_int_equal(lwnvme_sync_queue_delete(&queues[3]), 0);
    assert_int_equal(lwnvme_sync_queue_delete(&queues[1]), 0);
    assert_int_equal(lwnvme_sync_queue_delete(&queues[2]), 0);
    assert_null(cmb.queues);
    bench_end(&bench);
}

/* The host that has the BAR mapped, and the one that cannot map it. */
static void mapped_by_whom(void **state)
{
    (void)state;
    prepare();
    bench_start(&bench);
    assert_int_equal(lwnvme_cmb_find(bench.controller, &cmb), 0);
    bar.physical += 4096;
    bench.violations_allowed = true; /* nothing is there */
    assert_int_equal(lwnvme_cmb_open(bench.controller, &cmb, &bar), LWNVME_ERR_MMIO_MAP);
    bar.physical -= 4096;
    bar.mapped =
        (volatile uint8_t *)bench.ops->mmio_map(bench.sim, BAR_AT + CMB_OFFSET, CMB_BYTES) - CMB_OFFSET;
    assert_int_equal(lwnvme_cmb_open(bench.controller, &cmb, &bar), 0);
    assert_int_equal(lwnvme_sim_outstanding_mmio_maps(bench.sim), 2);
    bench.ops->mmio_unmap(bench.sim, cmb.mapped, CMB_BYTES);
    bench_end(&bench);
}

/* Registers of the buffer that read as something else from some moment on. */
static struct lwnvme_host_ops real;
static size_t lie_from;
static size_t lie_to;
static uint32_t lie;
static uint32_t control; /* the low half of CMBMSC as it was last written */

static uint32_t read_lies(void *host, volatile void *registers, size_t offset)
{
    return offset >= lie_from && offset <= lie_to ? lie : real.mmio_read32(host, registers, offset);
}

static void write_seen(void *host, volatile void *registers, size_t offset, uint32_t value)
{
    if (offset == 0x50) {
        control = value;
    }
    real.mmio_write32(host, registers, offset, value);
}

static void lie_about(size_t from, size_t to, uint32_t value)
{
    lie_from = from;
    lie_to = to;
    lie = value;
    real = *bench.ops;
    bench.ops->mmio_read32 = read_lies;
    bench.ops->mmio_write32 = write_seen;
}

static void fault_002_it_leaves_while_it_is_looked_for(void **state)
{
    static const uint32_t rows[3] = {0x38, 0x3c,
                                     0x38}; /* both halves, or one: that is nonsense, not absence */
    (void)state;
    for (uint32_t i = 0; i < 3; i++) {
        int found;
        prepare();
        bench_start(&bench);
        lie_about(rows[i], i == 2 ? 0x38 : 0x3c, 0xffffffff);
        found = lwnvme_cmb_find(bench.controller, &cmb);
        assert_int_equal(found, i == 0 ? LWNVME_ERR_GONE : LWNVME_ERR_CMB_LOCATION);
        *bench.ops = real;
        bench_end(&bench);
    }
}

/* The controller says that it cannot have the buffer there: it is turned off again, and nothing stays mapped. */
static void an_address_that_the_controller_refuses(void **state)
{
    (void)state;
    prepare();
    bench_start(&bench);
    assert_int_equal(lwnvme_cmb_find(bench.controller, &cmb), 0);
    lie_about(0x58, 0x58, 1);
    control = 1;
    assert_int_equal(lwnvme_cmb_open(bench.controller, &cmb, &bar), LWNVME_ERR_CMB_LOCATION);
    assert_int_equal(control, 0);
    assert_null(cmb.mapped);
    assert_null(cmb.service.controller);
    assert_int_equal(lwnvme_sim_outstanding_mmio_maps(bench.sim), 1);
    *bench.ops = real;
    assert_int_equal(lwnvme_cmb_open(bench.controller, &cmb, &bar), 0);
    bench_end(&bench);
}

/* Somebody else on the same controller would switch it off by a look, and put rings where others are. */
static void it_is_open_once(void **state)
{
    static struct lwnvme_cmb second;
    static struct lwnvme_service earlier;
    static struct lwnvme_service later; /* the buffer's is not the first on the list */
    (void)state;
    prepare();
    bench_start(&bench);
    lwnvme_service_add(bench.controller, &earlier);
    assert_int_equal(lwnvme_cmb_find(bench.controller, &second), 0);
    assert_int_equal(lwnvme_cmb_find(bench.controller, &cmb), 0);
    assert_int_equal(lwnvme_cmb_open(bench.controller, &cmb, &bar), 0);
    lwnvme_service_remove(&earlier);
    lie_about(1, 0, 0);
    control = 0x77;
    for (uint32_t round = 0; round < 2; round++) { /* alone on the list, and not */
        assert_int_equal(lwnvme_cmb_find(bench.controller, &second), LWNVME_ERR_BUSY);
        assert_int_equal(lwnvme_cmb_open(bench.controller, &second, &bar), LWNVME_ERR_BUSY);
        if (round == 0) {
            lwnvme_service_add(bench.controller, &later);
        }
    }
    assert_int_equal(control, 0x77);
    lwnvme_service_remove(&later);
    bench_end(&bench);
}

/* A queue that begins does not take the buffer from those that are at work in it: here the owner of another one submits after
 * each write of the register. */
static struct lwnvme_queue at_work;
static struct counted ios[8];
static uint32_t submitted;

static void write_and_submit(void *host, volatile void *registers, size_t offset, uint32_t value)
{
    static uint8_t data[512];
    struct lwnvme_buffer buffer = lwnvme_buffer_cpu(data, sizeof(data));
    real.mmio_write32(host, registers, offset, value);
    if (registers == bench.controller->registers && (offset == 0x50 || offset == 0x54)) {
        assert_int_equal(lwnvme_read(&at_work, bench.ns, &ios[submitted++].request, 0, 1, &buffer), 0);
    }
}

static void it_stays_on_when_another_queue_begins(void **state)
{
    static struct lwnvme_queue queue;
    static struct lwnvme_queue_memory memories[2];
    struct lwnvme_queue_config config = {.entries = 16, .memory = &memories[0]};
    (void)state;
    prepare();
    memset(&at_work, 0, sizeof(at_work));
    memset(&queue, 0, sizeof(queue));
    bench_start(&bench);
    assert_int_equal(lwnvme_cmb_find(bench.controller, &cmb), 0);
    assert_int_equal(lwnvme_cmb_open(bench.controller, &cmb, &bar), 0);
    for (uint32_t i = 0; i < 8; i++) {
        counted_init(&ios[i], NULL);
    }
    lwnvme_cmb_queue_memory(&cmb, &memories[0]);
    lwnvme_cmb_queue_memory(&cmb, &memories[1]);
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, &at_work, &config), 0);
    submitted = 0;
    real = *bench.ops;
    bench.ops->mmio_write32 = write_and_submit;
    config.memory = &memories[1];
    assert_int_equal(lwnvme_sync_queue_create(bench.controller, &queue, &config), 0);
    *bench.ops = real;
    assert_int_not_equal(submitted, 0);
    lwnvme_sim_advance(bench.sim, 10000);
    assert_int_equal(lwnvme_queue_poll(&at_work, 0), submitted);
    for (uint32_t i = 0; i < submitted; i++) {
        assert_int_equal(ios[i].request.status, 0);
    }
    bench_end(&bench); /* which finds violations, if there were some */
}

/* Whoever comes next may have other memory where it was. */
static void it_is_off_after_a_close(void **state)
{
    (void)state;
    for (uint32_t there = 0; there < 2; there++) {
        prepare();
        bench_start(&bench);
        assert_int_equal(lwnvme_cmb_find(bench.controller, &cmb), 0);
        assert_int_equal(lwnvme_cmb_open(bench.controller, &cmb, &bar), 0);
        if (there == 0) {
            lwnvme_sim_remove(bench.sim);
        }
        lie_about(1, 0, 0);
        control = 0x77;
        (void)lwnvme_sync_controller_close(bench.controller);
        assert_int_equal(control, there != 0 ? 0 : 0x77);
        bench_end(&bench);
    }
}

/* A host that maps nothing must bring a mapping. */
static void no_mapping_at_all(void **state)
{
    (void)state;
    prepare();
    bench_start(&bench);
    assert_int_equal(lwnvme_cmb_find(bench.controller, &cmb), 0);
    real = *bench.ops;
    bench.ops->mmio_map = NULL;
    assert_int_equal(lwnvme_cmb_open(bench.controller, &cmb, &bar), LWNVME_ERR_MMIO_MAP);
    *bench.ops = real;
    bench_end(&bench);
}

/* Pages of the controller that are larger than what the buffer is aligned to, and no memory for the copy of the ring. */
static void rings_that_find_no_place(void **state)
{
    static struct lwnvme_queue queue;
    static struct lwnvme_queue_memory memory;
    struct lwnvme_queue_config config = {.entries = 16, .memory = &memory};
    (void)state;
    for (uint32_t round = 0; round < 2; round++) {
        size_t before;
        prepare();
        memset(&queue, 0, sizeof(queue));
        bench_start(&bench);
        assert_int_equal(lwnvme_cmb_find(bench.controller, &cmb), 0);
        assert_int_equal(lwnvme_cmb_open(bench.controller, &cmb, &bar), 0);
        lwnvme_cmb_queue_memory(NULL, &memory);
        lwnvme_cmb_queue_memory(&cmb, NULL);
        lwnvme_cmb_queue_memory(&cmb, &memory);
        before = lwnvme_sim_outstanding_allocations(bench.sim);
        if (round == 0) {
            cmb.bus += 512;
        } else {
            lwnvme_sim_settings(bench.sim)->dma_alloc_fail_at =
                lwnvme_sim_counters(bench.sim)->dma_allocs + 1;
        }
        assert_int_equal(lwnvme_sync_queue_create(bench.controller, &queue, &config),
                         round == 0 ? LWNVME_ERR_DMA_ALIGNMENT : LWNVME_ERR_NO_MEMORY);
        cmb.bus -= round == 0 ? 512 : 0;
        assert_null(cmb.queues);
        assert_int_equal(lwnvme_sim_outstanding_allocations(bench.sim), before);
        assert_int_equal(lwnvme_sync_queue_create(bench.controller, &queue, &config), 0);
        assert_int_equal(lwnvme_sync_queue_delete(&queue), 0);
        bench_end(&bench);
    }
}

/* Without hooks for registers the commands are stored where the buffer is mapped, as they lie in the ring. */
static void commands_are_stored_without_hooks(void **state)
{
    static struct fake fake;
    static uint32_t region[64 * 4];
    struct lwnvme_queue_memory memory;
    (void)state;
    fake_start(&fake, 0, 4);
    memset(&cmb, 0, sizeof(cmb));
    memset(region, 0, sizeof(region));
    cmb.mapped = (volatile uint8_t *)region;
    lwnvme_cmb_queue_memory(&cmb, &memory);
    memory.used_bytes = 64;
    memory.copied = 3;
    fake.ops.mmio_write32 = NULL;
    fake.queue.memory = &memory;
    for (uint32_t i = 0; i < 64; i++) {
        fake.queue.sq[i] = 0x1000 + i;
    }
    memory.publish(&fake.queue, 1); /* the last one, and the first one */
    assert_int_equal(memory.copied, 1);
    for (uint32_t i = 0; i < 16; i++) {
        assert_int_equal(region[i], 0);
        assert_int_equal(region[16 + i], 0x1000 + i);
        assert_int_equal(region[32 + i], 0);
        assert_int_equal(region[64 + i], 0x1000 + 48 + i);
    }
    fake.queue.memory = NULL;
    fake_end(&fake);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fault_002_it_leaves_while_it_is_looked_for),
        cmocka_unit_test(an_address_that_the_controller_refuses),
        cmocka_unit_test(it_is_open_once),
        cmocka_unit_test(it_stays_on_when_another_queue_begins),
        cmocka_unit_test(it_is_off_after_a_close),
        cmocka_unit_test(no_mapping_at_all),
        cmocka_unit_test(rings_that_find_no_place),
        cmocka_unit_test(commands_are_stored_without_hooks),
        cmocka_unit_test(it_is_found_where_it_is),
        cmocka_unit_test(units_of_size),
        cmocka_unit_test(who_has_none_says_so),
        cmocka_unit_test(fault_031_registers_that_lie),
        cmocka_unit_test(a_bar_that_makes_no_sense_is_refused),
        cmocka_unit_test(places_in_it),
        cmocka_unit_test(mapped_by_whom),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
