/* SPDX-License-Identifier: MIT */
/* One controller with one I/O queue and its namespaces, by the library's blocking calls. State is the
 * caller's. */
#include "drive.h"

#include "text.h"

#define DRIVE_FOUND_MAX        8u
#define DRIVE_KELVIN_AT_0_C    273u
#define DRIVE_LIST_CALLS_MAX   64u
#define DRIVE_IDENTIFIER_BYTES 16u

bool drive_choose(struct drive *drive, const struct options *options)
{
    static struct platform_drive found[DRIVE_FOUND_MAX];
    const uint32_t count = platform_drives(found, DRIVE_FOUND_MAX);

    for (uint32_t i = 0; i < count && i < DRIVE_FOUND_MAX; i++) {
        text_print("drive %u: %s\n", i, found[i].where);
    }
    if (count == 0) {
        text_print("no NVMe controller found (PCI class 01:08:02)\n");
        return false;
    }
    if (options->device >= count || options->device >= DRIVE_FOUND_MAX) {
        text_print("there is no drive %u\n", options->device);
        return false;
    }
    if (count > 1) {
        text_print("using drive %u; device=N on the command line takes another\n", options->device);
    }
    drive->place = found[options->device];
    drive->place.config.io_timeout_ms = options->timeout_ms;
    drive->place.config.max_transfer_bytes = options->transfer_bytes;
    /* A second one is for commands that try how queues can be made. */
    drive->place.config.io_queues =
        options->processors > 2u && options->shared == 0 ? options->processors : 2u;
    drive->queue_config.entries = options->entries;
    drive->use_cmb = options->cmb != 0;
    drive->queue_config.flags = options->shared != 0 ? LWNVME_QUEUE_SHARED : 0;
    return true;
}

const char *drive_route(struct drive *drive, const struct options *options)
{
    const uint32_t processors = options->processors > 1u ? options->processors : 1u;
    const char *reason;

    if (platform_processors(processors) < processors) {
        return "there are not so many processors";
    }
    reason = platform_interrupts(&drive->place, &drive->controller, options->irq, processors);
    if (reason == NULL && processors > 1u && options->irq != PLATFORM_POLL &&
        platform_vector(&drive->place, processors - 1u) != processors) {
        return "the controller has fewer interrupt vectors than there are processors";
    }
    if (reason == NULL && options->irq != PLATFORM_POLL) {
        drive->queue_config.flags |= LWNVME_QUEUE_INTERRUPT;
        drive->queue_config.vector = platform_vector(&drive->place, 0);
    }
    return reason;
}

uint32_t drive_wait(struct drive *drive)
{
    return lwnvme_queue_wait(&drive->queue, 0, lwnvme_next_deadline(&drive->controller));
}

static void drive_open_namespace(struct drive *drive, uint32_t nsid)
{
    struct lwnvme_namespace *ns = &drive->ns[drive->ns_count];

    /* Those with protection information are read and written without further ado: the controller does it all. */
    if (lwnvme_sync_protection_open(&drive->controller, nsid, ns, &drive->protection[drive->ns_count]) == 0 &&
        drive->current == NULL) {
        drive->current = ns;
    }
    drive->ns_count++;
}

static int drive_open_namespaces(struct drive *drive)
{
    uint32_t after = 0;

    drive->ns_count = 0;
    drive->current = NULL;
    for (uint32_t call = 0; call < DRIVE_LIST_CALLS_MAX; call++) {
        const int status = lwnvme_sync_namespace_enumerate(&drive->controller, after, &drive->list);

        if (status != 0) {
            return status;
        }
        for (uint32_t i = 0; i < drive->list.count && drive->ns_count < DRIVE_NAMESPACES_MAX; i++) {
            drive_open_namespace(drive, drive->list.nsids[i]);
        }
        if (!drive->list.more || drive->ns_count == DRIVE_NAMESPACES_MAX) {
            break;
        }
        after = drive->list.last;
    }
    return 0;
}

/* Has the queue lie in the controller's memory. */
static int drive_open_cmb(struct drive *drive)
{
    struct lwnvme_cmb_bar bar;
    int status;

    drive->cmb = (struct lwnvme_cmb){0};
    status = lwnvme_cmb_find(&drive->controller, &drive->cmb);
    if (status != 0) {
        return status;
    }
    if (!platform_bar(&drive->place, drive->cmb.bir, &bar)) {
        return LWNVME_ERR_CMB_LOCATION;
    }
    status = lwnvme_cmb_open(&drive->controller, &drive->cmb, &bar);
    if (status != 0) {
        return status;
    }
    lwnvme_cmb_queue_memory(&drive->cmb, &drive->queue_memory);
    drive->queue_config.memory = &drive->queue_memory;
    text_print("submission queue in the controller memory buffer: BAR %u, offset %" TEXT_64 "u, %" TEXT_64
               "u KiB\n",
               drive->cmb.bir, drive->cmb.offset_bytes, drive->cmb.size_bytes >> 10);
    return 0;
}

