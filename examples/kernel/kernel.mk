# SPDX-License-Identifier: MIT
#
# The demo as a bootable kernel and as a process; included by the Makefile, which defines LWNVME_SOURCES,
# LWNVME_INCLUDES and WARNINGS.
#
#   build/demo/kernel.elf         x86-64, loaded by PVH (qemu -kernel), no firmware service and no C library
#   build/demo/ARCH/kernel.elf    the other machines of KERNEL_ARCHS
#   build/demo/lwnvme-demo-sim    the same demo on the software controller

# What ARCH may be. tools/demo reads this line, too.
KERNEL_ARCHS := x86_64 i686 aarch64 aarch64_be riscv64 riscv64_m

# For the kernel: any gcc or clang that makes x86-64 code.
KERNEL_CC ?= $(CC)

DEMO_SOURCES := $(addprefix examples/kernel/,bench.c demo.c drive.c neighbour.c options.c parallel.c pattern.c pulled.c sha256.c shell.c shell_arguments.c shell_change.c shell_command.c shell_io.c shell_look.c shell_mapper.c shell_misc.c shell_namespace.c shell_protection.c shell_service.c shell_show.c shell_stream.c shell_zoned.c stream.c text.c trouble.c)
BARE_SOURCES := $(addprefix ports/common/,memcmp.c pages.c pci.c serial.c)
BARE_DEMO_SOURCES := $(BARE_SOURCES) ports/common/host.c examples/kernel/main_bare.c examples/kernel/slot.c
KERNEL_SOURCES := $(DEMO_SOURCES) $(BARE_DEMO_SOURCES) examples/kernel/main_x86_64.c ports/x86_64/boot.S \
    ports/x86_64/trampoline.S ports/x86_64/vectors.S \
    $(addprefix ports/x86_64/,clock.c interrupt.c lwnvme_host.c memory.c paging.c pci.c \
    processor.c processor_self.c start.c trap.c uart.c)
