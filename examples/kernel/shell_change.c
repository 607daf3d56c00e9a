/* SPDX-License-Identifier: MIT */
/* The shell's long operations: firmware update, format, sanitize, self-test, with a bar that shows how far they are. */
#include "shell_private.h"

#define CHANGE_IMAGE_BYTES_MAX (8u << 20)

/* One at a time, as the shell carries out one command at a time. */
static union {
    struct lwnvme_firmware_update firmware;
    struct lwnvme_format format;
    struct lwnvme_sanitize sanitize;
    struct lwnvme_self_test test;
} change;
static struct lwnvme_namespace *change_handles[DRIVE_NAMESPACES_MAX];

static void change_clear(void)
{
    uint8_t *bytes = (uint8_t *)&change;

    for (size_t i = 0; i < sizeof(change); i++) {
        bytes[i] = 0;
    }
}

/* Every handle that the drive has open: an operation may concern any of them. */
static uint32_t change_all_handles(struct drive *drive)
{
    for (uint32_t i = 0; i < drive->ns_count; i++) {
        change_handles[i] = &drive->ns[i];
    }
    return drive->ns_count;
}

/* The image is taken from blocks of the current namespace: a bare kernel has no other place to read it from. */
static uint8_t *change_image_read(struct shell *shell, uint32_t image_bytes, size_t *size_bytes)
{
    const struct lwnvme_namespace *ns = shell_namespace(shell);
    uint32_t blocks;
    uint64_t lba;
    uint8_t *image;
    int status;

    if (ns == NULL || !shell_given(shell, 2) || !shell_number(shell, 1, 0, &lba)) {
        return NULL;
    }
    if (image_bytes == 0 || image_bytes > CHANGE_IMAGE_BYTES_MAX) {
        text_print("an image has 1 to %u bytes\n", CHANGE_IMAGE_BYTES_MAX);
        shell_refuse();
        return NULL;
    }
    blocks = ((image_bytes - 1u) >> ns->block_shift) + 1u;
    *size_bytes = (size_t)blocks << ns->block_shift;
    image = shell_memory(*size_bytes);
    if (image == NULL) {
        return NULL;
    }
    status = lwnvme_sync_read(&shell->drive->queue, ns, lba, blocks, image, 0);
    if (status != 0) {
        shell_result(shell, "reading the image", status);
        platform_free(image, *size_bytes);
        return NULL;
    }
    return image;
}

static void change_firmware_print(const struct lwnvme_firmware_update *update)
{
    static const char *const outcomes[] = {"nothing was changed",
                                           "stored in its slot, not to be activated",
                                           "it runs",
                                           "it runs after the next reset of the controller",
                                           "it runs after a PCI conventional reset",
                                           "it runs after an NVM subsystem reset",
                                           "activating it now would take longer than the controller allows",
                                           "the controller does not let it be activated",
                                           "the activation did not end in time",
                                           "the boot partition holds it",
                                           "the boot partition is the active one"};

    text_print("  %u bytes taken; %s\n", update->bytes_done, outcomes[update->outcome]);
    if (update->active_slot != 0) {
        text_print("  slot %u runs, revision %s", update->active_slot, update->revision);
        if (update->next_slot != 0) {
            text_print("; slot %u is next", update->next_slot);
        }
        text_print("\n");
    }
    if (update->overlap) {
        text_print("  somebody else was downloading at the same time\n");
    }
}

/* fw-update [LBA BYTES] [slot=N] [action=N] [reset=1]; without LBA and BYTES for action 2, which takes no image. */
static void change_fw_update(struct shell *shell)
{
    struct lwnvme_firmware_update *const update = &change.firmware;
    uint32_t action;
    uint32_t slot;
    uint32_t reset;
    uint32_t image_bytes;
    size_t size_bytes = 0;
    uint8_t *image = NULL;
    int status;

    if (!shell_option_number(shell, "action", LWNVME_FIRMWARE_COMMIT_CA_REPLACE_ACTIVATE_AT_RESET, 7,
                             &action) ||
        !shell_option_number(shell, "slot", LWNVME_FIRMWARE_SLOT_AUTO, 7, &slot) ||
        !shell_option_number(shell, "reset", 0, 1, &reset) || !shell_number_32(shell, 2, 0, &image_bytes)) {
        return;
    }
    change_clear();
    if (action != LWNVME_FIRMWARE_COMMIT_CA_ACTIVATE_AT_RESET) {
        image = change_image_read(shell, image_bytes, &size_bytes);
        if (image == NULL) {
            return;
        }
    }
    update->image = image;
    update->image_bytes = image == NULL ? 0 : image_bytes;
    update->action = (uint8_t)action;
    update->slot = (uint8_t)slot;
    update->reset = reset != 0;
    update->handles = change_handles;
    update->handle_count = change_all_handles(shell->drive);
    status = lwnvme_firmware_update_begin(&shell->drive->controller, update);
    if (status == 0) {
        status = shell_follow(shell, "firmware", &update->operation);
        change_firmware_print(update);
    }
    if (image != NULL) {
        platform_free(image, size_bytes);
    }
    shell_result(shell, "fw-update", status);
}

