/* SPDX-License-Identifier: MIT */
/* The shell's rarer commands: security, directives, lockdown, LBA status, capacity, virtualization, boot partitions. */
#include "shell_private.h"

#define MISC_BYTES          4096u
#define MISC_BOOT_BYTES_MAX (4u << 20)

static struct shell_show misc_show;
static union {
    struct lwnvme_directive_parameters directives;
    struct lwnvme_stream_parameters streams;
    struct lwnvme_stream_status open_streams;
    struct lwnvme_lba_status lba;
    struct lwnvme_boot_partition boot;
} misc;

static struct lwnvme_controller *misc_controller(struct shell *shell)
{
    return &shell->drive->controller;
}

static void misc_clear(void)
{
    uint8_t *const bytes = (uint8_t *)&misc;

    for (size_t i = 0; i < sizeof(misc); i++) {
        bytes[i] = 0;
    }
}

static uint32_t misc_namespace(const struct shell *shell)
{
    return shell->drive->current != NULL ? shell->drive->current->nsid : 1u;
}

static bool misc_security(const struct shell *shell, struct lwnvme_security_select *select)
{
    uint32_t protocol;
    uint32_t specific;

    if (!shell_number_up_to(shell, 1, 0, 255, &protocol) ||
        !shell_option_number(shell, "spsp", 0, 65535, &specific)) {
        return false;
    }
    *select = (struct lwnvme_security_select){.protocol = (uint8_t)protocol,
                                              .protocol_specific = (uint16_t)specific};
    return true;
}

/* security-recv [PROTOCOL] [spsp=N] [bytes=N] */
static void misc_security_receive(struct shell *shell)
{
    struct lwnvme_security_select select;
    struct lwnvme_buffer buffer;
    uint32_t bytes;
    uint8_t *data;
    int status;

    if (!misc_security(shell, &select) || !shell_option_number(shell, "bytes", 64, MISC_BYTES, &bytes)) {
        return;
    }
    data = shell_memory(MISC_BYTES);
    if (data == NULL) {
        return;
    }
    buffer = lwnvme_buffer_cpu(data, MISC_BYTES);
    status = lwnvme_sync_security_receive(misc_controller(shell), &select, &buffer, bytes);
    if (status == 0) {
        text_dump(data, bytes, 0);
    }
    shell_result(shell, "security-recv", status);
    platform_free(data, MISC_BYTES);
}

/* security-send PROTOCOL WORD [spsp=N] */
static void misc_security_send(struct shell *shell)
{
    struct lwnvme_security_select select;
    struct lwnvme_buffer buffer;
    uint32_t length = 0;
    uint8_t *data;

    if (!misc_security(shell, &select)) {
        return;
    }
    data = shell_memory(MISC_BYTES);
    if (data == NULL) {
        return;
    }
    for (const char *from = shell->words[2]; *from != '\0'; from++) {
        data[length++] = (uint8_t)*from;
    }
    buffer = lwnvme_buffer_cpu(data, MISC_BYTES);
    shell_result(shell, "security-send",
                 lwnvme_sync_security_send(misc_controller(shell), &select, &buffer, length));
    platform_free(data, MISC_BYTES);
}

static void misc_directives(struct shell *shell)
{
    const uint32_t nsid = misc_namespace(shell);
    int status = lwnvme_sync_directive_identify(misc_controller(shell), nsid, &misc.directives);
    bool streams;

    if (status != 0) {
        shell_result(shell, "directives", status);
        return;
    }
    streams = lwnvme_directive_is_set(misc.directives.de, LWNVME_DIRECTIVE_TYPE_STREAMS);
    lwnvme_describe_directive_parameters(shell_show_start(shell, &misc_show), &misc.directives);
    if (streams) {
        status = lwnvme_sync_stream_identify(misc_controller(shell), nsid, &misc.streams);
        if (status == 0) {
            lwnvme_describe_stream_parameters(&misc_show.sink.text.describe, &misc.streams);
            status = lwnvme_sync_stream_get_status(misc_controller(shell), nsid, &misc.open_streams);
        }
        if (status == 0) {
            lwnvme_describe_stream_status(&misc_show.sink.text.describe, &misc.open_streams);
        }
    }
    shell_show_end(&misc_show);
    if (status != 0) {
        shell_result(shell, "streams", status);
    }
}

/* streams COUNT|off: enables the directive and asks for so many, or gives all back */
static void misc_streams(struct shell *shell)
{
    const uint32_t nsid = misc_namespace(shell);
    uint32_t wanted;
    uint32_t given = 0;
    int status;

    if (text_equal(shell->words[1], "off")) {
        status = lwnvme_sync_stream_release_all(misc_controller(shell), nsid);
        if (status == 0) {
            status = lwnvme_sync_directive_enable(misc_controller(shell), nsid, LWNVME_DIRECTIVE_TYPE_STREAMS,
                                                  false);
        }
        shell_result(shell, "streams off", status);
        return;
    }
    if (!shell_number_32(shell, 1, 0, &wanted)) {
        return;
    }
    status = lwnvme_sync_directive_enable(misc_controller(shell), nsid, LWNVME_DIRECTIVE_TYPE_STREAMS, true);
    if (status == 0) {
        status = lwnvme_sync_stream_allocate(misc_controller(shell), nsid, wanted, &given);
    }
    if (status == 0) {
        text_print("  %u streams allocated\n", given);
    }
    shell_result(shell, "streams", status);
}

