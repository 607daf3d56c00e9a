# SPDX-License-Identifier: MIT
#
# What runs under UEFI, made with clang and lld alone; included by the Makefile.
#
#   build/uefi/MACHINE/lwnvme.efi         the demo and its shell as a program; x86_64 and aarch64
#   build/uefi/MACHINE/lwnvme-driver.efi  a driver that publishes Block I/O
#   build/usb/lwnvme-usb.img              a stick with all of them

##@ UEFI

# Where lwnvme-driver-debug.efi writes what it has done: QEMU's isa-debugcon.
UEFI_DEBUG_PORT ?= 0x402
UEFI_LLD ?= lld-link
UEFI_TARGET_x86_64 := --target=x86_64-unknown-windows -mno-red-zone
UEFI_TARGET_aarch64 := --target=aarch64-unknown-windows -mstrict-align
UEFI_MACHINE_x86_64 := x64
UEFI_MACHINE_aarch64 := arm64
UEFI_MACHINES := x86_64 aarch64
UEFI_BOOT_x86_64 := BOOTX64.EFI
UEFI_BOOT_aarch64 := BOOTAA64.EFI

# Enumerations are signed on this target, where gcc's have no sign: conversions of them are no news. Its calling
# convention keeps room for its callees' arguments in each frame, and the demo's largest are larger by that.
UEFI_CFLAGS := -std=c11 -ffreestanding -fno-builtin -O2 -fshort-wchar -fno-stack-protector -ffunction-sections -fdata-sections \
    $(WARNINGS) -Wno-sign-conversion -Wframe-larger-than=640 $(INCLUDES) -Iports/uefi -Iexamples/kernel
UEFI_LDFLAGS := /nodefaultlib /entry:efi_main /opt:ref /timestamp:0 /WX

UEFI_COMMON_SOURCES := $(addprefix ports/uefi/,clock.c efi.c lwnvme_host.c memory.c path.c) ports/common/memcmp.c
UEFI_PROGRAM_SOURCES := $(LWNVME_SOURCES) $(DEMO_SOURCES) $(UEFI_COMMON_SOURCES) \
    $(addprefix ports/uefi/,console.c drives.c hidden.c report.c) $(addprefix examples/kernel/,main_uefi.c menu_uefi.c)
UEFI_DRIVER_SOURCES := $(LWNVME_SOURCES) $(UEFI_COMMON_SOURCES) \
    $(addprefix ports/uefi/driver/,binding.c block.c disk.c entry.c name.c)
UEFI_BLOCK_SOURCES := $(addprefix ports/uefi/,clock.c console.c efi.c memory.c path.c) ports/common/memcmp.c tests/uefi/block.c

# uefi_rules machine
define uefi_rules
build/uefi/$(1)/flags: FORCE
	@mkdir -p $$(@D)
	@echo '$$(CLANG) $$(UEFI_TARGET_$(1)) $$(UEFI_CFLAGS)' | cmp -s - $$@ || echo '$$(CLANG) $$(UEFI_TARGET_$(1)) $$(UEFI_CFLAGS)' > $$@
build/uefi/$(1)/%.o: %.c build/uefi/$(1)/flags | setup-uefi
	@mkdir -p $$(@D)
	@$$(SAY) 'CC    $$@'
	$$(Q)$$(CLANG) $$(UEFI_TARGET_$(1)) $$(UEFI_CFLAGS) -MMD -MP -c $$< -o $$@
build/uefi/$(1)/lwnvme.efi: $$(UEFI_PROGRAM_SOURCES:%.c=build/uefi/$(1)/%.o)
	@$$(SAY) 'LINK  $$@'
	$$(Q)$$(UEFI_LLD) /machine:$$(UEFI_MACHINE_$(1)) /subsystem:efi_application $$(UEFI_LDFLAGS) $$^ /out:$$@
build/uefi/$(1)/lwnvme-driver.efi: $$(UEFI_DRIVER_SOURCES:%.c=build/uefi/$(1)/%.o)
	@$$(SAY) 'LINK  $$@'
	$$(Q)$$(UEFI_LLD) /machine:$$(UEFI_MACHINE_$(1)) /subsystem:efi_boot_service_driver $$(UEFI_LDFLAGS) $$^ /out:$$@
build/uefi/$(1)/block.efi: $$(UEFI_BLOCK_SOURCES:%.c=build/uefi/$(1)/%.o)
	@$$(SAY) 'LINK  $$@'
	$$(Q)$$(UEFI_LLD) /machine:$$(UEFI_MACHINE_$(1)) /subsystem:efi_application $$(UEFI_LDFLAGS) $$^ /out:$$@
build/uefi/$(1)/lwnvme-driver-debug.efi: $$(patsubst %/disk.o,%/disk_debug.o,$$(UEFI_DRIVER_SOURCES:%.c=build/uefi/$(1)/%.o))
	@$$(SAY) 'LINK  $$@'
	$$(Q)$$(UEFI_LLD) /machine:$$(UEFI_MACHINE_$(1)) /subsystem:efi_boot_service_driver $$(UEFI_LDFLAGS) $$^ /out:$$@
build/uefi/$(1)/ports/uefi/driver/disk_debug.o: ports/uefi/driver/disk.c build/uefi/$(1)/flags | setup-uefi
	@mkdir -p $$(@D)
	@$$(SAY) 'CC    $$@'
	$$(Q)$$(CLANG) $$(UEFI_TARGET_$(1)) $$(UEFI_CFLAGS) -DLWNVME_UEFI_DEBUG_PORT=$$(UEFI_DEBUG_PORT) -MMD -MP -c $$< -o $$@
endef
$(foreach machine,$(UEFI_MACHINES),$(eval $(call uefi_rules,$(machine))))

usb: build/usb/lwnvme-usb.img ## build/usb/lwnvme-usb.img: a USB stick that boots on a PC with UEFI and looks at its drives

USB_MADE := $(foreach machine,$(UEFI_MACHINES),$(addprefix build/uefi/$(machine)/,lwnvme.efi lwnvme-driver.efi))
USB_FILES := README.TXT=ports/uefi/stick.txt $(foreach machine,$(UEFI_MACHINES), \
    EFI/BOOT/$(UEFI_BOOT_$(machine))=build/uefi/$(machine)/lwnvme.efi \
    drivers/$(machine)/lwnvme-driver.efi=build/uefi/$(machine)/lwnvme-driver.efi)

build/usb/lwnvme-usb.img: $(USB_MADE) ports/uefi/stick.txt tools/make-esp
	@$(SAY) 'GEN   $@'
	$(Q)$(PYTHON) tools/make-esp $@ $(USB_FILES)

UEFI_TESTED := build/uefi/x86_64/lwnvme-driver-debug.efi $(UEFI_MACHINES:%=build/uefi/%/block.efi)

test-uefi: build/usb/lwnvme-usb.img $(UEFI_TESTED) | setup-test-uefi ## boots the stick and the driver in QEMU with OVMF
	@$(RUN) --pytest tests/uefi

.PHONY: usb test-uefi

-include $(shell find build/uefi -name "*.d" 2>/dev/null)
