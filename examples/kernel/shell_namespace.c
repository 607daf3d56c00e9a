/* SPDX-License-Identifier: MIT */
/* The shell's commands that make, delete, attach and detach namespaces, and look again which there are. */
#include "shell_private.h"

#define NAMESPACE_TIMEOUT_MS 120000u

static struct lwnvme_namespace_set namespace_set;
static struct lwnvme_namespace *namespace_handles[DRIVE_NAMESPACES_MAX];
static struct lwnvme_namespace_creation namespace_new;

static void namespace_changed(struct lwnvme_namespace_set *set, struct lwnvme_namespace *ns,
                              enum lwnvme_namespace_change change)
{
    static const char *const changes[] = {"", "added", "removed", "resized", "formatted", "modified"};

    (void)set;
    text_print("  namespace %u: %s\n", ns->nsid, changes[change]);
}

/* Handles that were removed are given back, and the shell chooses another namespace if it stood on one of them. */
static void namespace_settle(struct drive *drive)
{
    struct lwnvme_namespace *first = NULL;

    drive->ns_count = 0;
    for (uint32_t i = 0; i < DRIVE_NAMESPACES_MAX; i++) {
        struct lwnvme_namespace *const ns = &drive->ns[i];

        if (ns->nsid != 0 && ns->status == LWNVME_ERR_NS_REMOVED) {
            drive->current = drive->current == ns ? NULL : drive->current;
            (void)lwnvme_namespace_set_release(&namespace_set, ns);
        }
        if (ns->nsid != 0) {
            drive->ns_count = i + 1u;
            first = first == NULL && ns->status == 0 ? ns : first;
        }
    }
    drive->current = drive->current != NULL ? drive->current : first;
}

int shell_rescan(struct shell *shell)
{
    struct drive *const drive = shell->drive;
    int status;

    for (uint32_t i = 0; i < DRIVE_NAMESPACES_MAX; i++) {
        namespace_handles[i] = &drive->ns[i];
    }
    namespace_set.handles = namespace_handles;
    namespace_set.handle_count = DRIVE_NAMESPACES_MAX;
    namespace_set.changed = namespace_changed;
    namespace_set.owns_queues = true;
    status = lwnvme_sync_namespace_set_rescan(&drive->controller, &namespace_set);
    namespace_settle(drive);
    return status;
}

static void namespace_rescan(struct shell *shell)
{
    shell_result(shell, "rescan", shell_rescan(shell));
}

/* ns-create BLOCKS [lbaf=N] [shared=1] */
static void namespace_create(struct shell *shell)
{
    uint32_t lbaf;
    uint32_t shared;
    uint32_t nsid = 0;
    int status;

    namespace_new = (struct lwnvme_namespace_creation){0};
    if (!shell_number(shell, 1, 0, &namespace_new.block_count) ||
        !shell_option_number(shell, "lbaf", 0, 63, &lbaf) ||
        !shell_option_number(shell, "shared", 0, 1, &shared)) {
        return;
    }
    namespace_new.format_index = (uint8_t)lbaf;
    namespace_new.shared = shared != 0;
    status =
        lwnvme_sync_namespace_create(&shell->drive->controller, &namespace_new, NAMESPACE_TIMEOUT_MS, &nsid);
    if (status == 0) {
        text_print("  namespace %u was made; ns-attach %u lets this controller use it\n", nsid, nsid);
    }
    shell_result(shell, "ns-create", status);
}

/* The namespace that a command names. 0: said that it does not. */
static uint32_t namespace_named(const struct shell *shell)
{
    uint32_t nsid;

    if (text_equal(shell->words[1], "all")) {
        return LWNVME_NSID_ALL;
    }
    if (!shell_number_32(shell, 1, 0, &nsid)) {
        return 0;
    }
    if (nsid == 0) {
        text_print("namespaces are numbered from 1\n");
        shell_refuse();
    }
    return nsid;
}

static void namespace_delete(struct shell *shell)
{
    const uint32_t nsid = namespace_named(shell);

    if (nsid != 0) {
        const int status =
            lwnvme_sync_namespace_delete(&shell->drive->controller, nsid, NAMESPACE_TIMEOUT_MS);

        shell_result(shell, "ns-delete", status != 0 ? status : shell_rescan(shell));
    }
}

static void namespace_attach(struct shell *shell)
{
    const uint32_t nsid = namespace_named(shell);

    if (nsid != 0) {
        const int status = lwnvme_sync_namespace_attach_here(&shell->drive->controller, nsid);

        shell_result(shell, "ns-attach", status != 0 ? status : shell_rescan(shell));
    }
}

static void namespace_detach(struct shell *shell)
{
    const uint32_t nsid = namespace_named(shell);

    if (nsid != 0) {
        const int status = lwnvme_sync_namespace_detach_here(&shell->drive->controller, nsid);

        shell_result(shell, "ns-detach", status != 0 ? status : shell_rescan(shell));
    }
}

const struct shell_command shell_namespace_commands[] = {
    {"rescan", "", "looks again which namespaces there are, and says what changed", false, namespace_rescan},
    {"ns-create", "BLOCKS [lbaf=] [shared=1] [--yes]", "makes a namespace", true, namespace_create},
    {"ns-delete", "NSID|all [--yes]", "deletes a namespace with all that is on it", true, namespace_delete},
    {"ns-attach", "NSID [--yes]", "lets this controller use a namespace", true, namespace_attach},
    {"ns-detach", "NSID [--yes]", "takes a namespace away from this controller", true, namespace_detach},
    {NULL, NULL, NULL, false, NULL},
};