/* lockdown NUMBER [feature=1] [allow=1] */
static void misc_lockdown(struct shell *shell)
{
    struct lwnvme_lockdown_select select = {.ifc = LWNVME_LOCKDOWN_IFC_ADMIN_QUEUE};
    uint32_t number;
    uint32_t feature;
    uint32_t allow;

    if (!shell_number_up_to(shell, 1, 0, 255, &number) ||
        !shell_option_number(shell, "feature", 0, 1, &feature) ||
        !shell_option_number(shell, "allow", 0, 1, &allow)) {
        return;
    }
    select.scope = feature != 0 ? LWNVME_LOCKDOWN_SCP_FEATURE : LWNVME_LOCKDOWN_SCP_ADMIN;
    select.identifier = (uint8_t)number;
    select.prohibit = allow == 0;
    shell_result(shell, "lockdown", lwnvme_sync_lockdown(misc_controller(shell), &select));
}

/* lba-status [LBA] [count=N] */
static void misc_lba_status(struct shell *shell)
{
    int status;

    misc_clear();
    misc.lba.nsid = misc_namespace(shell);
    misc.lba.action = LWNVME_LBA_STATUS_ATYPE_TRACKED;
    if (!shell_number(shell, 1, 0, &misc.lba.lba) ||
        !shell_option_number(shell, "count", 0, 65535, &misc.lba.block_count)) {
        return;
    }
    status = lwnvme_sync_lba_status_get(misc_controller(shell), &misc.lba);
    for (uint32_t i = 0; status == 0 && i < misc.lba.range_count; i++) {
        text_print("  %" TEXT_64 "u blocks from %" TEXT_64 "u may be unreadable\n",
                   misc.lba.ranges[i].block_count, misc.lba.ranges[i].lba);
    }
    if (status == 0) {
        text_print("  %u ranges%s\n", misc.lba.range_count, misc.lba.more ? ", and more" : "");
    }
    shell_result(shell, "lba-status", status);
}

/* capacity group BYTES | set GROUP BYTES | delete-group N | delete-set N | select N */
static void misc_capacity(struct shell *shell)
{
    struct lwnvme_controller *const controller = misc_controller(shell);
    const char *kind = shell->words[1];
    const bool makes_group = text_equal(kind, "group");
    const bool makes_set = text_equal(kind, "set");
    uint64_t first;
    uint64_t second;
    uint16_t made = 0;
    int status;

    if (!shell_number(shell, 2, 0, &first) || (makes_set && !shell_given(shell, 3)) ||
        !shell_number(shell, 3, 0, &second)) {
        return;
    }
    if (!makes_group && first > UINT16_MAX) {
        text_print("\"%s\" is too large\n", shell->words[2]);
        shell_refuse();
        return;
    }
    if (makes_group) {
        status = lwnvme_sync_capacity_create_group(controller, first, &made);
    } else if (makes_set) {
        status = lwnvme_sync_capacity_create_set(controller, (uint16_t)first, second, &made);
    } else if (text_equal(kind, "delete-group")) {
        status = lwnvme_sync_capacity_delete_group(controller, (uint16_t)first);
    } else if (text_equal(kind, "delete-set")) {
        status = lwnvme_sync_capacity_delete_set(controller, (uint16_t)first);
    } else if (text_equal(kind, "select")) {
        status = lwnvme_sync_capacity_select(controller, (uint16_t)first);
    } else {
        text_print("capacity knows group, set, delete-group, delete-set and select\n");
        shell_refuse();
        return;
    }
    if (made != 0) {
        text_print("  number %u\n", made);
    }
    shell_result(shell, "capacity", status);
}

/* virt CNTLID online|offline|queues N|vectors N */
static void misc_virtualization(struct shell *shell)
{
    struct lwnvme_controller *const controller = misc_controller(shell);
    const char *what = shell->words[2];
    const bool queues = text_equal(what, "queues");
    const bool vectors = text_equal(what, "vectors");
    uint32_t cntlid;
    uint32_t count;
    uint32_t granted = 0;
    int status;

    if (!shell_number_up_to(shell, 1, 0, UINT16_MAX, &cntlid) ||
        ((queues || vectors) && !shell_given(shell, 3)) || !shell_number_32(shell, 3, 0, &count)) {
        return;
    }
    if (text_equal(what, "online") || text_equal(what, "offline")) {
        status =
            lwnvme_sync_virtualization_set_online(controller, (uint16_t)cntlid, text_equal(what, "online"));
    } else if (queues || vectors) {
        status = lwnvme_sync_virtualization_assign_secondary(
            controller, (uint16_t)cntlid, queues ? LWNVME_VIRTUAL_QUEUES : LWNVME_VIRTUAL_INTERRUPTS, count,
            &granted);
    } else {
        text_print("virt knows online, offline, queues and vectors; id 0x15 lists the controllers\n");
        shell_refuse();
        return;
    }
    if (granted != 0) {
        text_print("  %u granted\n", granted);
    }
    shell_result(shell, "virt", status);
}

