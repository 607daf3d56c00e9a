/* SPDX-License-Identifier: MIT */
/*
 * Which settings of the software controller QEMU's has, too, and how they are said to it. A scenario with settings that it
 * cannot have is skipped, with the name of the setting.
 */
#include "device.h"

#include <inttypes.h>
#include <stdio.h>

struct field {
    const char *name;
    size_t offset;
    size_t bytes;
};

/* VSL, which scenarios do not limit: 128 MiB, more than any of their commands. QEMU takes the unit for the memory page that is set,
 * up to 64 KiB, and has 32 bits for the product: with 16 nothing could be verified then. */
#define VERIFY_UNLIMITED 15u

#define FIELD(name)                                                                                          \
    {                                                                                                        \
#name, offsetof(struct lwnvme_sim_config, name), sizeof(((struct lwnvme_sim_config *)0)->name)       \
    }
#define NS_FIELD(name)                                                                                       \
    {                                                                                                        \
#name, offsetof(struct lwnvme_sim_namespace, name), sizeof(((struct lwnvme_sim_namespace *)0)->name) \
    }

/* Settings that are carried out, by QEMU or by the hooks; and those that change nothing that a scenario could mind, because
 * they are hints, or times that QEMU's controller does not take. */
static const struct field known[] = {
    FIELD(bar_physical),
    FIELD(bar_bytes),
    FIELD(msix_vectors),
    FIELD(serial),
    FIELD(mdts),
    FIELD(aerl),
    FIELD(namespace_count),
    FIELD(io_queue_pairs),
    FIELD(command_sets),
    FIELD(zoned),
    FIELD(health.temperature),
    FIELD(clock_start_us),
    FIELD(clock_step_us),
    FIELD(mmio_step_us),
    FIELD(relax_step_us),
    FIELD(clock_granularity_us),
    FIELD(clock_jump_at),
    FIELD(clock_jump_us),
    FIELD(clock_stop_at),
    FIELD(latency_us),
    FIELD(latency_spread_us),
    FIELD(admin_latency_us),
    FIELD(start_enabled),
    FIELD(start_shutdown),
    FIELD(mmio_ones_at),
    FIELD(mmio_zeros_at),
    FIELD(dma_alloc_fail_at),
    FIELD(dma_map_fail_at),
    FIELD(alloc_fail_at),
    FIELD(fail_count),
    FIELD(host_page_bytes),
    FIELD(scattered),
    FIELD(map_length_clamped),
    FIELD(dma_base),
    FIELD(dma_address_bits),
    FIELD(dma_memory_bytes),
    FIELD(track_maps),
    FIELD(shadow_dma),
    FIELD(fence_works),
    FIELD(verbose),
    FIELD(callback_context),
    FIELD(on_command),
    FIELD(on_identify),
    FIELD(on_interrupt),
    FIELD(on_log),
    /* of no importance */
    FIELD(cap_mpsmax),
    FIELD(ready_delay_us),
    FIELD(disable_delay_us),
    FIELD(shutdown_delay_us),
    FIELD(format_us),
    FIELD(seed),
    FIELD(shadow_look_us),
    FIELD(shuffle),
    FIELD(strict_reserved),
    FIELD(strict_prp_last_slot),
    FIELD(strict_cq_room),
    FIELD(abort_on_violation),
    FIELD(power_cut_keeps_some),
    FIELD(complete_during_disable),
};

static const struct field known_ns[] = {
    NS_FIELD(active),  NS_FIELD(detached), NS_FIELD(nsze),  NS_FIELD(ncap),  NS_FIELD(nuse), NS_FIELD(flbas),
    NS_FIELD(formats), NS_FIELD(nlbaf),    NS_FIELD(mc),    NS_FIELD(dpc),   NS_FIELD(dps),  NS_FIELD(csi),
    NS_FIELD(uuid),    NS_FIELD(eui64),    NS_FIELD(nguid), NS_FIELD(noiob), /* a hint */
};

