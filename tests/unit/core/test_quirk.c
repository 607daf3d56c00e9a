/* SPDX-License-Identifier: MIT */
/* Which devices need care. The rows expected here are the device identifiers as other drivers know them. */
#include "../support.h"

static uint32_t quirks(uint16_t vendor, uint16_t device)
{
    struct lwnvme_controller_config config = {.pci_vendor_id = vendor, .pci_device_id = device};
    return lwnvme_quirks_for(&config);
}

static void known_devices(void **state)
{
    static const uint16_t write_zeroes[][2] = {
        {0x8086, 0xf1a5}, {0x8086, 0x5845}, {0x144d, 0xa822}, {0x144d, 0xa80b}, {0x144d, 0xa809},
        {0x1987, 0x5019}, {0x1987, 0x5021}, {0x1c5c, 0x1504}, {0x1c5c, 0x1d59}, {0x15b7, 0x2001},
        {0x1d97, 0x2263}, {0x1cc4, 0x6302}, {0x1cc4, 0x6303}, {0x2646, 0x5018}, {0x2646, 0x5016},
        {0x2646, 0x501a}, {0x2646, 0x501b}, {0x2646, 0x501e}, {0x2646, 0x502f}};
    static const uint16_t after_disable[][2] = {{0x1bb1, 0x0100}, {0x1c58, 0x0003}, {0x1c58, 0x0023},
                                                {0x1c5f, 0x0540}, {0x144d, 0xa821}, {0x144d, 0xa822}};
    static const uint16_t before_init[][2] = {{0x8086, 0x0953}, {0x8086, 0x0a53}, {0x8086, 0x0a54}};
    static const uint16_t descriptors[][2] = {{0x126f, 0x2263}, {0x1bb1, 0x0100}, {0x1b4b, 0x1092}};
    static const uint16_t odd_identifiers[][2] = {{0x1e4b, 0x1001}, {0x1e4b, 0x1002}, {0x1e4b, 0x1202}};
    static const uint16_t no_deepest[][2] = {{0x8086, 0xf1a5}, {0x126f, 0x1001}, {0x126f, 0x2262},
                                             {0x1cc1, 0x8201}, {0x2646, 0x2262}, {0x2646, 0x2263},
                                             {0x1e49, 0x0021}, {0x1e49, 0x0041}, {0x025e, 0xf1ac}};
    static const uint16_t bits_48[] = {0x0061, 0x0065, 0x8061, 0xcd00, 0xcd01, 0xcd02};
    (void)state;
    for (size_t i = 0; i < sizeof(write_zeroes) / sizeof(write_zeroes[0]); i++) {
        assert_true((quirks(write_zeroes[i][0], write_zeroes[i][1]) & LWNVME_QUIRK_NO_WRITE_ZEROES) != 0);
    }
    for (size_t i = 0; i < sizeof(after_disable) / sizeof(after_disable[0]); i++) {
        assert_true((quirks(after_disable[i][0], after_disable[i][1]) & LWNVME_QUIRK_DELAY_AFTER_DISABLE) !=
                    0);
    }
    for (size_t i = 0; i < sizeof(before_init) / sizeof(before_init[0]); i++) {
        assert_true((quirks(before_init[i][0], before_init[i][1]) & LWNVME_QUIRK_DELAY_BEFORE_INIT) != 0);
    }
    for (size_t i = 0; i < sizeof(descriptors) / sizeof(descriptors[0]); i++) {
        assert_true((quirks(descriptors[i][0], descriptors[i][1]) & LWNVME_QUIRK_NO_NS_DESCRIPTORS) != 0);
    }
    for (size_t i = 0; i < sizeof(odd_identifiers) / sizeof(odd_identifiers[0]); i++) {
        assert_int_equal(quirks(odd_identifiers[i][0], odd_identifiers[i][1]), LWNVME_QUIRK_ODD_IDENTIFIERS);
    }
    for (size_t i = 0; i < sizeof(no_deepest) / sizeof(no_deepest[0]); i++) {
        assert_true((quirks(no_deepest[i][0], no_deepest[i][1]) & LWNVME_QUIRK_NO_DEEPEST_STATE) != 0);
    }
    for (size_t i = 0; i < sizeof(bits_48) / sizeof(bits_48[0]); i++) {
        assert_int_equal(quirks(0x1d0f, bits_48[i]), LWNVME_QUIRK_DMA_48_BITS);
    }
    assert_true((quirks(0x144d, 0xa821) & LWNVME_QUIRK_MQES_ZERO_IS_64) != 0);
    assert_int_equal(quirks(0x106b, 0x2001), LWNVME_QUIRK_ONE_COMMAND);
    assert_int_equal(quirks(0x106b, 0x2003), 0);
    assert_int_equal(quirks(0x1e4b, 0x1602),
                     0); /* the same identifiers in all of them, but always the same */
    assert_int_equal(quirks(0x106b, 0x2005), LWNVME_QUIRK_ENTRIES_OF_128 | LWNVME_QUIRK_IDENTIFY_CNS_1);
    assert_true((quirks(0x8086, 0x5845) & LWNVME_QUIRK_IDENTIFY_CNS_1) != 0);
}

static void unknown_devices_and_half_matches_have_none(void **state)
{
    (void)state;
    assert_int_equal(quirks(0, 0), 0);
    assert_int_equal(quirks(0x1b36, 0x0010), 0);
    assert_int_equal(quirks(0x8086, 0xa822), 0);
    assert_int_equal(quirks(0xffff, 0xffff), 0);
}

static void configuration_adds_and_removes(void **state)
{
    struct lwnvme_controller_config config = {.pci_vendor_id = 0x144d, .pci_device_id = 0xa822};
    (void)state;
    config.quirks_add = LWNVME_QUIRK_ONE_COMMAND;
    config.quirks_remove = LWNVME_QUIRK_NO_WRITE_ZEROES | LWNVME_QUIRK_DMA_48_BITS;
    assert_int_equal(lwnvme_quirks_for(&config), LWNVME_QUIRK_DELAY_AFTER_DISABLE |
                                                     LWNVME_QUIRK_MQES_ZERO_IS_64 | LWNVME_QUIRK_ONE_COMMAND);
    config.quirks_remove = UINT32_MAX;
    assert_int_equal(lwnvme_quirks_for(&config), 0);
}

static void fault_096_devices_whose_msi_is_broken(void **state)
{
    (void)state;
    assert_false(lwnvme_msi_works(0x15b7, 0x5008));
    assert_false(lwnvme_msi_works(0x15b7, 0x5009));
    assert_true(lwnvme_msi_works(0x15b7, 0x500a));
    assert_true(lwnvme_msi_works(0x15b6, 0x5008));
    assert_true(lwnvme_msi_works(0, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_devices),
        cmocka_unit_test(fault_096_devices_whose_msi_is_broken),
        cmocka_unit_test(unknown_devices_and_half_matches_have_none),
        cmocka_unit_test(configuration_adds_and_removes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