static void misc_boot(struct shell *shell)
{
    struct lwnvme_boot_partition_info info;
    const int status = lwnvme_boot_partition_get_info(misc_controller(shell), &info);

    if (status == 0) {
        text_print("  two partitions of ");
        text_print_size(info.size_bytes);
        text_print(", %u is active\n", info.active);
    }
    shell_result(shell, "boot", status);
}

/* boot-read PARTITION [OFFSET] [bytes=N] */
static void misc_boot_read(struct shell *shell)
{
    uint32_t partition;
    uint32_t bytes;
    uint8_t *data;
    int status;

    misc_clear();
    if (!shell_number_up_to(shell, 1, 0, 255, &partition) ||
        !shell_number(shell, 2, 0, &misc.boot.offset_bytes) ||
        !shell_option_number(shell, "bytes", MISC_BYTES, MISC_BOOT_BYTES_MAX, &bytes)) {
        return;
    }
    misc.boot.partition = (uint8_t)partition;
    misc.boot.length_bytes = bytes;
    data = shell_memory(bytes);
    if (data == NULL) {
        return;
    }
    misc.boot.buffer = lwnvme_buffer_cpu(data, bytes);
    status = lwnvme_boot_partition_read_begin(misc_controller(shell), &misc.boot);
    if (status == 0) {
        status = shell_follow(shell, "boot-read", &misc.boot.operation);
    }
    if (status == 0) {
        text_dump(data, bytes < 256u ? bytes : 256u, misc.boot.offset_bytes);
    }
    shell_result(shell, "boot-read", status);
    platform_free(data, bytes);
}

/* boot-write PARTITION LBA BYTES [activate=1]: from blocks of the current namespace */
static void misc_boot_write(struct shell *shell)
{
    const struct lwnvme_namespace *const ns = shell_namespace(shell);
    uint32_t partition;
    uint32_t bytes;
    uint32_t activate;
    uint64_t lba;
    uint8_t *image;
    int status;

    misc_clear();
    if (ns == NULL || !shell_number_up_to(shell, 1, 0, 255, &partition) || !shell_number(shell, 2, 0, &lba) ||
        !shell_number_32(shell, 3, 0, &bytes) || !shell_option_number(shell, "activate", 0, 1, &activate)) {
        return;
    }
    if (bytes == 0 || bytes > MISC_BOOT_BYTES_MAX || (bytes & (ns->block_bytes - 1u)) != 0) {
        text_print("whole blocks, up to %u bytes\n", MISC_BOOT_BYTES_MAX);
        shell_refuse();
        return;
    }
    image = shell_memory(bytes);
    if (image == NULL) {
        return;
    }
    status = lwnvme_sync_read(&shell->drive->queue, ns, lba, bytes >> ns->block_shift, image, 0);
    misc.boot.partition = (uint8_t)partition;
    misc.boot.activate = activate != 0;
    misc.boot.length_bytes = bytes;
    misc.boot.buffer = lwnvme_buffer_cpu(image, bytes);
    if (status == 0) {
        status = lwnvme_boot_partition_write_begin(misc_controller(shell), &misc.boot);
    }
    if (status == 0) {
        status = shell_follow(shell, "boot-write", &misc.boot.operation);
    }
    shell_result(shell, "boot-write", status);
    platform_free(image, bytes);
}

const struct shell_command shell_misc_commands[] = {
    {"security-recv", "[PROTOCOL] [spsp=] [bytes=]", "Security Receive; protocol 0 lists the protocols",
     false, misc_security_receive},
    {"security-send", "PROTOCOL WORD [spsp=] [--yes]", "Security Send of a word", true, misc_security_send},
    {"directives", "", "the directives of the namespace, and its streams", false, misc_directives},
    {"streams", "COUNT|off [--yes]", "asks for streams, or gives them back", true, misc_streams},
    {"lockdown", "NUMBER [feature=1] [allow=1] [--yes]", "prohibits an admin opcode or a feature", true,
     misc_lockdown},
    {"lba-status", "[LBA] [count=]", "blocks that may be unreadable", false, misc_lba_status},
    {"capacity", "group|set|delete-group|delete-set|select NUMBER [BYTES] [--yes]",
     "endurance groups and NVM sets", true, misc_capacity},
    {"virt", "CNTLID online|offline|queues|vectors [N] [--yes]", "secondary controllers", true,
     misc_virtualization},
    {"boot", "", "the boot partitions", false, misc_boot},
    {"boot-read", "PARTITION [OFFSET] [bytes=]", "reads a boot partition by the registers", false,
     misc_boot_read},
    {"boot-write", "PARTITION LBA BYTES [activate=1] [--yes]",
     "writes a boot partition from blocks of the namespace", true, misc_boot_write},
    {NULL, NULL, NULL, false, NULL},
};