/* What is said of others; the rest is told by its place. */
static const struct field others[] = {
    FIELD(faults),
    FIELD(on_log_page),
    FIELD(on_completion),
    FIELD(on_violation),
    FIELD(cap_to),
    FIELD(cap_mqes),
    FIELD(vs),
    FIELD(psd),
    FIELD(crto_crwmt),
    FIELD(cap_mpsmin),
    FIELD(nn),
    FIELD(telemetry_blocks),
    FIELD(never_disabled),
    FIELD(never_ready),
    FIELD(elpe),
    FIELD(cap_nssrs),
    FIELD(cap_dstrd),
    FIELD(cap_ams),
    FIELD(start_enabling),
    FIELD(start_disabling),
    FIELD(start_fatal),
    FIELD(start_nssro),
    FIELD(start_fenced),
    FIELD(cap_override),
    FIELD(cap_crms),
    FIELD(cap_changes),
    FIELD(subnqn),
    FIELD(model),
    FIELD(firmware),
    FIELD(frmw),
    FIELD(shutdown_never_ends),
    FIELD(fatal_at_enable),
    FIELD(fatal_sticky),
    FIELD(sanicap),
    FIELD(quiet_after_disable_us),
    FIELD(quiet_at_start_us),
    FIELD(npss),
    FIELD(kas),
    FIELD(fuses),
    FIELD(crdt),
    FIELD(cdfs),
    FIELD(bpcap),
    FIELD(boot_partition_units),
    FIELD(awun),
    FIELD(awupf),
    FIELD(wzsl),
    FIELD(vsl),
    FIELD(vid),
    FIELD(sqes),
    FIELD(cqes),
    FIELD(acl),
    FIELD(hmpre),
    FIELD(hmmin),
    FIELD(mdts_shown),
    FIELD(identify_cns_max),
    FIELD(number_of_queues_override),
    FIELD(namespace_room),
    FIELD(format_fails),
    FIELD(cntlid),
    FIELD(did),
    FIELD(dmrl),
    FIELD(crime_ready_delay_us),
};

static void make_equal(uint8_t *to, const uint8_t *from, const struct field *fields, size_t count)
{
    for (size_t index = 0; index < count; index++)
        memcpy(to + fields[index].offset, from + fields[index].offset, fields[index].bytes);
}

#define QEMU_VERSION_REGISTER 0x10400u
#define COUNT(array)          (sizeof(array) / sizeof((array)[0]))

/* Settings in bits, of which QEMU has some. */
struct bits {
    struct field field;
    uint32_t those;
};

static const struct bits bits[] = {
    {FIELD(oncs), 0x01dd}, {FIELD(oacs), 0x012a},  {FIELD(oaes), 0x0300}, {FIELD(vwc), 0x07},
    {FIELD(lpa), 0x07},    {FIELD(cap_css), 0xc1}, {FIELD(sgls), 0x3},
};

/* True if no bit is set that neither QEMU nor the usual settings have; these are then made the usual ones. */
static bool bits_known(struct lwnvme_sim_config *tried, const struct lwnvme_sim_config *usual,
                       const struct bits *one)
{
    uint32_t value = 0;
    uint32_t usually = 0;

    memcpy(&value, (const uint8_t *)tried + one->field.offset, one->field.bytes);
    memcpy(&usually, (const uint8_t *)usual + one->field.offset, one->field.bytes);
    memcpy((uint8_t *)tried + one->field.offset, (const uint8_t *)usual + one->field.offset,
           one->field.bytes);
    return (value & ~one->those & ~usually) == 0;
}

/* The name of what differs first; NULL: nothing. */
static const char *difference(const struct lwnvme_sim_config *config, const struct lwnvme_sim_config *usual)
{
    static char place[64];
    const uint8_t *one = (const uint8_t *)config;
    const uint8_t *other = (const uint8_t *)usual;

    for (size_t index = 0; index < COUNT(others); index++) {
        if (memcmp(one + others[index].offset, other + others[index].offset, others[index].bytes) != 0)
            return others[index].name;
    }
    for (size_t at = 0; at < sizeof(*config); at++) {
        if (one[at] == other[at])
            continue;
        if (at / sizeof(config->ns[0]) >= offsetof(struct lwnvme_sim_config, ns) / sizeof(config->ns[0]) &&
            at >= offsetof(struct lwnvme_sim_config, ns) &&
            at < offsetof(struct lwnvme_sim_config, ns) + sizeof(config->ns)) {
            (void)snprintf(place, sizeof(place), "byte %zu of a namespace",
                           (at - offsetof(struct lwnvme_sim_config, ns)) % sizeof(config->ns[0]));
            return place;
        }
        (void)snprintf(place, sizeof(place), "byte %zu of the settings", at);
        return place;
    }
    return NULL;
}