/* format NSID [lbaf=N] [ses=N] [pi=N] [pil=1] [mset=1] */
static void change_format(struct shell *shell)
{
    struct lwnvme_format *const format = &change.format;
    uint32_t nsid;
    uint32_t lbaf;
    uint32_t ses;
    uint32_t pi;
    uint32_t pil;
    uint32_t mset;
    int status;

    if (!shell_number_32(shell, 1, 0, &nsid) || !shell_option_number(shell, "lbaf", 0, 63, &lbaf) ||
        !shell_option_number(shell, "ses", 0, 2, &ses) || !shell_option_number(shell, "pi", 0, 3, &pi) ||
        !shell_option_number(shell, "pil", 0, 1, &pil) || !shell_option_number(shell, "mset", 0, 1, &mset)) {
        return;
    }
    change_clear();
    format->nsid = nsid;
    format->format_index = (uint8_t)lbaf;
    format->secure_erase = (uint8_t)ses;
    format->protection_type = (uint8_t)pi;
    format->protection_first = pil != 0;
    format->metadata_extended = mset != 0;
    format->handles = change_handles;
    format->handle_count = change_all_handles(shell->drive);
    status = lwnvme_format_begin(&shell->drive->controller, format);
    if (status == 0) {
        status = shell_follow(shell, "format", &format->operation);
    }
    shell_result(shell, "format", status);
    drive_print_namespaces(shell->drive);
}

static void change_sanitize_print(const struct lwnvme_sanitize *sanitize)
{
    static const char *const results[] = {
        "never sanitized", "succeeded", "under way", "failed", "succeeded, nothing deallocated", "unknown"};

    text_print("  the most recent sanitize: %s%s\n", results[sanitize->result],
               sanitize->data_erased ? "; nothing has been written since" : "");
}

/* The action by its name; 0: said that there is none. */
static uint8_t change_sanitize_action(const char *name)
{
    static const struct {
        const char *name;
        uint8_t action;
    } actions[] = {{"block", LWNVME_SANACT_BLOCK_ERASE},
                   {"crypto", LWNVME_SANACT_CRYPTO_ERASE},
                   {"overwrite", LWNVME_SANACT_OVERWRITE},
                   {"exit", LWNVME_SANACT_EXIT_FAILURE_MODE}};

    for (uint32_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        if (text_equal(actions[i].name, name)) {
            return actions[i].action;
        }
    }
    text_print("sanitize knows block, crypto, overwrite and exit\n");
    shell_refuse();
    return 0;
}

/* sanitize KIND [passes=N] [pattern=N] [invert=1] [unrestricted=1] [keep=1] */
static void change_sanitize(struct shell *shell)
{
    struct lwnvme_sanitize *const sanitize = &change.sanitize;
    uint8_t action = change_sanitize_action(shell->words[1]);
    uint32_t passes;
    uint32_t invert;
    uint32_t unrestricted;
    uint32_t keep;
    int status;

    change_clear();
    if (action == 0 || !shell_option_number(shell, "passes", 1, 16, &passes) ||
        !shell_option_number(shell, "pattern", 0, UINT32_MAX, &sanitize->pattern) ||
        !shell_option_number(shell, "invert", 0, 1, &invert) ||
        !shell_option_number(shell, "unrestricted", 0, 1, &unrestricted) ||
        !shell_option_number(shell, "keep", 0, 1, &keep)) {
        return;
    }
    sanitize->action = action;
    sanitize->pass_count = (uint8_t)passes;
    sanitize->invert = invert != 0;
    sanitize->unrestricted = unrestricted != 0;
    sanitize->no_deallocate = keep != 0;
    sanitize->handles = change_handles;
    sanitize->handle_count = change_all_handles(shell->drive);
    status = lwnvme_sanitize_begin(&shell->drive->controller, sanitize);
    if (status == 0) {
        status = shell_follow(shell, "sanitize", &sanitize->operation);
        change_sanitize_print(sanitize);
    }
    shell_result(shell, "sanitize", status);
}

