/* SPDX-License-Identifier: MIT */
/*
 * nbdkit plugin: an NVMe namespace as a network block device.
 *
 *     nbdkit ./nbdkit-lwnvme-plugin.so device=0000:04:00.0 [namespace=1] [irq=poll] [entries=256]
 *     nbdkit ./nbdkit-lwnvme-plugin.so sim=disk.img
 *
 * Requests come from many threads at once (thread model parallel) and are jobs of the engine. They are of whole blocks: what
 * is not is refused with EINVAL, and nbdkit's blocksize filter makes it so. The drive is tried before nbdkit forks, so that
 * what is wrong is told where it was started, and opened after that.
 */
#define NBDKIT_API_VERSION 2
#include <nbdkit-plugin.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "pci.h"

#define THREAD_MODEL NBDKIT_THREAD_MODEL_PARALLEL

#define PLUGIN_PREFERRED_BYTES 4096u
#define PLUGIN_MAXIMUM_BYTES   (64u << 20) /* nbdkit's own */

static struct engine_options plugin_options = {.nsid = 1, .bad_block = UINT64_MAX};
static bool plugin_started;

static void lwnvme_plugin_load(void)
{
    linux_pci_roots(getenv("LWNVME_SYSFS"), getenv("LWNVME_PROCFS"), getenv("LWNVME_DEVFS"));
}

static int lwnvme_plugin_config(const char *key, const char *value)
{
    if (strcmp(key, "device") == 0) {
        plugin_options.device = value;
    } else if (strcmp(key, "sim") == 0) {
        plugin_options.image = nbdkit_realpath(value); /* kept until the end */
        return plugin_options.image != NULL ? 0 : -1;
    } else if (strcmp(key, "namespace") == 0) {
        return nbdkit_parse_uint32_t("namespace", value, &plugin_options.nsid);
    } else if (strcmp(key, "entries") == 0) {
        return nbdkit_parse_uint32_t("entries", value, &plugin_options.entries);
    } else if (strcmp(key, "sim-oncs") == 0) {
        plugin_options.has_oncs = true;
        return nbdkit_parse_uint16_t("sim-oncs", value, &plugin_options.oncs);
    } else if (strcmp(key, "sim-bad-block") == 0) {
        return nbdkit_parse_uint64_t("sim-bad-block", value, &plugin_options.bad_block);
    } else if (strcmp(key, "irq") == 0 && (strcmp(value, "poll") == 0 || strcmp(value, "auto") == 0)) {
        plugin_options.poll = value[0] == 'p';
    } else if (strcmp(key, "readonly") == 0) {
        const int answer = nbdkit_parse_bool(value);

        plugin_options.read_only = answer == 1;
        return answer < 0 ? -1 : 0;
    } else {
        nbdkit_error("%s=%s is not a parameter of this plugin; see nbdkit --help", key, value);
        return -1;
    }
    return 0;
}

static int lwnvme_plugin_config_complete(void)
{
    if ((plugin_options.device == NULL) == (plugin_options.image == NULL)) {
        nbdkit_error("either device=ADDRESS or sim=FILE, please; lwnvme list shows the addresses");
        return -1;
    }
    return 0;
}

static int lwnvme_plugin_get_ready(void)
{
    char why[ENGINE_REASON];

    if (!engine_check(&plugin_options, why)) {
        nbdkit_error("%s", why);
        return -1;
    }
    return 0;
}

static int lwnvme_plugin_after_fork(void)
{
    char why[ENGINE_REASON];

    plugin_started = engine_start(&plugin_options, why);
    if (!plugin_started) {
        nbdkit_error("%s", why);
        return -1;
    }
    return 0;
}

static void lwnvme_plugin_cleanup(void)
{
    char why[ENGINE_REASON];

    if (plugin_started && !engine_stop(why)) {
        nbdkit_error("%s", why);
    }
    plugin_started = false;
}

static void *lwnvme_plugin_open(int readonly)
{
    (void)readonly;
    return NBDKIT_HANDLE_NOT_NEEDED;
}

