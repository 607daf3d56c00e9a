/* SPDX-License-Identifier: MIT */
/* lwnvme: what needs no drive: the list, binding, and words for the shell's completion. */
#include <stdio.h>
#include <string.h>

#include <lwnvme/describe.h>

#include "shell.h"
#include "tool.h"

static struct linux_pci tool_found[TOOL_FOUND];

static void list_write(void *context, const char *text, size_t length)
{
    (void)context;
    fwrite(text, 1, length, stdout);
}

static void list_text(struct lwnvme_describe *describe, const char *name, const char *text)
{
    const struct lwnvme_describe_field field = {
        .kind = LWNVME_DESCRIBE_TEXT, .depth = 2, .name = name, .text = text, .unit = "", .note = ""};

    describe->field(describe, &field);
}

static void list_number(struct lwnvme_describe *describe, const char *name, uint64_t value)
{
    const struct lwnvme_describe_field field = {.kind = LWNVME_DESCRIBE_NUMBER,
                                                .depth = 2,
                                                .name = name,
                                                .low = value,
                                                .text = "",
                                                .unit = "",
                                                .note = ""};

    describe->field(describe, &field);
}

/* Text of a device's, without blanks around it and without what a terminal may take amiss. */
static void list_attribute(const struct linux_pci *pci, const char *name, char *text, size_t room)
{
    linux_pci_attribute(pci, name, text, room);
    for (char *at = text; *at != '\0'; at++) {
        *at = *at < ' ' || *at > '~' ? '?' : *at;
    }
}

static void list_json(uint32_t count)
{
    static struct lwnvme_describe_json json;
    char why[LINUX_PCI_REASON];

    lwnvme_describe_json_start(&json, list_write, NULL);
    lwnvme_describe_list(&json.describe, "controllers");
    for (uint32_t i = 0; i < count; i++) {
        const struct linux_pci *pci = &tool_found[i];
        static const char *const names[] = {"model", "serial", "firmware_rev"};
        char text[64];

        lwnvme_describe_section(&json.describe, NULL);
        list_text(&json.describe, "address", pci->address);
        list_number(&json.describe, "vendor_id", pci->vendor_id);
        list_number(&json.describe, "device_id", pci->device_id);
        list_text(&json.describe, "driver", pci->driver);
        if (pci->group >= 0) {
            list_number(&json.describe, "iommu_group", (uint64_t)pci->group);
        }
        list_text(&json.describe, "controller", pci->controller);
        for (uint32_t n = 0; n < sizeof(names) / sizeof(names[0]); n++) {
            list_attribute(pci, names[n], text, sizeof(text));
            list_text(&json.describe, names[n], text);
        }
        list_text(&json.describe, "in_use", linux_pci_in_use(pci, why) ? why : "");
        lwnvme_describe_end(&json.describe);
    }
    lwnvme_describe_end(&json.describe);
    lwnvme_describe_json_end(&json);
}

static void list_lines(uint32_t count)
{
    char why[LINUX_PCI_REASON];

    for (uint32_t i = 0; i < count; i++) {
        const struct linux_pci *pci = &tool_found[i];
        char model[64];
        char serial[64];
        char group[24] = "no IOMMU";

        list_attribute(pci, "model", model, sizeof(model));
        list_attribute(pci, "serial", serial, sizeof(serial));
        if (pci->group >= 0) {
            snprintf(group, sizeof(group), "IOMMU group %d", pci->group);
        }
        printf("%s  %04x:%04x  %-9s %s", pci->address, pci->vendor_id, pci->device_id,
               pci->driver[0] != '\0' ? pci->driver : "-", group);
        if (pci->controller[0] != '\0') {
            printf("  %s  %s, serial %s", pci->controller, model, serial);
        }
        printf("\n");
        if (linux_pci_in_use(pci, why)) {
            printf("              in use: %s\n", why);
        }
    }
}

int tool_list(const struct tool *tool)
{
    const uint32_t found = linux_pci_find(tool_found, TOOL_FOUND);
    const uint32_t count = found < TOOL_FOUND ? found : TOOL_FOUND;

    if (tool->json) {
        list_json(count);
    } else {
        list_lines(count);
    }
    if (count == 0) {
        fprintf(stderr, "lwnvme: " TOOL_NO_CONTROLLER "\n");
    }
    return TOOL_OK;
}

int tool_bind(const struct tool *tool, bool bind)
{
    const char *address = tool->word_count > 1 ? tool->words[1] : tool->device;
    char why[LINUX_PCI_REASON];
    struct linux_pci pci;

    if (address == NULL) {
        return tool_refuse("which controller? lwnvme %s ADDRESS; see lwnvme list", tool->words[0]);
    }
    if (!(bind ? linux_pci_bind(address, tool->force, why) : linux_pci_unbind(address, why))) {
        return tool_refuse("%s", why);
    }
    if (!linux_pci_read(address, &pci, why)) {
        return tool_refuse("%s", why);
    }
    printf("%s: %s%s has it\n", pci.address, pci.driver[0] != '\0' ? "the driver " : "no driver", pci.driver);
    if (bind && !linux_pci_group_alone(&pci, why)) {
        printf("%s\n", why);
    }
    return TOOL_OK;
}

/* complete commands | destructive | devices | bound: a word each line, for lwnvme.bash. */
int tool_complete(const struct tool *tool)
{
    const char *what = tool->word_count > 1 ? tool->words[1] : "";
    const char *name;
    bool destructive;

    if (strcmp(what, "commands") == 0) {
        fputs("list\nbind\nunbind\nshell\ndemo\n", stdout);
        for (uint32_t i = 0; (name = shell_command_name(i, &destructive)) != NULL; i++) {
            if (strcmp(name, "list") != 0) {
                puts(name);
            }
        }
        return TOOL_OK;
    }
    if (strcmp(what, "devices") == 0 || strcmp(what, "bound") == 0) {
        const uint32_t found = linux_pci_find(tool_found, TOOL_FOUND);

        for (uint32_t i = 0; i < found && i < TOOL_FOUND; i++) {
            if (what[0] == 'd' || strcmp(tool_found[i].driver, "vfio-pci") == 0) {
                puts(tool_found[i].address);
            }
        }
        return TOOL_OK;
    }
    return tool_refuse("complete commands, devices or bound");
}
