# SPDX-License-Identifier: MIT
#
# build/demo/boot.elf: a boot loader for x86-64 with the library that is made for one. Included by the Makefile after
# examples/kernel/kernel.mk, of which it takes the compiler's options.

BOOT_SOURCES := $(LWNVME_BOOT_SOURCES) examples/boot/main.c examples/boot/jump.S ports/x86_64/boot.S ports/x86_64/vectors.S \
    ports/x86_64/trampoline.S $(addprefix ports/x86_64/,clock.c interrupt.c memory.c paging.c pci.c processor.c processor_self.c \
    start.c trap.c uart.c) $(BARE_SOURCES) src/describe/status_text.c
BOOT_OBJECTS := $(addprefix build/demo/boot/,$(addsuffix .o,$(basename $(BOOT_SOURCES))))
BOOT_CFLAGS = $(KERNEL_CFLAGS) -Os -DLWNVME_CONFIG_BOOT=1

build/demo/boot/%.o: %.c examples/boot/boot.mk examples/kernel/kernel.mk
	@mkdir -p $(@D)
	@echo 'CC    $@'
	@$(KERNEL_CC) $(BOOT_CFLAGS) -MMD -MP -c $< -o $@

build/demo/boot/%.o: %.S examples/boot/boot.mk examples/kernel/kernel.mk
	@mkdir -p $(@D)
	@echo 'CC    $@'
	@$(KERNEL_CC) $(BOOT_CFLAGS) -MMD -MP -c $< -o $@

# Above the memory of the kernel that it loads.
build/demo/boot.elf: $(BOOT_OBJECTS) ports/x86_64/kernel.ld
	@echo 'LINK  $@'
	@$(KERNEL_CC) -Wl,--defsym=kernel_address=0x4000000 $(KERNEL_LDFLAGS) $(BOOT_OBJECTS) -o $@