static int64_t lwnvme_plugin_get_size(void *handle)
{
    (void)handle;
    return (int64_t)engine_get_facts()->size_bytes;
}

static int lwnvme_plugin_block_size(void *handle, uint32_t *minimum, uint32_t *preferred, uint32_t *maximum)
{
    const uint32_t block_bytes = engine_get_facts()->block_bytes;

    (void)handle;
    *minimum = block_bytes;
    *preferred = block_bytes > PLUGIN_PREFERRED_BYTES ? block_bytes : PLUGIN_PREFERRED_BYTES;
    *maximum = PLUGIN_MAXIMUM_BYTES;
    return 0;
}

static int lwnvme_plugin_can_write(void *handle)
{
    (void)handle;
    return engine_get_facts()->writable && !plugin_options.read_only;
}

/* Without a volatile cache it has nothing to do, and does that well. */
static int lwnvme_plugin_can_flush(void *handle)
{
    (void)handle;
    return 1;
}

static int lwnvme_plugin_can_trim(void *handle)
{
    (void)handle;
    return engine_get_facts()->has_trim;
}

static int lwnvme_plugin_can_zero(void *handle)
{
    (void)handle;
    return engine_get_facts()->has_zero;
}

static int lwnvme_plugin_can_fast_zero(void *handle)
{
    (void)handle;
    return engine_get_facts()->has_zero;
}

static int lwnvme_plugin_can_fua(void *handle)
{
    (void)handle;
    return NBDKIT_FUA_NATIVE;
}

/* All connections are one queue of one controller: a flush covers what any of them has been told is done. */
static int lwnvme_plugin_can_multi_conn(void *handle)
{
    (void)handle;
    return 1;
}

static int lwnvme_plugin_is_rotational(void *handle)
{
    (void)handle;
    return 0;
}

static int plugin_result(const char *what, uint64_t offset, int status)
{
    if (status == 0) {
        return 0;
    }
    nbdkit_error("%s at %llu: %s", what, (unsigned long long)offset, lwnvme_status_string(status));
    nbdkit_set_error(engine_errno(status));
    return -1;
}

/* Whether a request is of whole blocks. */
static bool plugin_aligned(const char *what, uint64_t offset, uint32_t count)
{
    const uint32_t block_bytes = engine_get_facts()->block_bytes;

    if (offset % block_bytes == 0 && count % block_bytes == 0) {
        return true;
    }
    nbdkit_error("%s of %u bytes at %llu is not of whole blocks of %u bytes; --filter=blocksize helps", what,
                 count, (unsigned long long)offset, block_bytes);
    nbdkit_set_error(EINVAL);
    return false;
}

/* Data in pieces as large as a job may be. */
static int plugin_transfer(enum engine_kind kind, uint8_t *data, uint32_t count, uint64_t offset,
                           uint32_t flags)
{
    const char *what = kind == ENGINE_READ ? "read" : "write";
    const uint32_t block_bytes = engine_get_facts()->block_bytes;

    if (!plugin_aligned(what, offset, count)) {
        return -1;
    }
    while (count != 0) {
        const uint32_t piece = count < ENGINE_CHUNK_BYTES ? count : ENGINE_CHUNK_BYTES;
        const int status = engine_do(kind, offset / block_bytes, piece / block_bytes, data, flags);

        if (status != 0) {
            return plugin_result(what, offset, status);
        }
        data += piece;
        offset += piece;
        count -= piece;
    }
    return 0;
}

static uint32_t plugin_fua(uint32_t flags)
{
    return (flags & NBDKIT_FLAG_FUA) != 0 ? LWNVME_REQUEST_FUA : 0;
}

static int lwnvme_plugin_pread(void *handle, void *data, uint32_t count, uint64_t offset, uint32_t flags)
{
    (void)handle;
    (void)flags;
    return plugin_transfer(ENGINE_READ, data, count, offset, 0);
}

static int lwnvme_plugin_pwrite(void *handle, const void *data, uint32_t count, uint64_t offset,
                                uint32_t flags)
{
    (void)handle;
    return plugin_transfer(ENGINE_WRITE, (uint8_t *)(uintptr_t)data, count, offset, plugin_fua(flags));
}