/* Follows one that is under way, or says how the last one ended. */
static void change_sanitize_status(struct shell *shell)
{
    struct lwnvme_sanitize *const sanitize = &change.sanitize;
    int status;

    change_clear();
    sanitize->handles = change_handles;
    sanitize->handle_count = change_all_handles(shell->drive);
    status = lwnvme_sanitize_follow(&shell->drive->controller, sanitize);
    if (status == 0) {
        status = shell_follow(shell, "sanitize", &sanitize->operation);
        change_sanitize_print(sanitize);
    }
    shell_result(shell, "sanitize-log", status);
}

static void change_self_test_print(const struct lwnvme_self_test *test)
{
    static const char *const results[] = {"passed",
                                          "aborted by a command",
                                          "aborted by a reset",
                                          "aborted: a namespace was removed",
                                          "aborted by a format",
                                          "a fatal error",
                                          "a segment failed",
                                          "a segment failed",
                                          "aborted",
                                          "aborted by a sanitize"};

    if (test->result == LWNVME_SELF_TEST_NO_RESULT) {
        text_print("  no self-test has been carried out\n");
        return;
    }
    text_print("  result: %s, at %" TEXT_64 "u power-on hours\n", results[test->result],
               test->power_on_hours);
    if (test->segment != 0) {
        text_print("  segment %u", test->segment);
        if (test->has_nsid) {
            text_print(", namespace %u", test->failing_nsid);
        }
        if (test->has_lba) {
            text_print(", LBA %" TEXT_64 "u", test->failing_lba);
        }
        text_print("\n");
    }
}

/* self-test short|extended|status [nsid=N] */
static void change_self_test(struct shell *shell)
{
    struct lwnvme_self_test *const test = &change.test;
    const char *kind = shell->word_count > 1 ? shell->words[1] : "status";
    struct lwnvme_controller *controller = &shell->drive->controller;
    uint32_t nsid;
    int status;

    change_clear();
    if (!shell_option_number(shell, "nsid", LWNVME_NSID_ALL, UINT32_MAX, &nsid)) {
        return;
    }
    test->nsid = nsid;
    if (text_equal(kind, "short") || text_equal(kind, "extended")) {
        test->code = text_equal(kind, "short") ? LWNVME_SELF_TEST_CODE_SHORT : LWNVME_SELF_TEST_CODE_EXTENDED;
        status = lwnvme_self_test_begin(controller, test);
    } else if (text_equal(kind, "status")) {
        status = lwnvme_self_test_follow(controller, test);
    } else {
        text_print("self-test knows short, extended and status\n");
        shell_refuse();
        return;
    }
    if (status == 0) {
        status = shell_follow(shell, "self-test", &test->operation);
        change_self_test_print(test);
    }
    shell_result(shell, "self-test", status);
}

const struct shell_command shell_change_commands[] = {
    {"fw-update", "[LBA BYTES] [slot=] [action=] [reset=1] [--yes]",
     "downloads an image that lies on the namespace and commits it; action 0 to 3 as in Firmware Commit, 2 "
     "without "
     "an image",
     true, change_fw_update},
    {"format", "NSID [lbaf=] [ses=] [pi=] [pil=] [mset=] [--yes]", "formats a namespace", true,
     change_format},
    {"sanitize",
     "block|crypto|overwrite|exit [passes=] [pattern=] [invert=1] [unrestricted=1] [keep=1] [--yes]",
     "destroys all data of the drive", true, change_sanitize},
    {"sanitize-log", "", "follows a sanitize that is under way, or says how the last one ended", false,
     change_sanitize_status},
    {"self-test", "[short|extended|status] [nsid=]", "has the drive test itself, or says how that ended",
     false, change_self_test},
    {NULL, NULL, NULL, false, NULL},
};