int drive_open(struct drive *drive)
{
    const uint64_t start_us = platform_now_us();
    int status = lwnvme_sync_controller_open(&drive->controller, &drive->place.config);

    if (status != 0) {
        return status;
    }
    if (drive->use_cmb) {
        status = drive_open_cmb(drive);
    }
    if (status == 0) {
        status = lwnvme_sync_queue_create(&drive->controller, &drive->queue, &drive->queue_config);
    }
    if (status == 0) {
        status = drive_open_namespaces(drive);
    }
    if (status != 0) {
        (void)lwnvme_sync_controller_close(&drive->controller);
        return status;
    }
    text_print("ready after %" TEXT_64 "u ms\n", (platform_now_us() - start_us) / 1000u);
    return 0;
}

int drive_close(struct drive *drive)
{
    return lwnvme_sync_controller_close(&drive->controller);
}

int drive_shutdown(struct drive *drive)
{
    const uint64_t start_us = platform_now_us();
    const int status = lwnvme_sync_controller_shutdown(&drive->controller, LWNVME_SHUTDOWN_NORMAL);
    const int closed = lwnvme_sync_controller_close(&drive->controller);

    if (status == 0 && closed == 0) {
        text_print("shut down in %" TEXT_64 "u ms\n", (platform_now_us() - start_us) / 1000u);
    }
    return status != 0 ? status : closed;
}

static void drive_print_commands(uint16_t oncs)
{
    static const struct {
        uint32_t bit;
        const char *name;
    } commands[] = {
        {LWNVME_ONCS_COMPARE, "compare"},
        {LWNVME_ONCS_WRITE_ZEROES, "write zeroes"},
        {LWNVME_ONCS_DATASET_MANAGEMENT, "dataset management"},
        {LWNVME_ONCS_VERIFY, "verify"},
    };
    const char *separator = " ";

    text_print("  optional commands:");
    for (uint32_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if ((oncs & commands[i].bit) != 0) {
            text_print("%s%s", separator, commands[i].name);
            separator = ", ";
        }
    }
    text_print("\n");
}

void drive_print_info(const struct drive *drive)
{
    const struct lwnvme_controller_info *info = lwnvme_controller_get_info(&drive->controller);

    if (info == NULL) {
        text_print("controller: not identified\n");
        return;
    }
    text_print("controller: %s\n", drive->place.where);
    text_print("  model %s\n  serial %s\n  firmware %s\n", info->model, info->serial, info->firmware);
    text_print("  NVMe %u.%u.%u, vendor %04x, controller %u, %s\n", info->version >> 16,
               (info->version >> 8) & 255u, info->version & 255u, info->vid, info->cntlid,
               info->subnqn[0] != '\0' ? info->subnqn : "no NQN");
    text_print("  I/O queue pairs granted %u, largest queue %u entries, in use %s\n", info->io_queues,
               info->queue_entries_max, lwnvme_state_name(lwnvme_controller_state(&drive->controller)));
    text_print("  memory page ");
    text_print_size(info->memory_page_bytes);
    text_print(", one transfer up to ");
    text_print_size(info->max_transfer_bytes);
    text_print(" (controller: ");
    if (info->mdts_bytes == 0) {
        text_print("no limit");
    } else {
        text_print_size(info->mdts_bytes);
    }
    text_print(")\n  volatile write cache: %s\n", (info->vwc & 1u) != 0 ? "yes" : "no");
    drive_print_commands(info->oncs);
}

static void drive_print_identifier(const char *name, const uint8_t *bytes, uint32_t count)
{
    text_print("    %s ", name);
    for (uint32_t i = 0; i < count && i < DRIVE_IDENTIFIER_BYTES; i++) {
        text_print("%02x", bytes[i]);
    }
    text_print("\n");
}

