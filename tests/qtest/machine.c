/* SPDX-License-Identifier: MIT */
/*
 * Starting a QEMU takes a tenth of a second, resetting one a hundredth of that. So those that are no longer used are kept
 * for the next scenario that wants one with the same words.
 */
#include "device.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#define IDLE_MAX 3u

static struct device_machine *idle;

static void disk_make(struct device_machine *machine, uint32_t index, const struct lwnvme_sim_namespace *ns)
{
    const struct lwnvme_sim_lba_format *format = &ns->formats[ns->flbas & 15];
    const uint64_t bytes = ns->nsze * ((UINT64_C(1) << format->lbads) + format->ms);

    if (format->lbads > 16 || bytes == 0 || ns->nsze > UINT64_C(1) << 40 || bytes > UINT64_C(1) << 40)
        device_cannot("a namespace of %" PRIu64 " blocks of 2^%u bytes", ns->nsze, format->lbads);
    machine->disk_fd[index] = memfd_create("disk", 0);
    assert_true(machine->disk_fd[index] >= 0);
    assert_int_equal(ftruncate(machine->disk_fd[index], (off_t)bytes), 0);
    machine->disk_bytes[index] = (size_t)bytes;
    machine->disk[index] = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, machine->disk_fd[index], 0);
    assert_true(machine->disk[index] != MAP_FAILED);
}

static char *key_of(const struct qemu_command *command, const struct lwnvme_sim_config *config)
{
    char *key;
    size_t room = 1;
    size_t used = 0;

    for (size_t index = 0; index < command->count; index++)
        room += strlen(command->words[index]) + 1;
    room += (size_t)config->namespace_count * 24;
    key = calloc(1, room);
    assert_non_null(key);
    for (size_t index = 0; index < command->count; index++)
        used += (size_t)snprintf(key + used, room - used, "%s ", command->words[index]);
    for (uint32_t index = 0; index < config->namespace_count; index++)
        used += (size_t)snprintf(key + used, room - used, "%" PRIu64 " ", config->ns[index].nsze);
    return key;
}

static void machine_stop(struct device_machine *machine)
{
    if (machine->qemu != NULL)
        qemu_stop(machine->qemu);
    for (uint32_t index = 0; index < LWNVME_SIM_NAMESPACES; index++) {
        if (machine->disk[index] != NULL) {
            (void)munmap(machine->disk[index], machine->disk_bytes[index]);
            (void)close(machine->disk_fd[index]);
        }
    }
    free(machine->key);
    free(machine);
}

static void machine_new(struct lwnvme_sim *sim, struct qemu_command *command, char *key)
{
    sim->machine = calloc(1, sizeof(*sim->machine));
    assert_non_null(sim->machine);
    sim->machine->key = key;
    for (uint32_t index = 0; index < sim->config.namespace_count; index++) {
        const struct lwnvme_sim_namespace *ns = &sim->config.ns[index];

        if (!ns->active && !ns->detached)
            continue;
        disk_make(sim->machine, index, ns);
        sim->machine->spent |= ns->csi == 2; /* zones stay as they are */
        /* They come in the order of their words, which name them by their places. */
        command->files[command->file_count++] = sim->machine->disk_fd[index];
    }
    sim->machine->qemu = qemu_start(command);
}

static struct device_machine *machine_known(const char *key)
{
    for (struct device_machine **link = &idle; *link != NULL; link = &(*link)->next) {
        struct device_machine *machine = *link;

        if (strcmp(machine->key, key) == 0) {
            *link = machine->next;
            return machine;
        }
    }
    return NULL;
}

void machine_get(struct lwnvme_sim *sim)
{
    struct qemu_command command = {.count = 0};
    char *key;

    device_words(sim, &command);
    key = key_of(&command, &sim->config);
    sim->machine = machine_known(key);
    if (sim->machine == NULL)
        machine_new(sim, &command, key);
    else
        free(key);
    qemu_words_free(&command);
    sim->qemu = sim->machine->qemu;
}

void machine_put(struct device_machine *machine)
{
    struct device_machine **link = &idle;
    size_t count = 0;

    if (machine->spent || machine->qemu == NULL) {
        machine_stop(machine);
        return;
    }
    qemu_reset(machine->qemu);
    qemu_wipe(machine->qemu);
    for (uint32_t index = 0; index < LWNVME_SIM_NAMESPACES; index++) {
        if (machine->disk[index] != NULL)
            assert_int_equal(fallocate(machine->disk_fd[index], FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
                                       (off_t)machine->disk_bytes[index]),
                             0);
    }
    machine->next = idle;
    idle = machine;
    while (*link != NULL && count++ < IDLE_MAX)
        link = &(*link)->next;
    if (*link != NULL) {
        struct device_machine *last = *link;

        *link = NULL;
        machine_stop(last);
    }
}

void machine_stop_all(void)
{
    while (idle != NULL) {
        struct device_machine *machine = idle;

        idle = machine->next;
        machine_stop(machine);
    }
}
