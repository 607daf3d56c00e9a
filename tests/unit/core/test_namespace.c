/* SPDX-License-Identifier: MIT */
/* Namespaces as a lying controller presents them. Data are put in at their offsets in the specification. */
#include "../support.h"

static struct bench bench;
static struct lwnvme_namespace_list list;

/* What the device's identify data are overwritten with. */
static struct patch {
    uint8_t cns;
    uint32_t offset;
    uint32_t length;
    uint8_t bytes[64];
} patches[8];
static uint32_t patch_count;
static void (*patch_whole)(uint8_t cns, uint32_t nsid, uint8_t *data);
static uint32_t asked[256];

static void on_identify(void *context, uint8_t cns, uint32_t nsid, uint8_t data[4096])
{
    (void)context;
    asked[cns]++;
    for (uint32_t i = 0; i < patch_count; i++) {
        if (patches[i].cns == cns) {
            memcpy(data + patches[i].offset, patches[i].bytes, patches[i].length);
        }
    }
    if (patch_whole != NULL) {
        patch_whole(cns, nsid, data);
    }
}

static void patch(uint8_t cns, uint32_t offset, uint64_t value, uint32_t length)
{
    struct patch *p = &patches[patch_count++];
    p->cns = cns;
    p->offset = offset;
    p->length = length;
    for (uint32_t i = 0; i < length; i++) {
        p->bytes[i] = (uint8_t)(value >> 8 * i);
    }
}

static void start(void)
{
    patch_count = 0;
    patch_whole = NULL;
    memset(asked, 0, sizeof(asked));
    bench_prepare(&bench);
    bench.settings.on_identify = on_identify;
}

static int power_and_open(uint32_t nsid)
{
    bench_power(&bench);
    assert_int_equal(bench_open(&bench), 0);
    return lwnvme_sync_namespace_open(bench.controller, nsid, bench.ns);
}

/* Opens namespace 1 with one field of its data changed. */
static int with(uint32_t offset, uint64_t value, uint32_t length)
{
    int status;
    patch_count = 0;
    patch(0, offset, value, length);
    status = lwnvme_sync_namespace_open(bench.controller, 1, bench.ns);
    assert_int_equal(status, bench.ns->status);
    return status;
}

static void a_plain_namespace(void **state)
{
    static const uint8_t uuid[16] = {0x40, 0x41};
    (void)state;
    start();
    assert_int_equal(power_and_open(1), 0);
    const struct lwnvme_namespace *ns = bench.ns;
    assert_int_equal(ns->nsid, 1);
    assert_int_equal(ns->block_bytes, 512);
    assert_int_equal(ns->block_shift, 9);
    assert_int_equal(ns->block_count, 131072);
    assert_int_equal(ns->capacity_blocks, 131072);
    assert_int_equal(ns->max_blocks, 256);
    assert_int_equal(ns->metadata_bytes, 0);
    assert_int_equal(ns->csi, 0);
    assert_false(ns->read_only);
    assert_true(ns->has_uuid);
    assert_true(ns->has_nguid);
    assert_true(ns->has_eui64);
    assert_memory_equal(ns->uuid, uuid, 2);
    assert_memory_equal(ns->eui64, "\x80\x81\x82", 3);
    assert_int_equal(asked[0], 1);
    assert_int_equal(asked[3], 1);
    bench_end(&bench);
}