static void drive_print_namespace(const struct lwnvme_namespace *ns)
{
    text_print("  namespace %u: ", ns->nsid);
    if (ns->status != 0) {
        text_print("not usable: ");
        text_print_status(ns->status);
        text_print("\n");
        return;
    }
    text_print("%" TEXT_64 "u blocks of %u bytes, ", ns->block_count, ns->block_bytes);
    text_print_size(ns->block_count * ns->block_bytes);
    text_print(", format %u of %u%s\n", ns->format_index, ns->format_count,
               ns->read_only ? ", write protected" : "");
    text_print("    in use %" TEXT_64 "u blocks, one command up to %u blocks", ns->used_blocks,
               ns->max_blocks);
    if (ns->boundary_blocks != 0) {
        text_print(", boundary at %u", ns->boundary_blocks);
    }
    text_print("\n");
    if (ns->has_eui64) {
        drive_print_identifier("eui64", ns->eui64, sizeof(ns->eui64));
    }
    if (ns->has_nguid) {
        drive_print_identifier("nguid", ns->nguid, sizeof(ns->nguid));
    }
    if (ns->has_uuid) {
        drive_print_identifier("uuid", ns->uuid, sizeof(ns->uuid));
    }
}

void drive_print_namespaces(const struct drive *drive)
{
    text_print("namespaces: %u\n", drive->ns_count);
    for (uint32_t i = 0; i < drive->ns_count; i++) {
        drive_print_namespace(&drive->ns[i]);
    }
}

static void drive_print_count(const char *name, const struct lwnvme_le128 *value, const char *unit)
{
    if (lwnvme_le128_high64(value) != 0) {
        text_print("  %s: more than 2^64%s\n", name, unit);
    } else {
        text_print("  %s: %" TEXT_64 "u%s\n", name, lwnvme_le128_low64(value), unit);
    }
}

static void drive_print_temperature(uint16_t kelvin)
{
    if (kelvin < DRIVE_KELVIN_AT_0_C) {
        text_print("  temperature: %u K\n", kelvin);
    } else {
        text_print("  temperature: %u C\n", kelvin - DRIVE_KELVIN_AT_0_C);
    }
}

int drive_print_smart(struct drive *drive)
{
    struct lwnvme_smart_log *const smart = (struct lwnvme_smart_log *)drive->list.data; /* free by now */
    const int status = lwnvme_sync_log_smart(&drive->controller, LWNVME_NSID_ALL, smart);

    if (status != 0) {
        return status;
    }
    text_print("health:%s\n", smart->cw == 0 ? " no warning" : "");
    if (smart->cw != 0) {
        text_print("  critical warning: 0x%02x\n", smart->cw);
    }
    drive_print_temperature(lwnvme_le16_get(&smart->ctemp));
    text_print("  spare: %u %% (threshold %u %%), used: %u %%\n", smart->avsp, smart->avspt, smart->pused);
    drive_print_count("read", &smart->dur, " units of 512000 bytes");
    drive_print_count("written", &smart->duw, " units of 512000 bytes");
    drive_print_count("power-on hours", &smart->poh, "");
    drive_print_count("power cycles", &smart->pwrc, "");
    drive_print_count("unsafe shutdowns", &smart->upl, "");
    drive_print_count("media errors", &smart->mdie, "");
    drive_print_count("error log entries", &smart->neile, "");
    return 0;
}

static void drive_print_error(const struct lwnvme_error_log_entry *entry)
{
    text_print("  error %" TEXT_64 "u: queue %u, command %u, namespace %u, LBA %" TEXT_64 "u: ",
               lwnvme_le64_get(&entry->ecnt), lwnvme_le16_get(&entry->sqid), lwnvme_le16_get(&entry->cid),
               lwnvme_le32_get(&entry->nsid), lwnvme_le64_get(&entry->lba));
    text_print_status((int)lwnvme_le16_get(&entry->sts) >> 1);
    text_print("\n");
}

int drive_print_errors(struct drive *drive)
{
    static struct lwnvme_error_log_entry entries[DRIVE_ERRORS_MAX];
    const struct lwnvme_controller_info *info = lwnvme_controller_get_info(&drive->controller);
    const uint32_t room = info != NULL && info->elpe < DRIVE_ERRORS_MAX ? info->elpe : DRIVE_ERRORS_MAX;
    uint32_t count = 0;
    const int status = lwnvme_sync_log_error(&drive->controller, 0, room, entries);

    if (status != 0) {
        return status;
    }
    for (uint32_t i = 0; i < room; i++) {
        count += lwnvme_le64_get(&entries[i].ecnt) != 0 ? 1u : 0u;
    }
    text_print("error log: %u of %u entries in use\n", count, room);
    for (uint32_t i = 0; i < room; i++) {
        if (lwnvme_le64_get(&entries[i].ecnt) != 0) {
            drive_print_error(&entries[i]);
        }
    }
    return 0;
}