static int lwnvme_plugin_flush(void *handle, uint32_t flags)
{
    (void)handle;
    (void)flags;
    return plugin_result("flush", 0, engine_do(ENGINE_FLUSH, 0, 0, NULL, 0));
}

/* A hint: blocks that are not wholly in it stay. */
static int lwnvme_plugin_trim(void *handle, uint32_t count, uint64_t offset, uint32_t flags)
{
    const uint32_t block_bytes = engine_get_facts()->block_bytes;
    const uint64_t first = (offset + block_bytes - 1u) / block_bytes;
    const uint64_t end = (offset + count) / block_bytes;
    int status = end > first ? engine_do(ENGINE_TRIM, first, (uint32_t)(end - first), NULL, 0) : 0;

    (void)handle;
    if (status == 0 && (flags & NBDKIT_FLAG_FUA) != 0) { /* the command knows no FUA */
        status = engine_do(ENGINE_FLUSH, 0, 0, NULL, 0);
    }
    return plugin_result("trim", offset, status);
}

static int lwnvme_plugin_zero(void *handle, uint32_t count, uint64_t offset, uint32_t flags)
{
    const struct engine_facts *facts = engine_get_facts();
    const bool trim = (flags & NBDKIT_FLAG_MAY_TRIM) != 0 && facts->zero_may_trim;

    (void)handle;
    if (!plugin_aligned("zero", offset, count)) {
        return -1;
    }
    return plugin_result("zero", offset,
                         engine_do(ENGINE_ZERO, offset / facts->block_bytes, count / facts->block_bytes, NULL,
                                   plugin_fua(flags) | (trim ? LWNVME_REQUEST_DEALLOCATE : 0)));
}

static struct nbdkit_plugin plugin = {
    .name = "lwnvme",
    .longname = "lwnvme: an NVMe namespace through VFIO",
    .description =
        "An NVMe namespace, driven from this process through Linux VFIO, or the software controller.",
    .magic_config_key = "device",
    .config_help = "device=<ADDRESS>     The PCI function, as 0000:04:00.0, which is bound to vfio-pci.\n"
                   "sim=<FILE>           Instead of it: the software controller with this file.\n"
                   "namespace=<NSID>     Which namespace (default 1).\n"
                   "entries=<N>          Entries of the I/O queue (default 256).\n"
                   "irq=auto|poll        How the drive is awaited (default auto: interrupts if there are).\n"
                   "readonly=<BOOL>      Nothing is written (default false).\n"
                   "sim-oncs=<N>         Optional commands of the software controller (ONCS).\n"
                   "sim-bad-block=<LBA>  A block of it that cannot be read.",
    .load = lwnvme_plugin_load,
    .config = lwnvme_plugin_config,
    .config_complete = lwnvme_plugin_config_complete,
    .get_ready = lwnvme_plugin_get_ready,
    .after_fork = lwnvme_plugin_after_fork,
    .cleanup = lwnvme_plugin_cleanup,
    .open = lwnvme_plugin_open,
    .get_size = lwnvme_plugin_get_size,
    .block_size = lwnvme_plugin_block_size,
    .can_write = lwnvme_plugin_can_write,
    .can_flush = lwnvme_plugin_can_flush,
    .can_trim = lwnvme_plugin_can_trim,
    .can_zero = lwnvme_plugin_can_zero,
    .can_fast_zero = lwnvme_plugin_can_fast_zero,
    .can_fua = lwnvme_plugin_can_fua,
    .can_multi_conn = lwnvme_plugin_can_multi_conn,
    .is_rotational = lwnvme_plugin_is_rotational,
    .pread = lwnvme_plugin_pread,
    .pwrite = lwnvme_plugin_pwrite,
    .flush = lwnvme_plugin_flush,
    .trim = lwnvme_plugin_trim,
    .zero = lwnvme_plugin_zero,
    .errno_is_preserved = 0,
};

NBDKIT_REGISTER_PLUGIN(plugin)
