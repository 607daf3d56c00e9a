# SPDX-License-Identifier: MIT
#
# The demo as a bootable kernel and as a process; included by the Makefile, which defines LWNVME_SOURCES,
# LWNVME_INCLUDES and WARNINGS.
#
#   build/demo/kernel.elf       x86-64, loaded by PVH (qemu -kernel), no firmware service and no C library
#   build/demo/lwnvme-demo-sim  the same demo on the software controller

# For the kernel: any gcc or clang that makes x86-64 code.
KERNEL_CC ?= $(CC)

DEMO_SOURCES := $(addprefix examples/kernel/,bench.c demo.c drive.c neighbour.c options.c parallel.c pattern.c sha256.c shell.c shell_change.c shell_command.c shell_io.c shell_look.c shell_mapper.c shell_misc.c shell_namespace.c shell_protection.c shell_service.c shell_show.c shell_stream.c shell_zoned.c stream.c text.c)
KERNEL_SOURCES := $(DEMO_SOURCES) examples/kernel/main_x86_64.c ports/x86_64/boot.S \
    ports/x86_64/trampoline.S ports/x86_64/vectors.S \
    $(addprefix ports/x86_64/,clock.c interrupt.c lwnvme_host.c memory.c pages.c paging.c pci.c \
    processor.c processor_self.c serial.c start.c trap.c)
DEMO_SIM_SOURCES := $(DEMO_SOURCES) examples/kernel/main_sim.c $(wildcard sim/*.c)

DEMO_WARNINGS := -Wall -Wextra -Wconversion -Wshadow -Wvla -Wframe-larger-than=512 -Werror
KERNEL_CFLAGS := -std=c11 -m64 -ffreestanding -O2 -g -mno-red-zone -mgeneral-regs-only -fno-pic -fno-stack-protector \
    -fno-asynchronous-unwind-tables -fcf-protection=none -ffunction-sections -fdata-sections \
    $(DEMO_WARNINGS) $(addprefix -I,$(LWNVME_INCLUDES)) -Iports/x86_64 -Iexamples/kernel
KERNEL_LDFLAGS := -m64 -nostdlib -static -Wl,-T,ports/x86_64/kernel.ld -Wl,--gc-sections -Wl,--build-id=none \
    -Wl,-z,noexecstack -Wl,-z,max-page-size=4096
DEMO_SIM_CFLAGS := -std=c11 -D_GNU_SOURCE -O2 -g -Wall -Wextra -Werror \
    $(addprefix -I,$(LWNVME_INCLUDES)) -Isim -Iexamples/kernel

KERNEL_OBJECTS := $(addprefix build/demo/kernel/,$(addsuffix .o,$(basename $(LWNVME_SOURCES) $(KERNEL_SOURCES))))
DEMO_SIM_OBJECTS := $(patsubst %.c,build/demo/sim/%.o,$(LWNVME_SOURCES) $(DEMO_SIM_SOURCES))

build/demo/kernel/%.o: %.c examples/kernel/kernel.mk
	@mkdir -p $(@D)
	@echo 'CC    $@'
	@$(KERNEL_CC) $(KERNEL_CFLAGS) -MMD -MP -c $< -o $@

build/demo/kernel/%.o: %.S examples/kernel/kernel.mk
	@mkdir -p $(@D)
	@echo 'CC    $@'
	@$(KERNEL_CC) $(KERNEL_CFLAGS) -MMD -MP -c $< -o $@

build/demo/kernel.elf: $(KERNEL_OBJECTS) ports/x86_64/kernel.ld
	@echo 'LINK  $@'
	@$(KERNEL_CC) $(KERNEL_LDFLAGS) $(KERNEL_OBJECTS) -o $@

build/demo/sim/%.o: %.c examples/kernel/kernel.mk
	@mkdir -p $(@D)
	@echo 'CC    $@'
	@$(CC) $(DEMO_SIM_CFLAGS) -MMD -MP -c $< -o $@

build/demo/lwnvme-demo-sim: $(DEMO_SIM_OBJECTS)
	@echo 'LINK  $@'
	@$(CC) $(DEMO_SIM_OBJECTS) -o $@
