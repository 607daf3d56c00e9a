# SPDX-License-Identifier: MIT
#
# What to compile, for trees that vendor lwnvme: include this file, then compile LWNVME_SOURCES with the
# LWNVME_INCLUDES directories on the include path. Paths are relative to the directory of this file; set
# LWNVME_DIR to it (with a trailing slash) before the include when that is not the directory make runs in.
# Layer by layer, the lowest first; `make lint` checks the list against the tree.

LWNVME_INCLUDES := $(LWNVME_DIR)include

LWNVME_SOURCES := $(addprefix $(LWNVME_DIR)src/, \
    core/admin_page.c \
    core/cmb.c \
    core/controller.c \
    core/controller_info.c \
    core/hold.c \
    core/interrupt.c \
    core/journey.c \
    core/kept.c \
    core/map.c \
    core/memory.c \
    core/message.c \
    core/namespace.c \
    core/operation.c \
    core/queue.c \
    core/queue_life.c \
    core/queue_memory.c \
    core/queue_statistics.c \
    core/quirk.c \
    core/raw.c \
    core/recovery.c \
    core/recovery_await.c \
    core/recovery_request.c \
    core/recovery_verify.c \
    core/register.c \
    core/repeat.c \
    core/service.c \
    core/shadow.c \
    core/share.c \
    core/single.c \
    core/status_class.c \
    io/cancel.c \
    io/copy.c \
    io/fused.c \
    io/guard.c \
    io/kv.c \
    io/limits.c \
    io/mapper.c \
    io/metadata.c \
    io/nvm.c \
    io/placement.c \
    io/protection.c \
    io/reservation.c \
    io/retry.c \
    io/zns.c \
    io/zns_protection.c \
    io/zns_report.c \
    admin/abort.c \
    admin/apst.c \
    admin/boot_partition.c \
    admin/capacity.c \
    admin/counter.c \
    admin/directive.c \
    admin/effects.c \
    admin/events.c \
    admin/feature.c \
    admin/feature_controller.c \
    admin/feature_data.c \
    admin/feature_host.c \
    admin/feature_namespace.c \
    admin/firmware.c \
    admin/format.c \
    admin/host_memory.c \
    admin/identify.c \
    admin/identify_list.c \
    admin/identify_structure.c \
    admin/keep_alive.c \
    admin/lba_status.c \
    admin/lockdown.c \
    admin/log.c \
    admin/log_fixed.c \
    admin/log_sized.c \
    admin/log_stream.c \
    admin/log_support.c \
    admin/namespace_admin.c \
    admin/namespace_guard.c \
    admin/namespace_set.c \
    admin/power.c \
    admin/sanitize.c \
    admin/security.c \
    admin/self_test.c \
    admin/virtualization.c \
    describe/any.c \
    describe/capacity.c \
    describe/command.c \
    describe/command_set.c \
    describe/controller.c \
    describe/engine.c \
    describe/feature.c \
    describe/health.c \
    describe/json.c \
    describe/list.c \
    describe/log.c \
    describe/namespace.c \
    describe/packed.c \
    describe/persistent_event.c \
    describe/placement.c \
    describe/status.c \
    describe/status_text.c \
    describe/support.c \
    describe/text.c \
    sync/panic.c \
    sync/sync.c \
    sync/sync_admin.c \
    sync/sync_call.c \
    sync/sync_io.c \
    sync/sync_operation.c \
    sync/sync_power.c \
    )

# What LWNVME_CONFIG_BOOT needs of them; message.c is for LWNVME_CONFIG_LOG.
LWNVME_BOOT_SOURCES := $(addprefix $(LWNVME_DIR)src/, \
    core/admin_page.c \
    core/controller.c \
    core/controller_info.c \
    core/journey.c \
    core/memory.c \
    core/message.c \
    core/namespace.c \
    core/quirk.c \
    core/raw.c \
    core/register.c \
    core/single.c \
    io/nvm.c \
    sync/sync.c \
    )