static void arguments_are_checked(void **state)
{
    struct lwnvme_controller closed = {.opened = 0};
    (void)state;
    start();
    assert_int_equal(power_and_open(0), LWNVME_ERR_NS_INVALID_ID);
    assert_int_equal(bench.ns->status, LWNVME_ERR_NS_INVALID_ID);
    assert_int_equal(lwnvme_namespace_open(bench.controller, 2, bench.ns), LWNVME_ERR_NS_INVALID_ID);
    assert_int_equal(lwnvme_namespace_open(bench.controller, 0xffffffff, bench.ns), LWNVME_ERR_NS_INVALID_ID);
    assert_int_equal(lwnvme_namespace_open(NULL, 1, bench.ns), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(bench.ns->status, LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_namespace_open(bench.controller, 1, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_namespace_open(&closed, 1, bench.ns), LWNVME_ERR_NOT_OPEN);
    assert_int_equal(lwnvme_namespace_enumerate(bench.controller, 0, NULL), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_namespace_enumerate(NULL, 0, &list), LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(list.status, LWNVME_ERR_NULL_ARGUMENT);
    assert_int_equal(lwnvme_namespace_enumerate(&closed, 0, &list), LWNVME_ERR_NOT_OPEN);
    bench_end(&bench);
}

/* Up to NN, and up to the last identifier that is not reserved. */
static void the_last_identifiers(void **state)
{
    (void)state;
    start();
    assert_int_equal(power_and_open(1), 0);
    bench.controller->info.nn = 5;
    assert_int_equal(lwnvme_nsid_refusal(bench.controller, 5), 0);
    assert_int_equal(lwnvme_nsid_refusal(bench.controller, 6), LWNVME_ERR_NS_INVALID_ID);
    bench.controller->info.nn = UINT32_MAX;
    assert_int_equal(lwnvme_nsid_refusal(bench.controller, 0xfffffffe), 0);
    assert_int_equal(lwnvme_nsid_refusal(bench.controller, 0xffffffff), LWNVME_ERR_NS_INVALID_ID);
    bench_end(&bench);
}

static void fault_033_identify_that_fails_or_delivers_nothing(void **state)
{
    struct lwnvme_sim_fault fault = {
        .kind = LWNVME_SIM_NO_DATA, .queue = LWNVME_SIM_ADMIN_QUEUE, .opcode = 6};
    (void)state;
    start();
    assert_int_equal(power_and_open(1), 0);
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
    assert_int_equal(lwnvme_sync_namespace_open(bench.controller, 1, bench.ns), LWNVME_ERR_NS_INACTIVE);
    fault.kind = LWNVME_SIM_STATUS;
    fault.status = 0x4002;
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
    assert_int_equal(lwnvme_sync_namespace_open(bench.controller, 1, bench.ns), 0x4002);
    /* The descriptors alone fail: nothing is lost but them. */
    fault.skip = 1;
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
    assert_int_equal(lwnvme_sync_namespace_open(bench.controller, 1, bench.ns), 0);
    assert_false(bench.ns->has_uuid);
    assert_true(bench.ns->has_nguid);
    bench_end(&bench);
}

static void fault_037_block_sizes(void **state)
{
    (void)state;
    start();
    assert_int_equal(power_and_open(1), 0);
    for (uint32_t lbads = 0; lbads < 256; lbads++) {
        int status = with(130, lbads, 1);
        if (lbads < 9 || lbads > 16) {
            assert_int_equal(status, LWNVME_ERR_NS_BLOCK_SIZE);
            assert_int_equal(bench.ns->straight_blocks, 0);
        } else {
            assert_int_equal(status, 0);
            assert_int_equal(bench.ns->block_bytes, 1u << lbads);
            assert_int_equal(bench.ns->max_blocks, 131072u >> lbads);
        }
    }
    bench_end(&bench);
}

static void fault_038_format_index(void **state)
{
    (void)state;
    start();
    for (uint32_t i = 1; i < 64; i++) {
        bench.settings.ns[0].formats[i].lbads = (uint8_t)(9 + i % 4);
    }
    assert_int_equal(power_and_open(1), 0);
    for (uint32_t nlbaf = 0; nlbaf < 256; nlbaf += nlbaf < 70 ? 1 : 37) {
        for (uint32_t flbas = 0; flbas < 256; flbas++) {
            uint32_t index = flbas & 15;
            uint32_t formats = nlbaf + 1 < 64 ? nlbaf + 1 : 64;
            int status;
            if (flbas % 7 != 0 && flbas > 32 && nlbaf % 5 != 0) {
                continue; /* enough of them */
            }
            if (nlbaf >= 16) {
                index |= (flbas >> 5 & 3) << 4;
            }
            patch_count = 0;
            patch(0, 25, nlbaf | (uint64_t)flbas << 8, 2);
            patch(0, 130, 9, 1);
            status = lwnvme_sync_namespace_open(bench.controller, 1, bench.ns);
            assert_int_equal(bench.ns->format_count, formats);
            if (formats < 64) { /* what is told beyond them is none */
                assert_int_equal(bench.ns->formats[formats].block_shift, 0);
            }
            if (index >= formats) {
                assert_int_equal(status, LWNVME_ERR_NS_FORMAT);
            } else {
                assert_int_equal(status, 0);
                assert_int_equal(bench.ns->format_index, index);
                assert_int_equal(bench.ns->block_shift, 9 + index % 4);
                assert_int_equal(bench.ns->formats[formats - 1].block_shift, 9 + (formats - 1) % 4);
            }
        }
    }
    bench_end(&bench);
}

/* Ten formats, and ten more with attributes of their own: the index goes up to 19, though NLBAF is 9. */
static void fault_038_format_index_of_unique_attributes(void **state)
{
    (void)state;
    start();
    for (uint32_t i = 1; i < 64; i++) {
        bench.settings.ns[0].formats[i].lbads = (uint8_t)(9 + i % 4);
    }
    assert_int_equal(power_and_open(1), 0);
    for (uint32_t index = 0; index < 64; index++) {
        int status;
        patch_count = 0;
        patch(0, 25, 9 | ((index & 15) | (index & 48) << 1) << 8, 2);
        patch(0, 82, 10, 1);
        status = lwnvme_sync_namespace_open(bench.controller, 1, bench.ns);
        assert_int_equal(bench.ns->format_index, index);
        assert_int_equal(status, index < 20 ? 0 : LWNVME_ERR_NS_FORMAT);
        assert_int_equal(bench.ns->block_shift, index < 20 ? 9 + index % 4 : 0);
    }
    bench_end(&bench);
}

/* Drives whose identifiers are others each time that they are asked: there is nothing to tell the namespace by. */
static void fault_046_identifiers_that_change(void **state)
{
    static const uint8_t zeros[16];
    (void)state;
    start();
    bench.config.pci_vendor_id = 0x1e4b;
    bench.config.pci_device_id = 0x1202;
    assert_int_equal(power_and_open(1), 0);
    assert_false(bench.ns->has_eui64 || bench.ns->has_nguid || bench.ns->has_uuid);
    assert_memory_equal(bench.ns->eui64, zeros, sizeof(bench.ns->eui64));
    assert_memory_equal(bench.ns->nguid, zeros, sizeof(bench.ns->nguid));
    assert_memory_equal(bench.ns->uuid, zeros, sizeof(bench.ns->uuid));
    assert_int_equal(asked[3], 1); /* the command set is told there, too */
    bench_end(&bench);
}

static void fault_039_040_sizes(void **state)
{
    (void)state;
    start();
    assert_int_equal(power_and_open(1), 0);
    assert_int_equal(with(0, 0, 8), LWNVME_ERR_NS_INACTIVE);
    assert_int_equal(with(8, 0, 8), LWNVME_ERR_NS_CAPACITY);
    assert_int_equal(with(8, 131073, 8), 0);
    assert_int_equal(bench.ns->capacity_blocks, 131072);
    assert_int_equal(with(16, UINT64_MAX, 8), 0); /* NUSE is a hint */
    assert_int_equal(with(0, UINT64_MAX, 8), LWNVME_ERR_NS_SIZE);
    assert_int_equal(with(0, UINT64_C(1) << 55, 8), LWNVME_ERR_NS_SIZE);
    assert_int_equal(with(0, (UINT64_C(1) << 55) - 1, 8), 0);
    assert_true(bench.ns->block_count == (UINT64_C(1) << 55) - 1);
    patch_count = 0;
    patch(0, 0, UINT64_C(1) << 48, 8);
    patch(0, 130, 16, 1);
    assert_int_equal(lwnvme_sync_namespace_open(bench.controller, 1, bench.ns), LWNVME_ERR_NS_SIZE);
    bench_end(&bench);
}

static void fault_054_056_boundary_protection_and_metadata(void **state)
{
    (void)state;
    start();
    assert_int_equal(power_and_open(1), 0);
    assert_int_equal(with(46, 3, 2), 0);
    assert_int_equal(bench.ns->boundary_blocks, 3);
    assert_int_equal(bench.ns->straight_blocks, 0);
    assert_int_equal(with(46, 0xffff, 2), 0);
    assert_int_equal(bench.ns->boundary_blocks, 0xffff);
    for (uint32_t dps = 0; dps < 16; dps++) {
        assert_int_equal(with(29, dps, 1), (dps & 7) == 0 ? 0 : LWNVME_ERR_NS_METADATA);
    }
    assert_int_equal(with(128, 8, 2), LWNVME_ERR_NS_METADATA);
    assert_int_equal(with(128, 0xffff, 2), LWNVME_ERR_NS_METADATA);
    assert_int_equal(bench.ns->metadata_bytes, 0xffff);
    bench_end(&bench);
}

static void fault_081_write_protected(void **state)
{
    (void)state;
    start();
    assert_int_equal(power_and_open(1), 0);
    assert_int_equal(with(99, 1, 1), 0);
    assert_true(bench.ns->read_only);
    assert_int_equal(with(99, 0xfe, 1), 0);
    assert_false(bench.ns->read_only);
    bench_end(&bench);
}

static void fault_035_block_larger_than_a_transfer(void **state)
{
    (void)state;
    start();
    bench.config.max_transfer_bytes = 4096;
    assert_int_equal(power_and_open(1), 0);
    assert_int_equal(bench.ns->max_blocks, 8);
    assert_int_equal(with(130, 12, 1), 0);
    assert_int_equal(bench.ns->max_blocks, 1);
    assert_int_equal(with(130, 13, 1), LWNVME_ERR_NS_TRANSFER_SIZE);
    bench_end(&bench);
}

static void a_namespace_smaller_than_a_transfer(void **state)
{
    (void)state;
    start();
    assert_int_equal(power_and_open(1), 0);
    assert_int_equal(with(0, 5, 8), 0);
    assert_int_equal(bench.ns->block_count, 5);
    assert_true(bench.ns->straight_blocks <= 5);
    bench_end(&bench);
}

/* ---- descriptors ---- */

static const uint8_t *descriptor_bytes;
static uint32_t descriptor_length;

static void put_descriptors(uint8_t cns, uint32_t nsid, uint8_t *data)
{
    (void)nsid;
    if (cns == 0) {
        memset(data + 104, 0, 24); /* no identifiers here */
    } else if (cns == 3) {
        memset(data, 0, 4096);
        memcpy(data, descriptor_bytes, descriptor_length);
    }
}

static int descriptors(const uint8_t *bytes, uint32_t length)
{
    descriptor_bytes = bytes;
    descriptor_length = length;
    patch_whole = put_descriptors;
    return lwnvme_sync_namespace_open(bench.controller, 1, bench.ns);
}

static void fault_045_descriptors_that_make_no_sense(void **state)
{
    static uint8_t many[4096];
    static const uint8_t no_length[] = {3, 0, 0, 0, 1, 8, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8};
    static const uint8_t wrong_length[] = {1, 7, 0, 0, 1, 2, 3, 4, 5, 6, 7, 3, 16, 0, 0, 1};
    static const uint8_t twice[] = {1, 8, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 8, 0, 0, 2, 2, 2, 2, 2, 2, 2, 2};
    static const uint8_t unknown[] = {0x77, 3, 0, 0, 9, 9, 9, 1, 8, 0, 0, 2, 2, 2, 2, 2, 2, 2, 2};
    static const uint8_t other_set[] = {4, 1, 0, 0, 2};
    (void)state;
    start();
    assert_int_equal(power_and_open(1), 0);
    assert_int_equal(descriptors(no_length, sizeof(no_length)), 0);
    assert_false(bench.ns->has_eui64);
    assert_int_equal(descriptors(wrong_length, sizeof(wrong_length)), 0);
    assert_false(bench.ns->has_eui64);
    assert_true(bench.ns->has_uuid);
    assert_int_equal(descriptors(twice, sizeof(twice)), 0);
    assert_true(bench.ns->has_eui64);
    assert_int_equal(descriptors(unknown, sizeof(unknown)), 0);
    assert_true(bench.ns->has_eui64);
    assert_int_equal(bench.ns->eui64[0], 2);
    assert_int_equal(descriptors(other_set, sizeof(other_set)), LWNVME_ERR_NS_COMMAND_SET);
    assert_int_equal(bench.ns->csi, 2);
    /* Every type and length, to the end of the page and just over it. */
    for (uint32_t length = 1; length < 256; length += 18) {
        for (uint32_t type = 1; type < 7; type++) {
            for (uint32_t at = 0; at + 4 < 4096; at += 4 + length) {
                many[at] = (uint8_t)type;
                many[at + 1] = (uint8_t)length;
            }
            int status = descriptors(many, sizeof(many));
            assert_true(status == 0 || status == LWNVME_ERR_NS_COMMAND_SET);
            memset(many, 0, sizeof(many));
        }
    }
    /* The last descriptor ends with the page: taken. One byte on: not. */
    for (uint32_t over = 0; over < 2; over++) {
        uint32_t at = 0;
        memset(many, 0, sizeof(many));
        while (at < 4096 - 20 - 256 + over) {
            many[at] = 0x77;
            many[at + 1] = 200;
            at += 204;
        }
        many[at] = 0x77;
        many[at + 1] = (uint8_t)(4096 - 20 + over - at - 4);
        at = 4096 - 20 + over;
        many[at] = 3;
        many[at + 1] = 16;
        many[at + 4] = 1;
        assert_int_equal(descriptors(many, sizeof(many)), 0);
        assert_int_equal(bench.ns->has_uuid, over == 0);
    }
    bench_end(&bench);
}

static void fault_046_identifiers_of_zeros_or_ones_are_absent(void **state)
{
    uint8_t bytes[64] = {1, 8, 0, 0};
    (void)state;
    start();
    assert_int_equal(power_and_open(1), 0);
    bytes[12] = 2;
    bytes[13] = 16;
    bytes[32] = 3;
    bytes[33] = 16;
    assert_int_equal(descriptors(bytes, 64), 0);
    assert_false(bench.ns->has_eui64 || bench.ns->has_nguid || bench.ns->has_uuid);
    memset(bytes + 4, 0xff, 8);
    memset(bytes + 16, 0xff, 16);
    memset(bytes + 36, 0xff, 16);
    assert_int_equal(descriptors(bytes, 64), 0);
    assert_false(bench.ns->has_eui64 || bench.ns->has_nguid || bench.ns->has_uuid);
    bytes[11] = 0xfe;
    bytes[31] = 0xfe;
    bytes[51] = 0xfe;
    assert_int_equal(descriptors(bytes, 64), 0);
    assert_true(bench.ns->has_eui64 && bench.ns->has_nguid && bench.ns->has_uuid);
    bench_end(&bench);
}

static void fault_026_044_descriptors_only_where_known(void **state)
{
    static const uint32_t versions[] = {0x10000, 0x10100, 0x10200, 0x10300, 0x20000};
    (void)state;
    for (size_t i = 0; i < 5; i++) {
        start();
        bench.settings.vs = versions[i];
        assert_int_equal(power_and_open(1), 0);
        assert_int_equal(asked[3], versions[i] >= 0x10300 ? 1 : 0);
        bench_end(&bench);
    }
    for (uint32_t quirk = LWNVME_QUIRK_IDENTIFY_CNS_1; quirk <= LWNVME_QUIRK_NO_NS_DESCRIPTORS; quirk <<= 1) {
        start();
        bench.config.quirks_add = quirk;
        assert_int_equal(power_and_open(1), 0);
        assert_int_equal(asked[3], 0);
        assert_int_equal(lwnvme_sync_namespace_enumerate(bench.controller, 0, &list), 0);
        assert_int_equal(asked[2], quirk == LWNVME_QUIRK_NO_NS_DESCRIPTORS ? 1 : 0);
        assert_int_equal(list.count, 1);
        bench_end(&bench);
    }
}

/* ---- lists ---- */

static uint32_t list_words[1024];

static void put_list(uint8_t cns, uint32_t nsid, uint8_t *data)
{
    (void)nsid;
    if (cns == 2) {
        for (uint32_t i = 0; i < 1024; i++) {
            data[4 * i] = (uint8_t)list_words[i];
            data[4 * i + 1] = (uint8_t)(list_words[i] >> 8);
            data[4 * i + 2] = (uint8_t)(list_words[i] >> 16);
            data[4 * i + 3] = (uint8_t)(list_words[i] >> 24);
        }
    }
}

static void list_is(uint32_t after, uint32_t count, bool more, bool damaged)
{
    assert_int_equal(lwnvme_sync_namespace_enumerate(bench.controller, after, &list), 0);
    assert_int_equal(list.status, 0);
    assert_int_equal(list.count, count);
    assert_int_equal(list.more, more);
    assert_int_equal(list.damaged, damaged);
}

static void fault_043_lists_that_make_no_sense(void **state)
{
    (void)state;
    start();
    assert_int_equal(power_and_open(1), 0);
    patch_whole = put_list;
    memset(list_words, 0, sizeof(list_words));
    list_is(0, 0, false, false);
    list_words[0] = 3;
    list_words[1] = 3;
    list_is(0, 1, false, true);
    list_words[1] = 2;
    list_is(0, 1, false, true);
    list_words[1] = 0xffffffff;
    list_is(0, 1, false, true);
    list_words[1] = 0xfffffffe;
    list_is(0, 2, false, false);
    list_is(3, 0, false, true); /* not above what was asked for */
    list_is(2, 2, false, false);
    for (uint32_t i = 0; i < 1024; i++) {
        list_words[i] = 7 + i * 3;
    }
    list_is(0, 1024, true, false);
    assert_int_equal(list.nsids[1023], 7 + 1023 * 3);
    list_words[1023] = 0xfffffffe;
    list_is(0, 1024, false, false);
    list_words[1023] = 0xffffffff;
    list_is(0, 1023, false, true);
    list_is(0xfffffffe, 0, false, false);
    list_is(0xffffffff, 0, false, false);
    bench_end(&bench);
}

static void fault_041_no_namespace_is_no_error(void **state)
{
    (void)state;
    start();
    bench.settings.nn = 0;
    assert_int_equal(power_and_open(1), LWNVME_ERR_NS_INVALID_ID);
    list_is(0, 0, false, false);
    bench_end(&bench);
}

static void fault_042_huge_nn_on_an_old_controller(void **state)
{
    (void)state;
    start();
    bench.settings.vs = 0x10000;
    bench.settings.nn = 0xffffffff;
    bench.settings.namespace_count = 5;
    bench.settings.ns[2].active = false;
    assert_int_equal(power_and_open(1), 0);
    memset(asked, 0, sizeof(asked));
    list_is(0, 4, true, false);
    assert_int_equal(asked[2], 0);
    assert_true(asked[0] <= 1024);
    assert_int_equal(list.nsids[2], 4);
    /* Asked to the end: bounded, although the controller has four thousand million. */
    uint32_t calls = 1;
    while (list.more) {
        uint32_t last = list.last;
        list_is(last, 0, ++calls < 64, false);
        assert_true(!list.more || list.last > last);
    }
    assert_int_equal(asked[0], 65536);
    bench_end(&bench);
}

static void fault_044_list_that_is_rejected(void **state)
{
    struct lwnvme_sim_fault fault = {
        .kind = LWNVME_SIM_STATUS, .queue = LWNVME_SIM_ADMIN_QUEUE, .opcode = 6, .status = 0x4002};
    (void)state;
    start();
    bench.settings.namespace_count = 9;
    bench.settings.ns[0].active = false;
    bench.settings.ns[8].active = false;
    assert_int_equal(power_and_open(2), 0);
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
    list_is(0, 7, false, false);
    assert_int_equal(list.nsids[0], 2);
    assert_int_equal(list.nsids[6], 8);
    /* One of the questions fails as well: that identifier is left out. */
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
    fault.skip = 3;
    assert_true(lwnvme_sim_fault_add(bench.sim, &fault));
    list_is(0, 6, false, false);
    bench_end(&bench);
}

static void pages_of_a_long_list(void **state)
{
    uint32_t after = 0;
    uint32_t seen = 0;
    (void)state;
    start();
    bench.settings.namespace_count = 3000;
    assert_int_equal(power_and_open(3000), 0);
    do {
        assert_int_equal(lwnvme_sync_namespace_enumerate(bench.controller, after, &list), 0);
        for (uint32_t i = 0; i < list.count; i++) {
            assert_int_equal(list.nsids[i], ++seen);
        }
        after = seen;
    } while (list.more);
    assert_int_equal(seen, 3000);
    bench_end(&bench);
}

static void inactive_namespaces(void **state)
{
    (void)state;
    start();
    bench.settings.namespace_count = 3;
    bench.settings.ns[1].active = false;
    assert_int_equal(power_and_open(2), LWNVME_ERR_NS_INACTIVE);
    assert_int_equal(asked[3], 0);
    assert_int_equal(lwnvme_sync_namespace_open(bench.controller, 3, bench.ns), 0);
    bench_end(&bench);
}

/* The controller is lost while a namespace and a list are being read: both end, with a reason. */
static void fault_124_removal_in_the_middle(void **state)
{
    (void)state;
    start();
    assert_int_equal(power_and_open(1), 0);
    lwnvme_sim_settings(bench.sim)->admin_latency_us = 10000;
    assert_int_equal(lwnvme_namespace_open(bench.controller, 1, bench.ns), 0);
    assert_int_equal(lwnvme_namespace_enumerate(bench.controller, 0, &list), 0);
    lwnvme_sim_remove(bench.sim);
    assert_int_equal(bench_settle(&bench), LWNVME_ERR_GONE);
    assert_int_equal(bench.ns->status, LWNVME_ERR_ABORTED);
    assert_int_equal(list.status, LWNVME_ERR_ABORTED);
    assert_int_equal(lwnvme_namespace_open(bench.controller, 1, bench.ns), LWNVME_ERR_GONE);
    bench_end(&bench);
}

static void reset_while_descriptors_and_probes_are_read(void **state)
{
    (void)state;
    for (uint64_t wait_us = 1000; wait_us < 60000; wait_us += 3000) {
        start();
        bench.settings.vs = 0x10300;
        bench.settings.identify_cns_max = 1; /* neither list nor descriptors */
        bench.settings.namespace_count = 4;
        assert_int_equal(power_and_open(1), 0);
        lwnvme_sim_settings(bench.sim)->admin_latency_us = 10000;
        assert_int_equal(lwnvme_namespace_open(bench.controller, 1, bench.ns), 0);
        assert_int_equal(lwnvme_namespace_enumerate(bench.controller, 0, &list), 0);
        for (uint64_t passed = 0; passed < wait_us; passed += 500) {
            lwnvme_sim_advance(bench.sim, 500);
            (void)lwnvme_controller_poll(bench.controller);
        }
        assert_int_equal(lwnvme_sync_controller_reset(bench.controller), 0);
        assert_int_not_equal(bench.ns->status, LWNVME_PENDING);
        assert_int_not_equal(list.status, LWNVME_PENDING);
        assert_int_equal(lwnvme_sync_namespace_open(bench.controller, 1, bench.ns), 0);
        bench_end(&bench);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_namespace),
        cmocka_unit_test(arguments_are_checked),
        cmocka_unit_test(the_last_identifiers),
        cmocka_unit_test(fault_033_identify_that_fails_or_delivers_nothing),
        cmocka_unit_test(fault_037_block_sizes),
        cmocka_unit_test(fault_038_format_index),
        cmocka_unit_test(fault_038_format_index_of_unique_attributes),
        cmocka_unit_test(fault_046_identifiers_that_change),
        cmocka_unit_test(fault_039_040_sizes),
        cmocka_unit_test(fault_054_056_boundary_protection_and_metadata),
        cmocka_unit_test(fault_081_write_protected),
        cmocka_unit_test(fault_035_block_larger_than_a_transfer),
        cmocka_unit_test(a_namespace_smaller_than_a_transfer),
        cmocka_unit_test(fault_045_descriptors_that_make_no_sense),
        cmocka_unit_test(fault_046_identifiers_of_zeros_or_ones_are_absent),
        cmocka_unit_test(fault_026_044_descriptors_only_where_known),
        cmocka_unit_test(fault_043_lists_that_make_no_sense),
        cmocka_unit_test(fault_041_no_namespace_is_no_error),
        cmocka_unit_test(fault_042_huge_nn_on_an_old_controller),
        cmocka_unit_test(fault_044_list_that_is_rejected),
        cmocka_unit_test(pages_of_a_long_list),
        cmocka_unit_test(inactive_namespaces),
        cmocka_unit_test(fault_124_removal_in_the_middle),
        cmocka_unit_test(reset_while_descriptors_and_probes_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
