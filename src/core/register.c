/* SPDX-License-Identifier: MIT */
/*
 * Controller registers: access, and what CAP, VS and CRTO say.
 *
 * Every access is 4 bytes wide; a 64-bit register is two of them, low half first, because some controllers
 * mishandle anything else. A device that has left the bus reads as all ones, or as zeros on some hosts; VS,
 * which is neither, tells.
 *
 * Called by the controller's owner only, except the doorbells, which queue.c writes by itself.
 */
#include "core.h"

#define LWNVME_READY_CAP_MS 600000u

/* Bit by bit: some CPUs have no division, and compilers call a helper there. */
uint32_t lwnvme_divide(uint32_t value, uint32_t divisor)
{
    uint32_t quotient = 0;
    uint32_t rest = 0;
    uint32_t bit;
    uint32_t top;

    for (bit = 32; bit != 0; bit--) {
        top = rest >> 31;
        rest = rest << 1 | (value >> (bit - 1u) & 1u);
        quotient <<= 1;
        if (top != 0 || rest >= divisor) {
            rest -= divisor;
            quotient |= 1u;
        }
    }
    return quotient;
}

uint32_t lwnvme_register_read(const struct lwnvme_controller *controller, size_t offset)
{
    uint32_t value;

    if (LWNVME_CONFIG_MMIO_HOOKS != 0 && controller->ops->mmio_read32 != NULL) {
        value = controller->ops->mmio_read32(controller->host, controller->registers, offset);
    } else {
        const volatile uint8_t *base = (const volatile uint8_t *)controller->registers;
        value = lwnvme_order32(*(const volatile uint32_t *)(const volatile void *)(base + offset));
    }
    LWNVME_BARRIER_AFTER_REGISTER();
    return value;
}

void lwnvme_register_write(const struct lwnvme_controller *controller, size_t offset, uint32_t value)
{
    LWNVME_BARRIER_BEFORE_SQ_DOORBELL();
    if (LWNVME_CONFIG_MMIO_HOOKS != 0 && controller->ops->mmio_write32 != NULL) {
        controller->ops->mmio_write32(controller->host, controller->registers, offset, value);
    } else {
        volatile uint8_t *base = (volatile uint8_t *)controller->registers;
        *(volatile uint32_t *)(volatile void *)(base + offset) = lwnvme_order32(value);
    }
}

void lwnvme_register_write64(const struct lwnvme_controller *controller, size_t offset, uint64_t value)
{
    lwnvme_register_write(controller, offset, (uint32_t)value);
    lwnvme_register_write(controller, offset + 4, (uint32_t)(value >> 32));
}

/* Whether the device still answers, judged by what CSTS just read as and by VS. That may be another version since new firmware
 * was started, by a reset or without. */
bool lwnvme_device_present(const struct lwnvme_controller *controller, uint32_t csts)
{
    uint32_t vs;

    if (csts == 0xffffffffu)
        return false;
    vs = lwnvme_register_read(controller, LWNVME_REG_VS);
    return vs == controller->vs || (vs != 0 && vs != 0xffffffffu);
}

/* 1.0 is the least that can be relied on when the register holds nonsense. One that had a version and has none any more belongs to
 * a device that has gone: the old one stays, and tells so at the next look. */
void lwnvme_version_read(struct lwnvme_controller *controller)
{
    uint32_t vs = lwnvme_register_read(controller, LWNVME_REG_VS);
    uint32_t major;

    if (LWNVME_CONFIG_BOOT == 0 && controller->vs != 0 && (vs == 0 || vs == 0xffffffffu))
        return;
    controller->vs = vs;
    controller->info.version = controller->vs;
    major = lwnvme_field_get(controller->vs, LWNVME_VS_MJR);
    if (major == 0 || major > 255)
        controller->info.version = LWNVME_VERSION(1, 0, 0);
}

int lwnvme_capabilities_read(struct lwnvme_controller *controller)
{
    controller->cap_low = lwnvme_register_read(controller, LWNVME_REG_CAP);
    controller->cap_high = lwnvme_register_read(controller, LWNVME_REG_CAP + 4);
    lwnvme_version_read(controller);
    if (controller->vs == 0xffffffffu &&
        (controller->cap_low == 0xffffffffu || controller->cap_high == 0xffffffffu))
        return LWNVME_ERR_GONE;
    lwnvme_ready_timeout_update(controller);
    return LWNVME_OK;
}

/* CAP.TO is in units of 500 ms, and a controller may use the whole of the last one. From 2.0 on CRTO can
 * hold a longer time than CAP.TO has room for. Neither is believed below the floor, or without end. CAP is
 * read anew, for this alone: some controllers change it once CC has been written. */