void device_settings_check(const struct lwnvme_sim_config *config)
{
    struct lwnvme_sim_config *usual = malloc(sizeof(*usual));
    struct lwnvme_sim_config *tried = malloc(sizeof(*tried));
    const char *name = NULL;

    assert_non_null(usual);
    assert_non_null(tried);
    lwnvme_sim_config_default(usual);
    memcpy(tried, config, sizeof(*tried));
    make_equal((uint8_t *)tried, (const uint8_t *)usual, known, COUNT(known));
    for (size_t index = 0; index < LWNVME_SIM_NAMESPACES; index++)
        make_equal((uint8_t *)&tried->ns[index], (const uint8_t *)&usual->ns[index], known_ns,
                   COUNT(known_ns));
    if (tried->vs == QEMU_VERSION_REGISTER)
        tried->vs = usual->vs;
    if (qemu_version() >= 10 && tried->cap_mqes != 0 && tried->cap_mqes <= usual->cap_mqes)
        tried->cap_mqes = usual->cap_mqes;
    if (qemu_version() >= 10)
        tried->sgls &= ~0x80000u; /* MPTR to an SGL */
    for (size_t index = 0; index < COUNT(bits) && name == NULL; index++)
        name = bits_known(tried, usual, &bits[index]) ? NULL : bits[index].field.name;
    if (name == NULL)
        name = difference(tried, usual);
    free(usual);
    free(tried);
    if (config->tnvmcap != 0)
        device_cannot("QEMU has not nearly all that the software controller can do");
    if (name != NULL)
        device_cannot("QEMU has no such setting: %s", name);
    if (config->namespace_count > LWNVME_SIM_NAMESPACES)
        device_cannot("%u namespaces", config->namespace_count);
    if (config->io_queue_pairs == 0 || config->io_queue_pairs > 64)
        device_cannot("%u queue pairs", config->io_queue_pairs);
}

/* QEMU's own list: 512 and 4096 bytes, each with 0, 8, 16 and 64 of metadata. */
static uint8_t format_index(const struct lwnvme_sim_lba_format *format)
{
    static const uint16_t metadata[] = {0, 8, 16, 64};

    for (uint8_t index = 0; index < 4; index++) {
        if (format->ms == metadata[index] && (format->lbads == 9 || format->lbads == 12))
            return (uint8_t)(index + (format->lbads == 12 ? 4 : 0));
    }
    device_cannot("blocks of 2^%u bytes with %u of metadata", format->lbads, format->ms);
}

static const char *or_nothing(const char *words)
{
    return words != NULL ? words : "";
}

static void uuid_word(const struct lwnvme_sim_namespace *ns, char text[37])
{
    size_t at = 0;

    for (size_t index = 0; index < 16; index++) {
        if (index == 4 || index == 6 || index == 8 || index == 10)
            text[at++] = '-';
        (void)snprintf(text + at, 3, "%02x", ns->uuid[index]);
        at += 2;
    }
}

/* Zones, in the form of -device nvme-ns. */
static void zoned_words(const struct lwnvme_sim_config *config, const struct lwnvme_sim_namespace *ns,
                        uint32_t block, char *text, size_t room)
{
    const struct lwnvme_sim_zoned *zoned = &config->zoned;
    int used;

    text[0] = '\0';
    if (ns->csi != 2 || zoned->zsze == 0)
        return;
    used = snprintf(text, room,
                    ",zoned=on,zoned.zone_size=%" PRIu64 ",zoned.zone_capacity=%" PRIu64
                    ",zoned.max_open=%u,zoned.max_active=%u,zoned.descr_ext_size=%u,zoned.cross_read=%s",
                    zoned->zsze * block, (zoned->zcap != 0 ? zoned->zcap : zoned->zsze) * block,
                    zoned->mor + 1, zoned->mar + 1, zoned->zdes * 64u, (zoned->ozcs & 1) != 0 ? "on" : "off");
    if ((zoned->ozcs & 2) != 0)
        (void)snprintf(text + used, room - (size_t)used, ",zoned.numzrwa=%u,zoned.zrwas=%u,zoned.zrwafg=%u",
                       zoned->numzrwa + 1, zoned->zrwasz * block, zoned->zrwafg * block);
}