DEMO_SIM_SOURCES := $(DEMO_SOURCES) examples/kernel/keys_posix.c examples/kernel/main_sim.c $(wildcard sim/*.c)

DEMO_WARNINGS := -Wall -Wextra -Wconversion -Wshadow -Wvla -Wframe-larger-than=512 -Werror
KERNEL_CFLAGS := -std=c11 -m64 -ffreestanding -O2 -g -mno-red-zone -mgeneral-regs-only -fno-pic -fno-stack-protector \
    -fno-asynchronous-unwind-tables -fcf-protection=none -ffunction-sections -fdata-sections \
    $(DEMO_WARNINGS) $(addprefix -I,$(LWNVME_INCLUDES)) -Iports/x86_64 -Iports/common -Iexamples/kernel
KERNEL_LDFLAGS := -m64 -nostdlib -static -Wl,-T,ports/x86_64/kernel.ld -Wl,--gc-sections -Wl,--build-id=none \
    -Wl,-z,noexecstack -Wl,-z,max-page-size=4096
DEMO_SIM_CFLAGS := -std=c11 -D_GNU_SOURCE -O1 -g1 -Wall -Wextra -Werror \
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

# The other machines: for each a compiler (KERNEL_CC_), flags for it (KERNEL_CFLAGS_), for the linker (KERNEL_LDFLAGS_) and
# the linker's script (KERNEL_SCRIPT_), and all sources that are not the demo's (KERNEL_PORT_). The library is the two files of
# `make amalgamation`, which compile in half the time.
# VIRT_LEVEL='-O2 -g' takes twice the time to compile.
VIRT_LEVEL ?= -O1
VIRT_CFLAGS := -std=c11 -ffreestanding $(VIRT_LEVEL) -fno-pic -fno-stack-protector -fno-asynchronous-unwind-tables \
    -ffunction-sections -fdata-sections $(DEMO_WARNINGS) $(addprefix -I,$(LWNVME_INCLUDES)) -Iports/common -Iexamples/kernel
VIRT_LDFLAGS := -nostdlib -static -Wl,--gc-sections -Wl,--build-id=none -Wl,-z,noexecstack -Wl,-z,max-page-size=4096
VIRT_SOURCES := $(BARE_DEMO_SOURCES) examples/kernel/main_virt.c \
    $(addprefix ports/virt/,cache.c clock.c interrupt.c lwnvme_host.c memory.c pci.c processor.c shadow.c start.c tree.c)

KERNEL_CC_aarch64 ?= aarch64-linux-gnu-gcc
KERNEL_CFLAGS_aarch64 := $(VIRT_CFLAGS) -mgeneral-regs-only -mstrict-align -mno-outline-atomics -Iports/aarch64 -Iports/virt
KERNEL_LDFLAGS_aarch64 := $(VIRT_LDFLAGS)
KERNEL_SCRIPT_aarch64 := ports/aarch64/kernel.ld
KERNEL_PORT_aarch64 := $(VIRT_SOURCES) ports/aarch64/boot.S ports/aarch64/vectors.S \
    $(addprefix ports/aarch64/,gic2.c gic3.c irqchip.c its.c machine.c paging.c timer.c uart.c)

# The same sources, compiled and run in the other byte order.
KERNEL_CC_aarch64_be ?= $(KERNEL_CC_aarch64)
KERNEL_CFLAGS_aarch64_be := $(KERNEL_CFLAGS_aarch64) -mbig-endian
KERNEL_LDFLAGS_aarch64_be := $(KERNEL_LDFLAGS_aarch64) -mbig-endian
KERNEL_SCRIPT_aarch64_be := $(KERNEL_SCRIPT_aarch64)
KERNEL_PORT_aarch64_be := $(KERNEL_PORT_aarch64)

# In S-mode below SBI firmware; and riscv64_m, the same objects linked for M-mode, where there is none.
KERNEL_CC_riscv64 ?= riscv64-linux-gnu-gcc
KERNEL_CFLAGS_riscv64 := $(VIRT_CFLAGS) -march=rv64imac_zicsr_zifencei -mabi=lp64 -mcmodel=medany -mstrict-align -Iports/riscv64 -Iports/virt
KERNEL_LDFLAGS_riscv64 := $(VIRT_LDFLAGS) -march=rv64imac_zicsr_zifencei -mabi=lp64 -Wl,--defsym=KERNEL_MODE_M=0
KERNEL_SCRIPT_riscv64 := ports/riscv64/kernel.ld
KERNEL_PORT_riscv64 := $(VIRT_SOURCES) ports/riscv64/boot.S ports/riscv64/vectors.S \
    $(addprefix ports/riscv64/,aplic.c imsic.c irqchip.c machine.c plic.c uart.c)
KERNEL_LDFLAGS_riscv64_m := $(subst KERNEL_MODE_M=0,KERNEL_MODE_M=1,$(KERNEL_LDFLAGS_riscv64))

# Most files of x86-64, and those that differ.
KERNEL_CC_i686 ?= $(KERNEL_CC)
KERNEL_CFLAGS_i686 := $(subst -m64,-m32 -march=i686,$(filter-out -mno-red-zone -O2 -g,$(KERNEL_CFLAGS))) $(VIRT_LEVEL)
KERNEL_LDFLAGS_i686 := -m32 $(VIRT_LDFLAGS)
KERNEL_SCRIPT_i686 := ports/i686/kernel.ld
KERNEL_PORT_i686 := $(BARE_DEMO_SOURCES) examples/kernel/main_x86_64.c $(addprefix ports/x86_64/,clock.c interrupt.c lwnvme_host.c memory.c \
    pci.c processor.c start.c uart.c) $(addprefix ports/i686/,boot.S divide.c paging.c processor_self.c \
    trampoline.S trap.c vectors.S)

# kernel_rules arch
define kernel_rules
KERNEL_OBJECTS_$(1) := $$(addprefix build/demo/$(1)/,$$(addsuffix .o,$$(basename build/dist/lwnvme.c \
    $$(DEMO_SOURCES) $$(KERNEL_PORT_$(1)))))
build/demo/$(1)/%.o: %.c examples/kernel/kernel.mk | setup-demo-$(1)
	@mkdir -p $$(@D)
	@echo 'CC    $$@'
	@$$(KERNEL_CC_$(1)) $$(KERNEL_CFLAGS_$(1)) -MMD -MP -c $$< -o $$@
build/demo/$(1)/%.o: %.S examples/kernel/kernel.mk | setup-demo-$(1)
	@mkdir -p $$(@D)
	@echo 'CC    $$@'
	@$$(KERNEL_CC_$(1)) $$(KERNEL_CFLAGS_$(1)) -MMD -MP -c $$< -o $$@
build/demo/$(1)/kernel.elf: $$(KERNEL_OBJECTS_$(1)) $$(KERNEL_SCRIPT_$(1))
	@echo 'LINK  $$@'
	@$$(KERNEL_CC_$(1)) $$(KERNEL_LDFLAGS_$(1)) -Wl,-T,$$(KERNEL_SCRIPT_$(1)) $$(KERNEL_OBJECTS_$(1)) -o $$@
endef
$(foreach arch,$(filter-out x86_64 riscv64_m,$(KERNEL_ARCHS)),$(eval $(call kernel_rules,$(arch))))

build/demo/riscv64_m/kernel.elf: $(KERNEL_OBJECTS_riscv64) $(KERNEL_SCRIPT_riscv64)
	@mkdir -p $(@D)
	@echo 'LINK  $@'
	@$(KERNEL_CC_riscv64) $(KERNEL_LDFLAGS_riscv64_m) -Wl,-T,$(KERNEL_SCRIPT_riscv64) $(KERNEL_OBJECTS_riscv64) -o $@

# What an ARCH is called in build/; nothing for one that there is not.
KERNEL_OF = $(if $(filter x86_64,$(1)),build/demo/kernel.elf,$(patsubst %,build/demo/%/kernel.elf,$(filter $(1),$(KERNEL_ARCHS))))
KERNEL_SETUP_OF = $(if $(filter x86_64,$(1)),setup-demo,$(patsubst %,setup-demo-%,$(filter $(1),$(KERNEL_ARCHS))))
KERNELS := $(foreach arch,$(KERNEL_ARCHS),$(call KERNEL_OF,$(arch)))

build/demo/sim/%.o: %.c examples/kernel/kernel.mk
	@mkdir -p $(@D)
	@echo 'CC    $@'
	@$(CC) $(DEMO_SIM_CFLAGS) -MMD -MP -c $< -o $@

build/demo/lwnvme-demo-sim: $(DEMO_SIM_OBJECTS)
	@echo 'LINK  $@'
	@$(CC) $(DEMO_SIM_OBJECTS) -o $@