void lwnvme_ready_timeout_update(struct lwnvme_controller *controller)
{
    uint32_t low = lwnvme_register_read(controller, LWNVME_REG_CAP);
    uint32_t high = lwnvme_register_read(controller, LWNVME_REG_CAP + 4);
    uint32_t limit_ms = (lwnvme_field_get(low, LWNVME_CAP_TO) + 1u) * LWNVME_CAP_TO_UNIT_MS;

    if ((lwnvme_field_get_halves(low, high, LWNVME_CAP_CRMS) & LWNVME_CAP_CRMS_CRWMS) != 0) {
        uint32_t crto = lwnvme_register_read(controller, LWNVME_REG_CRTO);
        uint32_t crwmt_ms = (lwnvme_field_get(crto, LWNVME_CRTO_CRWMT) + 1u) * LWNVME_CRTO_UNIT_MS;
        if (crwmt_ms > limit_ms)
            limit_ms = crwmt_ms;
    }
    if (limit_ms < LWNVME_CONFIG_READY_FLOOR_MS)
        limit_ms = LWNVME_CONFIG_READY_FLOOR_MS;
    if (limit_ms > LWNVME_READY_CAP_MS)
        limit_ms = LWNVME_READY_CAP_MS;
    limit_ms *= 1000u; /* microseconds now */
    if (limit_ms > controller->limits_us[LWNVME_LIMIT_READY])
        controller->limits_us[LWNVME_LIMIT_READY] = limit_ms;
}

/* log2 of a power of two. */
static uint32_t lwnvme_shift_of(uint32_t power_of_two)
{
    uint32_t shift = 0;

    while (shift < 31 && (1u << shift) < power_of_two)
        shift++;
    return shift;
}

/* Of CC, with the entry sizes. */
static int lwnvme_page_choose(struct lwnvme_controller *controller)
{
    uint32_t least = 12u + lwnvme_cap(controller, LWNVME_CAP_MPSMIN);
    uint32_t most = 12u + lwnvme_cap(controller, LWNVME_CAP_MPSMAX);
    uint32_t shift = lwnvme_shift_of(controller->config.page_bytes);

    if (least > most)
        return LWNVME_ERR_CAP_PAGE_SIZE;
    if (shift < least)
        shift = least;
    if (shift > most)
        shift = most;
    if ((1u << shift) > LWNVME_PAGE_MAX)
        return LWNVME_ERR_CAP_PAGE_SIZE;
    controller->page_bytes = 1u << shift;
    controller->info.memory_page_bytes = controller->page_bytes;
    controller->cc = lwnvme_field_put(shift - 12u, LWNVME_CC_MPS) |
                     lwnvme_field_put(LWNVME_IOSQES, LWNVME_CC_IOSQES) |
                     lwnvme_field_put(LWNVME_IOCQES, LWNVME_CC_IOCQES);
    return LWNVME_OK;
}

#if LWNVME_CONFIG_BOOT
/* The NVM command set alone, so that no namespace of another one is seen. */
static int lwnvme_command_set_choose(struct lwnvme_controller *controller)
{
    controller->cc |= lwnvme_field_put(LWNVME_CC_CSS_NVM, LWNVME_CC_CSS);
    return (lwnvme_cap(controller, LWNVME_CAP_CSS) & LWNVME_CAP_CSS_NVM) != 0 ? LWNVME_OK
                                                                              : LWNVME_ERR_CAP_CSS;
}
#else
static int lwnvme_command_set_choose(struct lwnvme_controller *controller)
{
    uint32_t css = lwnvme_cap(controller, LWNVME_CAP_CSS);
    uint32_t choice;

    /* Some controllers set all three bits, so the most useful one that is there counts: all I/O command sets, among
     * which is NVM wherever it is offered, or NVM alone. */
    if ((css & LWNVME_CAP_CSS_IOCSS) != 0)
        choice = LWNVME_CC_CSS_IOCSS;
    else if ((css & LWNVME_CAP_CSS_NVM) != 0)
        choice = LWNVME_CC_CSS_NVM;
    else if ((css & LWNVME_CAP_CSS_ADMIN_ONLY) != 0)
        choice = LWNVME_CC_CSS_ADMIN_ONLY;
    else
        return LWNVME_ERR_CAP_CSS;
    controller->cc |= lwnvme_field_put(choice, LWNVME_CC_CSS);
    return LWNVME_OK;
}

#endif

