/* SPDX-License-Identifier: MIT */
/*
 * Linux VFIO port: PCI functions as sysfs shows them, and their drivers.
 *
 *     /sys/bus/pci/devices/0000:04:00.0/class, vendor, device, driver -> ..., iommu_group -> ..., nvme/nvme0/
 *     /sys/bus/pci/devices/0000:04:00.0/driver_override   which driver alone may have it
 *     /sys/bus/pci/drivers_probe                          looks for a driver of a function that has none
 */
#include "pci.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pci_private.h"

#define PCI_BRIDGE_CLASS 0x0604u

static const char *pci_sys = "/sys";
static const char *pci_proc = "/proc";
static const char *pci_dev = "/dev";

void linux_pci_roots(const char *sys, const char *proc, const char *dev)
{
    pci_sys = sys != NULL ? sys : pci_sys;
    pci_proc = proc != NULL ? proc : pci_proc;
    pci_dev = dev != NULL ? dev : pci_dev;
}

void linux_pci_device_node(char *path, size_t room, const char *name)
{
    snprintf(path, room, "%s/%s", pci_dev, name);
}

void linux_pci_sys_path(char path[LINUX_PATH], const char *directory, const char *name, const char *file)
{
    snprintf(path, LINUX_PATH, "%s/%s/%s%s%s", pci_sys, directory, name, file[0] != '\0' ? "/" : "", file);
}

void linux_pci_proc_path(char path[LINUX_PATH], const char *name)
{
    snprintf(path, LINUX_PATH, "%s/%s", pci_proc, name);
}

bool linux_pci_line(const char *path, char *text, size_t room)
{
    FILE *file = fopen(path, "re");
    size_t length;

    text[0] = '\0';
    if (file == NULL) {
        return false;
    }
    if (fgets(text, (int)room, file) == NULL) {
        text[0] = '\0';
    }
    fclose(file);
    length = strlen(text);
    while (length != 0 && isspace((unsigned char)text[length - 1u])) {
        length--;
        text[length] = '\0';
    }
    return true;
}

/* The last component of what a link leads to; "": there is no such link. */
static void pci_link_name(const char *path, char *name, size_t room)
{
    char target[LINUX_PATH];
    const ssize_t length = readlink(path, target, sizeof(target) - 1u);
    const char *slash;

    name[0] = '\0';
    if (length <= 0) {
        return;
    }
    target[length] = '\0';
    slash = strrchr(target, '/');
    snprintf(name, room, "%s", slash != NULL ? slash + 1 : target);
}

static uint32_t pci_hexadecimal(const char *address, const char *file)
{
    char path[LINUX_PATH];
    char text[32];

    linux_pci_sys_path(path, "bus/pci/devices", address, file);
    return linux_pci_line(path, text, sizeof(text)) ? (uint32_t)strtoul(text, NULL, 16) : 0;
}

static void pci_driver(const char *address, char *driver, size_t room)
{
    char path[LINUX_PATH];

    linux_pci_sys_path(path, "bus/pci/devices", address, "driver");
    pci_link_name(path, driver, room);
}

/* nvme0, from the name of the only directory in nvme/. */
static void pci_controller(struct linux_pci *pci)
{
    char path[LINUX_PATH];
    DIR *directory;
    const struct dirent *entry;

    linux_pci_sys_path(path, "bus/pci/devices", pci->address, "nvme");
    directory = opendir(path);
    if (directory == NULL) {
        return;
    }
    while ((entry = readdir(directory)) != NULL) {
        if (strncmp(entry->d_name, "nvme", 4) == 0 && strlen(entry->d_name) < sizeof(pci->controller)) {
            memcpy(pci->controller, entry->d_name, strlen(entry->d_name) + 1u);
        }
    }
    closedir(directory);
}

/* Its IOMMU group; -1: none, or one that the kernel has made up where there is no IOMMU. */
static int32_t pci_group(const char *address)
{
    char path[LINUX_PATH];
    char number[32];
    char name[32];

    linux_pci_sys_path(path, "bus/pci/devices", address, "iommu_group");
    pci_link_name(path, number, sizeof(number));
    linux_pci_sys_path(path, "bus/pci/devices", address, "iommu_group/name");
    if (number[0] == '\0' ||
        (linux_pci_line(path, name, sizeof(name)) && strcmp(name, "vfio-noiommu") == 0)) {
        return -1;
    }
    return (int32_t)strtol(number, NULL, 10);
}

/* false: there is no such function. */
static bool pci_describe(const char *address, struct linux_pci *pci)
{
    char path[LINUX_PATH];

    memset(pci, 0, sizeof(*pci));
    snprintf(pci->address, sizeof(pci->address), "%s", address);
    linux_pci_sys_path(path, "bus/pci/devices", address, "class");
    if (access(path, F_OK) != 0) {
        return false;
    }
    pci->class_code = pci_hexadecimal(address, "class");
    pci->vendor_id = (uint16_t)pci_hexadecimal(address, "vendor");
    pci->device_id = (uint16_t)pci_hexadecimal(address, "device");
    pci_driver(address, pci->driver, sizeof(pci->driver));
    pci->group = pci_group(address);
    pci_controller(pci);
    return true;
}

