/* SPDX-License-Identifier: MIT */
/*
 * Linux VFIO port: whether somebody depends on a drive that the kernel's driver has. Looked at are all block devices of the
 * function, with partitions and the common devices of multipath subsystems; and those of other controllers of its subsystem
 * that are the same namespaces by another way:
 *
 *     holders/             device mapper, md, bcache on top of it
 *     /proc/self/mountinfo file systems of this mount namespace
 *     /proc/swaps          swap
 *     open with O_EXCL     what any of these, in any namespace, has claimed in the kernel
 *     loopN/loop/          loop devices on top of it, and
 *     config/nvmet/        what the kernel's NVMe target exports: these claim nothing
 *     /proc/N/fd           programs that have merely opened a block device, or the controller's own device
 *
 * What cannot be looked at counts as in use; but programs of other users do not show to one who is not root. A claim on a
 * whole disk keeps everybody from it and from its partitions: who wants to take the drive away holds these claims.
 */
#include "pci.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pci_private.h"

#define USE_WWID_BYTES 160u
#define USE_NO_NODE    (-2)

struct use_device {
    char name[64];   /* nvme0n1p1 */
    char number[24]; /* 259:1; "": no device node */
    bool is_part;
};

struct use_list {
    uint32_t count;
    struct use_device devices[LINUX_CLAIMS_MAX];
    struct use_device controller; /* a character device */
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

/* What names a namespace wherever it is seen; of a partition, its disk's. "": nothing. */
static void use_wwid(const struct use_device *device, char wwid[USE_WWID_BYTES])
{
    char path[LINUX_PATH];

    linux_pci_sys_path(path, "class/block", device->name, device->is_part ? "../wwid" : "wwid");
    (void)linux_pci_line(path, wwid, USE_WWID_BYTES);
}

/* The controller that a block device hangs below: nvme1 of .../0000:05:00.0/nvme/nvme1/nvme1n1; "": none. */
static void use_controller(const struct use_device *device, char controller[32])
{
    static const char below[] = "/nvme/nvme";
    char path[LINUX_PATH];
    char *real;
    const char *found;

    controller[0] = '\0';
    linux_pci_sys_path(path, "class/block", device->name, "");
    real = realpath(path, NULL);
    found = real != NULL ? strstr(real, below) : NULL;
    if (found != NULL) {
        found += strlen("/nvme/");
        snprintf(controller, 32, "%.*s", (int)strcspn(found, "/"), found);
    }
    free(real);
}

/* Whether two controllers are of one subsystem. */
static bool use_same_subsystem(const char *one, const char *other)
{
    char directory[LINUX_PATH];
    char path[LINUX_PATH];
    char other_path[LINUX_PATH];
    DIR *entries;
    const struct dirent *entry;
    bool same = false;

    linux_pci_sys_path(directory, "class", "nvme-subsystem", "");
    entries = opendir(directory);
    while (entries != NULL && !same && (entry = readdir(entries)) != NULL) {
        if (entry->d_name[0] != '.' && strlen(entry->d_name) < 64u) {
            linux_pci_sys_path(path, "class/nvme-subsystem", entry->d_name, one);
            linux_pci_sys_path(other_path, "class/nvme-subsystem", entry->d_name, other);
            same = access(path, F_OK) == 0 && access(other_path, F_OK) == 0;
        }
    }
    if (entries != NULL) {
        closedir(entries);
    }
    return same;
}

/* Whether a device is one of those in the list, by another controller of the subsystem. */
static bool use_is_same(const struct use_device *device, const struct linux_pci *pci,
                        const struct use_list *list)
{
    char controller[32];
    char wwid[USE_WWID_BYTES];
    bool same = false;

    use_controller(device, controller);
    use_wwid(device, wwid);
    if (controller[0] == '\0' || wwid[0] == '\0' || !use_same_subsystem(pci->controller, controller)) {
        return false;
    }
    for (uint32_t i = 0; i < list->count && !same; i++) {
        char own[USE_WWID_BYTES];

        use_wwid(&list->devices[i], own);
        same = strcmp(own, wwid) == 0;
    }
    return same;
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

/* Opens it so that nobody else can; -1: somebody else can, or that cannot be told, and `why` says it. -2: nobody can open it. */
static int use_claim(const struct use_device *device, char why[LINUX_PCI_REASON])
{
    char path[LINUX_PATH];
    int descriptor;

    linux_pci_device_node(path, sizeof(path), device->name);
    descriptor = open(path, O_RDONLY | O_EXCL | O_CLOEXEC);
    if (descriptor >= 0) {
        return descriptor;
    }
    if (errno == EBUSY) {
        snprintf(why, LINUX_PCI_REASON,
                 "%s is in use (mounted in another namespace, or part of another device)", device->name);
        return -1;
    }
    if (device->number[0] == '\0') { /* one path of several to a common device */
        return USE_NO_NODE;
    }
    snprintf(why, LINUX_PCI_REASON, "cannot tell whether %s is in use: %.120s: %s%s", device->name, path,
             strerror(errno), errno == EACCES || errno == EPERM ? "; run this as root" : "");
    return -1;
}

static bool use_is_claimed(const struct use_device *device, char why[LINUX_PCI_REASON])
{
    const int descriptor = use_claim(device, why);

    if (descriptor >= 0) {
        close(descriptor);
    }
    return descriptor == -1;
}

static bool use_of_device(const struct use_device *device, char why[LINUX_PCI_REASON])
{
    return use_has_holders(device, why) ||
           use_in_table("self/mountinfo", true, device, use_mounted_by, why) ||
           use_in_table("swaps", false, device, use_swap_by, why) || use_is_claimed(device, why);
}

/* Whether a file, which is called `name`, is the device: by that name, or by its number where it has another. */
static bool use_is_node(const char *name, const char *file, const struct use_device *device, uint32_t kind)
{
    char node[LINUX_PATH];
    char number[24];
    struct statx about;

    linux_pci_device_node(node, sizeof(node), device->name);
    if (strcmp(name, node) == 0 || use_names(name, device->name)) {
        return true;
    }
    if (statx(AT_FDCWD, file, AT_NO_AUTOMOUNT | AT_STATX_DONT_SYNC, STATX_TYPE, &about) != 0 ||
        (about.stx_mode & S_IFMT) != kind) {
        return false;
    }
    snprintf(number, sizeof(number), "%u:%u", about.stx_rdev_major, about.stx_rdev_minor);
    return strcmp(number, device->number) == 0;
}

/* Which of the devices a file is; NULL: none. */
static const struct use_device *use_node(const char *name, const char *file, const struct use_list *list)
{
    for (uint32_t i = 0; i < list->count; i++) {
        if (use_is_node(name, file, &list->devices[i], S_IFBLK)) {
            return &list->devices[i];
        }
    }
    return use_is_node(name, file, &list->controller, S_IFCHR) ? &list->controller : NULL;
}

/* A loop device, which claims nothing, and whose program has ended. */
static bool use_by_loop(const char *loop, const struct use_list *list, char why[LINUX_PCI_REASON])
{
    char path[LINUX_PATH];
    char file[LINUX_PATH];
    const struct use_device *device;

    linux_pci_sys_path(path, "class/block", loop, "loop/backing_file");
    if (!linux_pci_line(path, file, sizeof(file))) {
        return false;
    }
    device = use_node(file, file, list);
    if (device != NULL) {
        snprintf(why, LINUX_PCI_REASON, "%s is behind %.20s: losetup -d /dev/%.20s first", device->name, loop,
                 loop);
    }
    return device != NULL;
}

/* What the kernel's NVMe target exports by an entry of its configuration: as it was named there, by a link perhaps. */
static bool use_by_export(const char *target, const char *entry, const struct use_list *list,
                          char why[LINUX_PCI_REASON])
{
    char file[LINUX_PATH];
    char path[LINUX_PATH];
    char enabled[8];
    char name[64];
    const struct use_device *device;
    char *real;

    snprintf(name, sizeof(name), "%.40s/enable", entry);
    linux_pci_sys_path(path, target, name, "");
    if (!linux_pci_line(path, enabled, sizeof(enabled)) || strcmp(enabled, "1") != 0) {
        return false;
    }
    snprintf(name, sizeof(name), "%.40s/device_path", entry);
    linux_pci_sys_path(path, target, name, "");
    (void)linux_pci_line(path, file, sizeof(file));
    real = realpath(file, NULL);
    device = use_node(real != NULL ? real : file, file, list);
    free(real);
    if (device != NULL) {
        snprintf(why, LINUX_PCI_REASON, "%s is exported by nvmet (%.100s): disable that first", device->name,
                 strrchr(target, '/') + 1);
    }
    return device != NULL;
}

/* A subsystem of the kernel's NVMe target: namespaces, or a whole controller passed through. */
static bool use_by_target(const char *name, const struct use_list *list, char why[LINUX_PCI_REASON])
{
    char target[LINUX_PATH];
    char path[LINUX_PATH];
    DIR *directory;
    const struct dirent *entry;
    bool found;

    snprintf(target, sizeof(target), "kernel/config/nvmet/subsystems/%.224s", name);
    found = use_by_export(target, "passthru", list, why);
    linux_pci_sys_path(path, target, "namespaces", "");
    directory = opendir(path);
    while (directory != NULL && !found && (entry = readdir(directory)) != NULL) {
        char namespace[32];

        snprintf(namespace, sizeof(namespace), "namespaces/%.20s", entry->d_name);
        found = entry->d_name[0] != '.' && use_by_export(target, namespace, list, why);
    }
    if (directory != NULL) {
        closedir(directory);
    }
    return found;
}

/* Whether one of the things in a directory of sysfs uses a device; no more are looked at then. */
static bool use_by_any(const char *parent, const char *name, const struct use_list *list,
                       bool (*uses)(const char *name, const struct use_list *list, char *why),
                       char why[LINUX_PCI_REASON])
{
    char path[LINUX_PATH];
    DIR *directory;
    const struct dirent *entry;
    bool used = false;

    linux_pci_sys_path(path, parent, name, "");
    directory = opendir(path);
    while (directory != NULL && !used && (entry = readdir(directory)) != NULL) {
        used = entry->d_name[0] != '.' && uses(entry->d_name, list, why);
    }
    if (directory != NULL) {
        closedir(directory);
    }
    return used;
}

/* What uses a block device without claiming it. */
static bool use_by_kernel(const struct use_list *list, char why[LINUX_PCI_REASON])
{
    return use_by_any("class", "block", list, use_by_loop, why) ||
           use_by_any("kernel/config/nvmet", "subsystems", list, use_by_target, why);
}

/* Which of the devices an open file is; NULL: none. */
static const struct use_device *use_file(const char *link, const struct use_list *list)
{
    char target[LINUX_PATH];
    const ssize_t length = readlink(link, target, sizeof(target) - 1u);

    if (length <= 0 || target[0] != '/') { /* sockets, pipes, ... */
        return NULL;
    }
    target[length] = '\0';
    return use_node(target, link, list);
}

/* Whether a process has one of the devices open. */
static bool use_by_process(const char *process, const struct use_list *list, char why[LINUX_PCI_REASON])
{
    char path[LINUX_PATH];
    char name[64];
    const struct use_device *device = NULL;
    DIR *files;
    const struct dirent *entry;

    snprintf(name, sizeof(name), "%.20s/fd", process);
    linux_pci_proc_path(path, name);
    files = opendir(path);
    while (files != NULL && device == NULL && (entry = readdir(files)) != NULL) {
        if (entry->d_name[0] != '.') {
            snprintf(name, sizeof(name), "%.20s/fd/%.20s", process, entry->d_name);
            linux_pci_proc_path(path, name);
            device = use_file(path, list);
        }
    }
    if (files != NULL) {
        closedir(files);
    }
    if (device != NULL) {
        snprintf(name, sizeof(name), "%.20s/comm", process);
        linux_pci_proc_path(path, name);
        (void)linux_pci_line(path, name, sizeof(name));
        snprintf(why, LINUX_PCI_REASON,
                 "%s is open in %.40s (process %.20s): end that first, or bind --force", device->name, name,
                 process);
    }
    return device != NULL;
}

static bool use_is_open(const struct use_list *list, char why[LINUX_PCI_REASON])
{
    char path[LINUX_PATH];
    char own[24];
    DIR *processes;
    const struct dirent *entry;
    bool open = false;

    snprintf(own, sizeof(own), "%ld", (long)getpid());
    linux_pci_proc_path(path, "");
    processes = opendir(path);
    while (processes != NULL && !open && (entry = readdir(processes)) != NULL) {
        if (entry->d_name[0] >= '1' && entry->d_name[0] <= '9' && strcmp(entry->d_name, own) != 0) {
            open = use_by_process(entry->d_name, list, why);
        }
    }
    if (processes != NULL) {
        closedir(processes);
    }
    return open;
}

static void use_describe(const char *name, struct use_device *device)
{
    char path[LINUX_PATH];

    memcpy(device->name, name, strlen(name) + 1u);
    linux_pci_sys_path(path, "class/block", name, "dev");
    (void)linux_pci_line(path, device->number, sizeof(device->number));
    linux_pci_sys_path(path, "class/block", name, "partition");
    device->is_part = access(path, F_OK) == 0;
}

/* One pass over all block devices: the function's own, or those that are the same as these. false: they are too many. */
static bool use_gather(DIR *directory, const struct linux_pci *pci, bool own, struct use_list *list)
{
    const struct dirent *entry;

    rewinddir(directory);
    while ((entry = readdir(directory)) != NULL) {
        struct use_device *device = &list->devices[list->count];

        if (strncmp(entry->d_name, "nvme", 4) != 0 || strlen(entry->d_name) >= sizeof(device->name) ||
            use_is_ours(entry->d_name, pci->address) != own) {
            continue;
        }
        if (list->count == LINUX_CLAIMS_MAX) {
            return false;
        }
        use_describe(entry->d_name, device);
        list->count += own || use_is_same(device, pci, list) ? 1u : 0u;
    }
    return true;
}

/* false: `why` says why that cannot be found out. */
static bool use_find(const struct linux_pci *pci, struct use_list *list, char why[LINUX_PCI_REASON])
{
    char path[LINUX_PATH];
    DIR *directory;
    bool all;

    memset(list, 0, sizeof(*list));
    snprintf(list->controller.name, sizeof(list->controller.name), "%s", pci->controller);
    linux_pci_attribute(pci, "dev", list->controller.number, sizeof(list->controller.number));
    linux_pci_sys_path(path, "class", "block", "");
    directory = opendir(path);
    if (directory == NULL) {
        snprintf(why, LINUX_PCI_REASON, "cannot tell whether %s is in use: %.120s: %s", pci->address, path,
                 strerror(errno));
        return pci->controller[0] == '\0';
    }
    all = use_gather(directory, pci, true, list) && use_gather(directory, pci, false, list);
    closedir(directory);
    if (!all) {
        snprintf(why, LINUX_PCI_REASON, "cannot tell whether %s is in use: it has too many block devices",
                 pci->address);
    }
    return all;
}

static bool use_of_list(const struct use_list *list, bool force, char why[LINUX_PCI_REASON])
{
    for (uint32_t i = 0; i < list->count; i++) {
        if (use_of_device(&list->devices[i], why)) {
            return true;
        }
    }
    return use_by_kernel(list, why) || (!force && use_is_open(list, why));
}

/* Of whole disks: with these nobody gets a partition either. */
static bool use_claim_all(const struct use_list *list, struct linux_claims *claims,
                          char why[LINUX_PCI_REASON])
{
    for (uint32_t i = 0; i < list->count; i++) {
        const int descriptor = list->devices[i].is_part ? USE_NO_NODE : use_claim(&list->devices[i], why);

        if (descriptor == -1) {
            return false;
        }
        if (descriptor >= 0) {
            claims->descriptors[claims->count] = descriptor;
            claims->count++;
        }
    }
    return true;
}

/* Whether a driver has it that shows no block devices, but lends it to programs, perhaps: their use of it is not to be seen. */
static bool use_by_driver(const struct linux_pci *pci, char why[LINUX_PCI_REASON])
{
    static const char *const plain[] = {"", "nvme", "vfio-pci", "pci-stub"};

    for (uint32_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        if (strcmp(pci->driver, plain[i]) == 0) {
            return false;
        }
    }
    snprintf(why, LINUX_PCI_REASON,
             "cannot tell who uses %s: the driver %s has it. Unbind it, or bind --force", pci->address,
             pci->driver);
    return true;
}

/* The list is too large for a stack. */
static bool use_look(const struct linux_pci *pci, bool force, struct linux_claims *claims,
                     char why[LINUX_PCI_REASON])
{
    struct use_list *list;
    bool free_to_take;

    if (!force && use_by_driver(pci, why)) {
        return false;
    }
    list = malloc(sizeof(*list));
    if (list == NULL) {
        snprintf(why, LINUX_PCI_REASON, "no memory");
        return false;
    }
    free_to_take = use_find(pci, list, why) && !use_of_list(list, force, why) &&
                   (claims == NULL || use_claim_all(list, claims, why)) &&
                   /* what came before the claims, and after the look; or minds no claims */
                   (claims == NULL || (!use_by_kernel(list, why) && (force || !use_is_open(list, why))));
    free(list);
    return free_to_take;
}

bool linux_pci_in_use(const struct linux_pci *pci, char why[LINUX_PCI_REASON])
{
    return !use_look(pci, false, NULL, why);
}

bool linux_claims_take(const struct linux_pci *pci, bool force, struct linux_claims *claims,
                       char why[LINUX_PCI_REASON])
{
    claims->count = 0;
    if (use_look(pci, force, claims, why)) {
        return true;
    }
    linux_claims_end(claims);
    return false;
}

void linux_claims_end(struct linux_claims *claims)
{
    while (claims->count != 0) {
        claims->count--;
        close(claims->descriptors[claims->count]);
    }
}
