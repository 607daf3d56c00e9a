/* SPDX-License-Identifier: MIT */
/* The shell's commands on zoned namespaces: a report, what can be done to a zone, and appends. */
#include "shell_private.h"

#include <lwnvme/sync_zoned.h>

#include "pattern.h"

#define SHELL_REPORT_BYTES  4096u
#define SHELL_APPEND_BLOCKS 256u

static struct lwnvme_zoned
    zoned; /* of the last command; not on the stack: it is larger than a frame may be */

static const struct shell_zone_action {
    const char *name;
    uint32_t action;
    uint32_t flags;
} shell_zone_actions[] = {
    {"close", LWNVME_ZSA_CLOSE, 0},
    {"finish", LWNVME_ZSA_FINISH, 0},
    {"open", LWNVME_ZSA_OPEN, 0},
    {"open-zrwa", LWNVME_ZSA_OPEN, LWNVME_ZONE_ZRWA},
    {"reset", LWNVME_ZSA_RESET, 0},
    {"reset-all", LWNVME_ZSA_RESET, LWNVME_ZONE_EACH},
    {"offline", LWNVME_ZSA_OFFLINE, 0},
    {"flush", LWNVME_ZSA_FLUSH_ZRWA, 0},
    {"close-all", LWNVME_ZSA_CLOSE, LWNVME_ZONE_EACH},
    {"finish-all", LWNVME_ZSA_FINISH, LWNVME_ZONE_EACH},
};

/* NSID, the first argument. */
static bool shell_zoned_open(struct shell *shell)
{
    uint32_t nsid;
    int status;

    if (!shell_number_32(shell, 1, 0, &nsid)) {
        return false;
    }
    status = lwnvme_sync_zoned_open(&shell->drive->controller, nsid, &zoned);
    if (status != 0) {
        shell_result(shell, shell->words[0], status);
    }
    return status == 0;
}

static void shell_zones(struct shell *shell)
{
    struct lwnvme_zone_report report = {.zoned = &zoned, .memory_bytes = SHELL_REPORT_BYTES};
    struct lwnvme_zone zone;
    int status;

    if (!shell_zoned_open(shell) || (report.memory = shell_memory(SHELL_REPORT_BYTES)) == NULL) {
        return;
    }
    text_print("%" TEXT_64 "u zones of %" TEXT_64 "u blocks, active %u, open %u, append %u blocks\n",
               zoned.zone_count, zoned.zone_blocks, zoned.max_active, zoned.max_open, zoned.append_blocks);
    text_print("zrwa %u blocks, flushed by %u, in %u zones\n", zoned.zrwa_blocks, zoned.zrwa_flush_blocks,
               zoned.zrwa_zones);
    do {
        status = lwnvme_sync_zone_report_next(&shell->drive->queue, &report);
        for (uint32_t i = 0; status == 0 && i < report.count; i++) {
            (void)lwnvme_zone_report_get(&report, i, &zone);
            text_print("zone %" TEXT_64 "u state %u capacity %" TEXT_64 "u pointer %" TEXT_64
                       "u attributes %u\n",
                       zone.first_lba, zone.state, zone.capacity_blocks, zone.write_pointer, zone.attributes);
        }
    } while (status == 0 && report.more);
    platform_free(report.memory, SHELL_REPORT_BYTES);
    shell_result(shell, "zones", status);
}

static void shell_zone(struct shell *shell)
{
    uint64_t lba = 0;

    for (uint32_t i = 0; i < sizeof(shell_zone_actions) / sizeof(shell_zone_actions[0]); i++) {
        const struct shell_zone_action *action = &shell_zone_actions[i];

        if (!text_equal(shell->words[2], action->name)) {
            continue;
        }
        if (((action->flags & LWNVME_ZONE_EACH) != 0 ||
             (shell_given(shell, 3) && shell_number(shell, 3, 0, &lba))) &&
            shell_zoned_open(shell)) {
            shell_result(
                shell, "zone",
                lwnvme_sync_zone_manage(&shell->drive->queue, &zoned, action->action, lba, action->flags));
        }
        return;
    }
    text_print("there is no such action\n");
    shell_refuse();
}

/* Zone append, or a write at an address: blocks of bytes that count up. */
static void shell_zone_put(struct shell *shell, bool append)
{
    uint64_t lba;
    uint32_t count;
    uint8_t *data;
    int status;

    if (!shell_number(shell, 2, 0, &lba) || !shell_number_32(shell, 3, 1, &count) ||
        !shell_zoned_open(shell)) {
        return;
    }
    if (count > SHELL_APPEND_BLOCKS) {
        text_print("up to %u blocks\n", SHELL_APPEND_BLOCKS);
        shell_refuse();
        return;
    }
    data = shell_memory((size_t)count * zoned.ns.block_bytes);
    if (data == NULL) {
        return;
    }
    for (uint32_t i = 0; i < count * zoned.ns.block_bytes; i++) {
        data[i] = (uint8_t)(i * 7u + shell->seed + (i >> 9));
    }
    status = append ? lwnvme_sync_zone_append(&shell->drive->queue, &zoned, lba, count, data, &lba)
                    : lwnvme_sync_write(&shell->drive->queue, &zoned.ns, lba, count, data, 0);
    if (status == 0) {
        text_print("at %" TEXT_64 "u\n", lba);
    }
    platform_free(data, (size_t)count * zoned.ns.block_bytes);
    shell_result(shell, shell->words[0], status);
}

static void shell_zone_append(struct shell *shell)
{
    shell_zone_put(shell, true);
}

static void shell_zone_write(struct shell *shell)
{
    shell_zone_put(shell, false);
}

const struct shell_command shell_zoned_commands[] = {
    {"zones", "NSID", "a report of a zoned namespace", false, shell_zones},
    {"zone", "NSID open|open-zrwa|close|finish|reset|offline|flush|...-all [LBA] [--yes]",
     "does something to a zone, or to all", true, shell_zone},
    {"zone-append", "NSID LBA [COUNT] [--yes]", "appends blocks to the zone that begins there", true,
     shell_zone_append},
    {"zone-write", "NSID LBA [COUNT] [--yes]", "writes blocks to a zone", true, shell_zone_write},
    {NULL, NULL, NULL, false, NULL},
};
