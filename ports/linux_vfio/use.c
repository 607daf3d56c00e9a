/* SPDX-License-Identifier: MIT */
/*
 * Linux VFIO port: whether somebody depends on a drive that the kernel's driver has. Looked at are all block devices of the
 * function, partitions and the common devices of multipath subsystems included:
 *
 *     holders/             device mapper, md, bcache on top of it
 *     /proc/self/mountinfo file systems of this mount namespace
 *     /proc/swaps          swap
 *     open with O_EXCL     what any of these, in any namespace, has claimed in the kernel
 *
 * Programs that have merely opened the device do not show. What cannot be looked at counts as in use.
 */
#include "pci.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pci_private.h"

struct use_device {
    char name[64];   /* nvme0n1p1 */
    char number[24]; /* 259:1; "": no device node */
};

/* Whether a path goes through the function's directory. */
static bool use_below(const char *path, const char *address)
{
    const char *found = strstr(path, address);

    return found != NULL && found != path && found[-1] == '/' && found[strlen(address)] == '/';
}

/* Of .../nvme-subsys0/nvme0n1: whether one of the subsystem's controllers is the function. */
static bool use_below_subsystem(const char *path, const char *address)
{
    const char *subsystem = strstr(path, "/nvme-subsys");
    char directory[LINUX_PATH];
    DIR *entries;
    const struct dirent *entry;
    bool below = false;
    size_t length;

    while (subsystem != NULL &&
           subsystem[strlen("/nvme-subsys")] == 't') { /* .../nvme-subsystem/nvme-subsys0 */
        subsystem = strstr(subsystem + 1, "/nvme-subsys");
    }
    if (subsystem == NULL) {
        return false;
    }
    length = (size_t)(subsystem - path) + 1u + strcspn(subsystem + 1, "/");
    snprintf(directory, sizeof(directory), "%.*s", (int)length, path);
    entries = opendir(directory);
    while (entries != NULL && !below && (entry = readdir(entries)) != NULL) {
        char link[LINUX_PATH + sizeof(entry->d_name)];
        char *real;

        if (strncmp(entry->d_name, "nvme", 4) != 0) {
            continue;
        }
        snprintf(link, sizeof(link), "%s/%s/", directory, entry->d_name);
        real = realpath(link, NULL);
        below = real != NULL && use_below(real, address);
        free(real);
    }
    if (entries != NULL) {
        closedir(entries);
    }
    return below;
}

/* Whether a name of /sys/class/block is one of the function's. */
static bool use_is_ours(const char *name, const char *address)
{
    char path[LINUX_PATH];
    char *real;
    bool ours;

    linux_pci_sys_path(path, "class/block", name, "");
    real = realpath(path, NULL);
    ours = real != NULL && (use_below(real, address) || use_below_subsystem(real, address));
    free(real);
    return ours;
}

static bool use_has_holders(const struct use_device *device, char why[LINUX_PCI_REASON])
{
    char path[LINUX_PATH];
    DIR *directory;
    const struct dirent *entry;
    bool held = false;

    linux_pci_sys_path(path, "class/block", device->name, "holders");
    directory = opendir(path);
    while (directory != NULL && !held && (entry = readdir(directory)) != NULL) {
        if (entry->d_name[0] != '.') {
            snprintf(why, LINUX_PCI_REASON, "%s is part of %.60s: take that apart first", device->name,
                     entry->d_name);
            held = true;
        }
    }
    if (directory != NULL) {
        closedir(directory);
    }
    return held;
}

/* Whether a word of a table is the device's node. */
static bool use_names(const char *word, const char *name)
{
    return strncmp(word, "/dev/", 5) == 0 && strcmp(word + 5, name) == 0;
}