static int pci_compare(const void *left, const void *right)
{
    const char *const one = ((const struct linux_pci *)left)->address;
    const char *const other = ((const struct linux_pci *)right)->address;
    const size_t one_length = strlen(one); /* a longer domain is a higher one */
    const size_t other_length = strlen(other);

    return one_length != other_length ? (one_length > other_length ? 1 : -1) : strcmp(one, other);
}

uint32_t linux_pci_find(struct linux_pci *found, uint32_t room)
{
    char path[LINUX_PATH];
    DIR *directory;
    const struct dirent *entry;
    uint32_t count = 0;

    linux_pci_sys_path(path, "bus/pci", "devices", "");
    directory = opendir(path);
    if (directory == NULL) {
        return 0;
    }
    while ((entry = readdir(directory)) != NULL) {
        struct linux_pci pci;

        if (entry->d_name[0] != '.' && pci_describe(entry->d_name, &pci) &&
            pci.class_code == LINUX_PCI_CLASS_NVME) {
            if (count < room) {
                found[count] = pci;
            }
            count++;
        }
    }
    closedir(directory);
    qsort(found, count < room ? count : room, sizeof(*found), pci_compare);
    return count;
}

/* domain:bus:device.function in lower case; the domain may be missing. Domains have four digits, and up to eight where
 * there are many: those that Linux makes behind VMD begin with 10000. */
static bool pci_normalize(const char *address, char normal[LINUX_PCI_ADDRESS])
{
    static const char form[] = "xx:xx.o";
    size_t digits = strspn(address, "0123456789abcdefABCDEF");
    const bool domain = digits > 2u;
    const char *const rest = domain ? address + digits + 1u : address;

    if (domain && (digits < 4u || digits > 8u || address[digits] != ':')) {
        return false;
    }
    if (strlen(rest) != sizeof(form) - 1u) {
        return false;
    }
    for (size_t i = 0; i < sizeof(form) - 1u; i++) {
        const unsigned char c = (unsigned char)rest[i];

        if (form[i] == 'x'   ? isxdigit(c) == 0
            : form[i] == 'o' ? c < '0' || c > '7'
                             : c != (unsigned char)form[i]) {
            return false;
        }
    }
    for (; digits > 4u && address[0] == '0'; digits--) { /* sysfs has no more digits than it needs */
        address++;
    }
    snprintf(normal, LINUX_PCI_ADDRESS, "%s%s", domain ? "" : "0000:", address);
    for (char *at = normal; *at != '\0'; at++) {
        *at = (char)tolower((unsigned char)*at);
    }
    return true;
}

bool linux_pci_read(const char *address, struct linux_pci *pci, char why[LINUX_PCI_REASON])
{
    char normal[LINUX_PCI_ADDRESS];

    if (!pci_normalize(address, normal)) {
        snprintf(why, LINUX_PCI_REASON,
                 "\"%.40s\" is not a PCI address such as 0000:04:00.0; see lwnvme list", address);
        return false;
    }
    if (!pci_describe(normal, pci)) {
        snprintf(why, LINUX_PCI_REASON, "there is no PCI function %s; see lwnvme list", normal);
        return false;
    }
    if (pci->class_code != LINUX_PCI_CLASS_NVME) {
        snprintf(why, LINUX_PCI_REASON,
                 "%s is not an NVMe controller (its PCI class is %06x); see lwnvme list", normal,
                 pci->class_code);
        return false;
    }
    return true;
}

void linux_pci_attribute(const struct linux_pci *pci, const char *name, char *text, size_t room)
{
    char path[LINUX_PATH];
    char file[96];

    text[0] = '\0';
    if (pci->controller[0] != '\0') {
        snprintf(file, sizeof(file), "nvme/%s/%s", pci->controller, name);
        linux_pci_sys_path(path, "bus/pci/devices", pci->address, file);
        (void)linux_pci_line(path, text, room);
    }
}

/* What VFIO tolerates beside itself: no driver, a stub, and bridges. */
static bool pci_tolerated(const struct linux_pci *other)
{
    return other->driver[0] == '\0' || strcmp(other->driver, "vfio-pci") == 0 ||
           strcmp(other->driver, "pci-stub") == 0 || other->class_code >> 8 == PCI_BRIDGE_CLASS;
}

bool linux_pci_group_alone(const struct linux_pci *pci, char why[LINUX_PCI_REASON])
{
    char path[LINUX_PATH];
    DIR *directory;
    const struct dirent *entry;
    bool alone = true;

    linux_pci_sys_path(path, "bus/pci/devices", pci->address, "iommu_group/devices");
    directory = opendir(path);
    while (directory != NULL && alone && (entry = readdir(directory)) != NULL) {
        struct linux_pci other;

        if (entry->d_name[0] != '.' && strcmp(entry->d_name, pci->address) != 0 &&
            pci_describe(entry->d_name, &other) && !pci_tolerated(&other)) {
            snprintf(
                why, LINUX_PCI_REASON,
                "IOMMU group %d also holds %s, which has the driver %s: unbind that too, or put the drive "
                "into another slot",
                pci->group, other.address, other.driver);
            alone = false;
        }
    }
    if (directory != NULL) {
        closedir(directory);
    }
    return alone;
}

