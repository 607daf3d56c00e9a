# SPDX-License-Identifier: MIT
#
# The port to Linux user space over VFIO; included by the Makefile, which defines LWNVME_SOURCES and LWNVME_INCLUDES.
#
#   build/vfio/lwnvme                     the command-line tool
#   build/vfio/nbdkit-lwnvme-plugin.so    the nbdkit plugin, which can also run on the software controller

VFIO_PORT := $(addprefix ports/linux_vfio/,common.c device.c dma.c fence.c info.c iova.c irq.c lwnvme_vfio.c pci.c use.c)
VFIO_TOOL := $(VFIO_PORT) $(addprefix ports/linux_vfio/,platform_vfio.c tool.c tool_drive.c tool_file.c tool_list.c) \
    examples/kernel/keys_posix.c $(DEMO_SOURCES)

# Frames: paths are put together on the stack, which is large in a process.
VFIO_CFLAGS := -std=c11 -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -O2 -g -fPIC -fvisibility=hidden \
    -Wall -Wextra -Wconversion -Wshadow -Wvla \
    -Wframe-larger-than=4096 -Wno-unknown-warning-option -Wno-format-truncation -Werror $(addprefix -I,$(LWNVME_INCLUDES)) \
    -Iports/linux_vfio -Iexamples/kernel -Isim

VFIO_PLUGIN := $(VFIO_PORT) $(addprefix ports/linux_vfio/,backend_sim.c backend_vfio.c engine.c nbdkit_plugin.c) \
    $(wildcard sim/*.c)
VFIO_PLUGIN_OBJECTS := $(patsubst %.c,build/vfio/obj/%.o,$(LWNVME_SOURCES) $(VFIO_PLUGIN))
VFIO_TOOL_OBJECTS := $(patsubst %.c,build/vfio/obj/%.o,$(LWNVME_SOURCES) $(VFIO_TOOL))

# Written for other warnings, as in the tests.
build/vfio/obj/sim/%.o: VFIO_CFLAGS += -Wno-conversion -Wno-shadow -Wno-frame-larger-than
build/vfio/obj/%.o: %.c ports/linux_vfio/vfio.mk | setup-vfio
	@mkdir -p $(@D)
	@$(SAY) 'CC    $@'
	$(Q)$(CC) $(VFIO_CFLAGS) -MMD -MP -c $< -o $@

build/vfio/lwnvme: $(VFIO_TOOL_OBJECTS)
	@$(SAY) 'LINK  $@'
	$(Q)$(CC) $(VFIO_TOOL_OBJECTS) -lpthread -o $@

build/vfio/nbdkit-lwnvme-plugin.so: $(VFIO_PLUGIN_OBJECTS)
	@$(SAY) 'LINK  $@'
	$(Q)$(CC) -shared $(VFIO_PLUGIN_OBJECTS) -lpthread -o $@

##@ Linux user space

vfio: build/vfio/lwnvme build/vfio/nbdkit-lwnvme-plugin.so ## build/vfio/: the command lwnvme and an nbdkit plugin: the library in Linux processes, through VFIO

# What deals with memory is tested by itself, under ASan and UBSan; all else on a machine made of files, on the software
# controller, and on QEMU's drives in a Linux guest.
VFIO_TESTS := $(addprefix build/vfio/test_,iova dma device engine file irq)
VFIO_WRAPPED := -Wl,--wrap=ioctl
build/vfio/test_engine: VFIO_WRAPPED :=
build/vfio/test_device: VFIO_WRAPPED += -Wl,--wrap=mmap,--wrap=mmap64,--wrap=munmap,--wrap=close \
    -Wl,--wrap=pread,--wrap=pread64,--wrap=pwrite,--wrap=pwrite64
build/vfio/test_iova: ports/linux_vfio/iova.c
build/vfio/test_dma: ports/linux_vfio/dma.c ports/linux_vfio/info.c ports/linux_vfio/iova.c
build/vfio/test_device: ports/linux_vfio/common.c ports/linux_vfio/device.c ports/linux_vfio/fence.c ports/linux_vfio/info.c ports/linux_vfio/pci.c ports/linux_vfio/use.c
build/vfio/test_file: ports/linux_vfio/tool_file.c examples/kernel/stream.c examples/kernel/text.c
build/vfio/test_irq: ports/linux_vfio/common.c ports/linux_vfio/irq.c
build/vfio/test_engine: ports/linux_vfio/engine.c build/san/libsim.a build/san/liblwnvme.a
$(VFIO_TESTS): build/vfio/%: tests/vfio/%.c ports/linux_vfio/vfio.mk $(wildcard ports/linux_vfio/*.h) | setup-test-vfio
	@mkdir -p $(@D)
	@$(SAY) 'CC    $@'
	$(Q)$(CC) $(filter-out -Wframe-larger-than=% -Wconversion,$(VFIO_CFLAGS)) -fsanitize=address,undefined -fno-sanitize-recover=all \
	    $(VFIO_WRAPPED) $(filter %.c %.a,$^) -lcmocka -lpthread -o $@

test-vfio: $(VFIO_TESTS) vfio | setup-test-vfio ## what make vfio builds: by hand-made files, on the software controller, and in a Linux guest with an IOMMU
	@$(RUN) --group vfio $(VFIO_TESTS) --pytest tests/vfio

.PHONY: vfio test-vfio
-include $(shell find build/vfio -name '*.d' 2>/dev/null)