/* A line of mountinfo: id parent major:minor root mount-point options [fields] - type source options. */
static bool use_mounted_by(char *line, const struct use_device *device, char why[LINUX_PCI_REASON])
{
    char *words[5] = {NULL};
    char *rest = strstr(line, " - ");
    char *state = NULL;
    const char *source = NULL;

    if (rest != NULL) {
        (void)strtok_r(rest + 3, " \n", &state);
        source = strtok_r(NULL, " \n", &state);
        *rest = '\0';
    }
    words[0] = strtok_r(line, " ", &state);
    for (uint32_t i = 1; i < 5u && words[i - 1u] != NULL; i++) {
        words[i] = strtok_r(NULL, " ", &state);
    }
    if (words[4] == NULL || !((device->number[0] != '\0' && strcmp(words[2], device->number) == 0) ||
                              (source != NULL && use_names(source, device->name)))) {
        return false;
    }
    snprintf(why, LINUX_PCI_REASON, "%s is mounted on %.120s: umount it first", device->name, words[4]);
    return true;
}

static bool use_swap_by(char *line, const struct use_device *device, char why[LINUX_PCI_REASON])
{
    char *state = NULL;
    const char *word = strtok_r(line, " \t\n", &state);

    if (word == NULL || !use_names(word, device->name)) {
        return false;
    }
    snprintf(why, LINUX_PCI_REASON, "%s is swap: swapoff it first", device->name);
    return true;
}

/* Whether a line of a table tells of the device; true also if the table cannot be read and must be there. */
static bool use_in_table(const char *name, bool must, const struct use_device *device,
                         bool (*told)(char *line, const struct use_device *device, char *why),
                         char why[LINUX_PCI_REASON])
{
    char path[LINUX_PATH];
    char *line = NULL;
    size_t room = 0;
    bool found = false;
    FILE *file;

    linux_pci_proc_path(path, name);
    file = fopen(path, "re");
    if (file == NULL) {
        snprintf(why, LINUX_PCI_REASON, "cannot tell whether %s is mounted: %.120s: %s", device->name, path,
                 strerror(errno));
        return must;
    }
    while (!found && getline(&line, &room, file) >= 0) {
        found = told(line, device, why);
    }
    free(line);
    fclose(file);
    return found;
}

static bool use_is_claimed(const struct use_device *device, char why[LINUX_PCI_REASON])
{
    char path[LINUX_PATH];
    int descriptor;

    linux_pci_device_node(path, sizeof(path), device->name);
    descriptor = open(path, O_RDONLY | O_EXCL | O_CLOEXEC);
    if (descriptor >= 0) {
        close(descriptor);
        return false;
    }
    if (errno == EBUSY) {
        snprintf(why, LINUX_PCI_REASON,
                 "%s is in use (mounted in another namespace, or part of another device)", device->name);
        return true;
    }
    if (device->number[0] == '\0') { /* one path of several to a common device: nobody can open it */
        return false;
    }
    snprintf(why, LINUX_PCI_REASON, "cannot tell whether %s is in use: %.120s: %s%s", device->name, path,
             strerror(errno), errno == EACCES || errno == EPERM ? "; run this as root" : "");
    return true;
}

static bool use_of_device(const struct use_device *device, char why[LINUX_PCI_REASON])
{
    return use_has_holders(device, why) ||
           use_in_table("self/mountinfo", true, device, use_mounted_by, why) ||
           use_in_table("swaps", false, device, use_swap_by, why) || use_is_claimed(device, why);
}

bool linux_pci_in_use(const struct linux_pci *pci, char why[LINUX_PCI_REASON])
{
    char path[LINUX_PATH];
    DIR *directory;
    const struct dirent *entry;
    bool used = false;

    linux_pci_sys_path(path, "class", "block", "");
    directory = opendir(path);
    if (directory == NULL) {
        snprintf(why, LINUX_PCI_REASON, "cannot tell whether %s is in use: %.120s: %s", pci->address, path,
                 strerror(errno));
        return pci->controller[0] != '\0';
    }
    while (!used && (entry = readdir(directory)) != NULL) {
        struct use_device device;

        if (strncmp(entry->d_name, "nvme", 4) != 0 || strlen(entry->d_name) >= sizeof(device.name) ||
            !use_is_ours(entry->d_name, pci->address)) {
            continue;
        }
        memcpy(device.name, entry->d_name, strlen(entry->d_name) + 1u);
        linux_pci_sys_path(path, "class/block", device.name, "dev");
        (void)linux_pci_line(path, device.number, sizeof(device.number));
        used = use_of_device(&device, why);
    }
    closedir(directory);
    return used;
}