/* 0, or errno. */
static int pci_write(const char *address, const char *file, const char *text)
{
    char path[LINUX_PATH];
    int descriptor;
    int error = 0;

    if (address != NULL) {
        linux_pci_sys_path(path, "bus/pci/devices", address, file);
    } else {
        linux_pci_sys_path(path, "bus", "pci", file);
    }
    descriptor = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    if (descriptor < 0) {
        return errno;
    }
    if (write(descriptor, text, strlen(text)) < 0) {
        error = errno;
    }
    close(descriptor);
    return error;
}

/* Has the kernel look for a driver anew, among those that `override` allows. 0, or errno with the step that failed. */
static int pci_rebind(const struct linux_pci *pci, const char *override, const char **step)
{
    int error;

    *step = "driver_override";
    error = pci_write(pci->address, "driver_override", override);
    if (error != 0) {
        return error;
    }
    if (pci->driver[0] != '\0') {
        *step = "driver/unbind";
        error = pci_write(pci->address, "driver/unbind", pci->address);
        if (error != 0) {
            return error;
        }
    }
    *step = "drivers_probe";
    return pci_write(NULL, "drivers_probe", pci->address);
}

static void pci_rebind_failed(const struct linux_pci *pci, const char *step, int error,
                              char why[LINUX_PCI_REASON])
{
    snprintf(why, LINUX_PCI_REASON, "cannot write %s of %s: %s%s", step, pci->address, strerror(error),
             error == EACCES || error == EPERM ? "; run this as root" : "");
}

/* Nobody uses it, and nobody can begin to. */
static bool pci_hand_over(struct linux_pci *pci, char why[LINUX_PCI_REASON])
{
    const char *step;
    const int error = pci_rebind(pci, "vfio-pci", &step);

    if (error != 0) {
        pci_rebind_failed(pci, step, error, why);
    }
    pci_driver(pci->address, pci->driver, sizeof(pci->driver));
    if (error == 0 && strcmp(pci->driver, "vfio-pci") == 0) {
        return true;
    }
    if (error == 0) {
        snprintf(why, LINUX_PCI_REASON, "vfio-pci did not take %s; the kernel's log says why", pci->address);
    }
    (void)pci_rebind(pci, "\n", &step);
    return false;
}

bool linux_pci_bind(const char *address, bool force, char why[LINUX_PCI_REASON])
{
    struct linux_pci pci;
    struct linux_claims claims;
    char path[LINUX_PATH];
    bool bound;

    if (!linux_pci_read(address, &pci, why)) {
        return false;
    }
    if (strcmp(pci.driver, "vfio-pci") == 0) {
        return true;
    }
    if (!linux_claims_take(&pci, force, &claims, why)) {
        return false;
    }
    linux_pci_sys_path(path, "bus/pci/drivers", "vfio-pci", "");
    if (pci.group < 0) {
        snprintf(why, LINUX_PCI_REASON, LINUX_NO_IOMMU, pci.address);
        bound = false;
    } else if (access(path, F_OK) != 0) {
        snprintf(why, LINUX_PCI_REASON, "the driver vfio-pci is not loaded: modprobe vfio-pci");
        bound = false;
    } else {
        bound = pci_hand_over(&pci, why);
    }
    linux_claims_end(&claims);
    return bound;
}

/* Whether a program has opened the function through VFIO; the kernel would wait for it. */
static bool pci_group_open(const struct linux_pci *pci)
{
    char name[32];
    char path[LINUX_PATH];
    int descriptor;

    snprintf(name, sizeof(name), "vfio/%d", pci->group);
    linux_pci_device_node(path, sizeof(path), name);
    descriptor = open(path, O_RDWR | O_CLOEXEC);
    if (descriptor < 0) {
        return errno == EBUSY;
    }
    close(descriptor);
    return false;
}

bool linux_pci_unbind(const char *address, char why[LINUX_PCI_REASON])
{
    struct linux_pci pci;
    const char *step;
    int error;

    if (!linux_pci_read(address, &pci, why)) {
        return false;
    }
    if (strcmp(pci.driver, "vfio-pci") != 0) {
        snprintf(why, LINUX_PCI_REASON, "%s is not bound to vfio-pci: %s%s has it", pci.address,
                 pci.driver[0] != '\0' ? "the driver " : "no driver", pci.driver);
        return false;
    }
    if (pci_group_open(&pci)) {
        snprintf(why, LINUX_PCI_REASON, "another program uses %s through VFIO: end it first", pci.address);
        return false;
    }
    error = pci_rebind(&pci, "\n", &step);
    if (error != 0) {
        pci_rebind_failed(&pci, step, error, why);
        return false;
    }
    return true;
}