/* Its drive is the file at that place. */
static void namespace_words(struct lwnvme_sim *sim, struct qemu_command *command, uint32_t index,
                            uint32_t place)
{
    const struct lwnvme_sim_namespace *ns = &sim->config.ns[index];
    const struct lwnvme_sim_lba_format *format = &ns->formats[ns->flbas & 15];
    const uint32_t block = 1u << format->lbads;
    char zones[320];
    char uuid[37];
    uint64_t eui64 = 0;

    sim->format[index] = format_index(format);
    zoned_words(&sim->config, ns, block, zones, sizeof(zones));
    uuid_word(ns, uuid);
    for (size_t byte = 0; byte < 8; byte++)
        eui64 = eui64 << 8 | ns->eui64[byte];
    qemu_word(command, "-blockdev");
    qemu_word(command, "driver=file,node-name=file%u,filename=/proc/self/fd/%d,locking=off,discard=unmap",
              index, QEMU_FILES_FIRST + (int)place);
    if (index == 0 && device_extra.top != NULL) {
        qemu_word(command, "-blockdev");
        qemu_word(command, "%s,node-name=top0", device_extra.top);
    }
    qemu_word(command, "-device");
    qemu_word(command,
              "nvme-ns,drive=%s%u,bus=nvme,nsid=%u,logical_block_size=%u,physical_block_size=%u,"
              "discard_granularity=%u,ms=%u,mset=%u,pi=%u,pil=%u,uuid=%s,eui64=%" PRIu64 ",detached=%s%s%s",
              index == 0 && device_extra.top != NULL ? "top" : "file", index, index + 1, block, block, block,
              format->ms, (ns->flbas & 16) != 0, ns->dps & 7, ns->dps >> 3 & 1, uuid, eui64,
              ns->active ? "off" : "on", zones, or_nothing(device_extra.ns));
}

void device_words(struct lwnvme_sim *sim, struct qemu_command *command)
{
    const struct lwnvme_sim_config *config = &sim->config;
    char serial[21] = "";
    char entries[64] = "";
    uint32_t place = 0;

    memcpy(serial, config->serial, 20);
    for (size_t at = 20; at != 0 && (serial[at - 1] == ' ' || serial[at - 1] == '\0'); at--)
        serial[at - 1] = '\0';
    if (qemu_version() >= 10)
        (void)snprintf(entries, sizeof(entries), ",mqes=%u,cmb_size_mb=%u", config->cap_mqes,
                       device_extra.cmb_mb);
    else
        (void)snprintf(entries, sizeof(entries), ",cmb_size_mb=%u", device_extra.cmb_mb);
    if (device_extra.object != NULL) {
        qemu_word(command, "-object");
        qemu_word(command, "%s", device_extra.object);
    }
    qemu_word(command, "-device");
    qemu_word(command, "nvme-subsys,id=subsystem,nqn=lwnvme%s", or_nothing(device_extra.subsystem));
    qemu_word(command, "-device");
    qemu_word(command,
              "nvme,id=nvme,addr=%u,subsys=subsystem,serial=%s,mdts=%u,aerl=%u,max_ioqpairs=%u,msix_qsize=%u,"
              "zoned.zasl=%u,vsl=%u%s%s",
              DEVICE_SLOT, serial, config->mdts, config->aerl, config->io_queue_pairs,
              config->msix_vectors == 0 ? 1 : config->msix_vectors, config->zoned.zasl, VERIFY_UNLIMITED,
              entries, or_nothing(device_extra.controller));
    for (uint32_t index = 0; index < config->namespace_count; index++) {
        if (config->ns[index].active || config->ns[index].detached)
            namespace_words(sim, command, index, place++);
    }
}