static int lwnvme_entries_take(struct lwnvme_controller *controller)
{
    uint32_t entries = lwnvme_cap(controller, LWNVME_CAP_MQES) + 1u;

    if (entries < LWNVME_QUEUE_ENTRIES_MIN) {
        if ((controller->quirks & LWNVME_QUIRK_MQES_ZERO_IS_64) == 0)
            return LWNVME_ERR_CAP_MQES;
        entries = 64;
    }
    controller->info.queue_entries_max = entries;
    return LWNVME_OK;
}

/* Refuses what cannot work, by name, and settles CC but for EN. */
int lwnvme_capabilities_check(struct lwnvme_controller *controller)
{
    int status = lwnvme_entries_take(controller);

    if (status != LWNVME_OK)
        return status;
    status = lwnvme_page_choose(controller);
    if (status != LWNVME_OK)
        return status;
    status = lwnvme_command_set_choose(controller);
    if (status != LWNVME_OK)
        return status;
    /* of the I/O queue of a boot loader, or else of the admin queue alone */
    if (controller->config.bar_bytes <
        (uint64_t)lwnvme_doorbell_offset(controller, LWNVME_CONFIG_BOOT + 1u, 0))
        return LWNVME_ERR_BAR_SIZE;
#if !LWNVME_CONFIG_BOOT
    controller->info.weighted_arbitration =
        (uint8_t)(controller->config.weighted_arbitration & lwnvme_cap(controller, LWNVME_CAP_AMS) &
                  LWNVME_CAP_AMS_WRR);
    controller->cc |= lwnvme_field_put(controller->info.weighted_arbitration, LWNVME_CC_AMS);
#endif
    return LWNVME_OK;
}

#if !LWNVME_CONFIG_BOOT
/* Whether CC as it was settled, and the places of the doorbells, suit CAP as it is now. The command sets' bits in CAP.CSS are
 * those of their numbers in CC.CSS. */
static bool lwnvme_capabilities_suit(const struct lwnvme_controller *controller, uint32_t stride)
{
    uint32_t page = lwnvme_field_get(controller->cc, LWNVME_CC_MPS);
    uint32_t set = lwnvme_field_get(controller->cc, LWNVME_CC_CSS);
    uint32_t arbitration = lwnvme_field_get(controller->cc, LWNVME_CC_AMS);

    return lwnvme_cap(controller, LWNVME_CAP_DSTRD) == stride &&
           lwnvme_cap(controller, LWNVME_CAP_MPSMIN) <= page &&
           lwnvme_cap(controller, LWNVME_CAP_MPSMAX) >= page &&
           (lwnvme_cap(controller, LWNVME_CAP_CSS) >> set & 1u) != 0 &&
           (arbitration & ~lwnvme_cap(controller, LWNVME_CAP_AMS)) == 0;
}

/* CAP anew, after a reset: other firmware may run since. What is settled by it must still do; another number of entries is taken
 * over, and queues that have more are not made again. */
int lwnvme_capabilities_renew(struct lwnvme_controller *controller)
{
    uint32_t low = controller->cap_low;
    uint32_t high = controller->cap_high;
    uint32_t stride = lwnvme_cap(controller, LWNVME_CAP_DSTRD);
    int status;

    controller->cap_low = lwnvme_register_read(controller, LWNVME_REG_CAP);
    controller->cap_high = lwnvme_register_read(controller, LWNVME_REG_CAP + 4);
    if (lwnvme_capabilities_suit(controller, stride) && lwnvme_entries_take(controller) == LWNVME_OK)
        return LWNVME_OK;
    controller->cap_low = low;
    controller->cap_high = high;
    status = lwnvme_csts_check(controller, LWNVME_CHECK_PRESENT, &low);
    return status != LWNVME_OK ? status : LWNVME_ERR_CONTROLLER_CHANGED;
}
#endif

/* DSTRD is at most 15 and identifiers are clamped by lwnvme_doorbell_queues, so this stays below 2^32. */
uint32_t lwnvme_doorbell_offset(const struct lwnvme_controller *controller, uint32_t queue_id, uint32_t is_cq)
{
    return LWNVME_REG_DOORBELLS +
           ((2u * queue_id + is_cq) << (2u + lwnvme_cap(controller, LWNVME_CAP_DSTRD)));
}

/* How many I/O queue identifiers have their doorbells inside the register region. */
uint32_t lwnvme_doorbell_queues(const struct lwnvme_controller *controller)
{
    uint64_t room = controller->config.bar_bytes - LWNVME_REG_DOORBELLS;
    uint32_t room32 = room > 0x7fffffffu ? 0x7fffffffu : (uint32_t)room;
    uint32_t pairs = room32 >> (3u + lwnvme_cap(controller, LWNVME_CAP_DSTRD));

    return pairs == 0 ? 0 : pairs - 1u;
}
