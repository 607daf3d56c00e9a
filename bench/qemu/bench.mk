# SPDX-License-Identifier: MIT
#
# The bench kernel and the plugin that counts; included by the Makefile after examples/kernel/kernel.mk, whose objects of
# the library and of the port it shares.
#
#   build/bench/qemu/kernel.elf, build/bench/qemu/count.so

QEMU_BENCH_OBJECTS := $(addprefix build/demo/kernel/,$(addsuffix .o,$(basename $(LWNVME_SOURCES) \
    $(filter ports/%,$(KERNEL_SOURCES)) examples/kernel/text.c bench/qemu/kernel.c)))

build/bench/qemu/kernel.elf: $(QEMU_BENCH_OBJECTS) ports/x86_64/kernel.ld
	@mkdir -p $(@D)
	@$(SAY) 'LINK  $@'
	$(Q)$(KERNEL_CC) $(KERNEL_LDFLAGS) $(QEMU_BENCH_OBJECTS) -o $@

# The version of the interface follows from that of QEMU.
QEMU_BENCH_QEMU := $(or $(QEMU),qemu-system-x86_64)
build/bench/qemu/count.so: bench/qemu/count.c FORCE
	@mkdir -p $(@D)
	$(Q)version=$$($(QEMU_BENCH_QEMU) --version | sed -n '1s/.*version \([0-9]*\).*/\1/p'); \
	    gcc -O2 -Wall -Wextra -Werror -shared -fPIC -DPLUGIN_VERSION=$$([ "$${version:-0}" -ge 9 ] && echo 2 || echo 1) $< -o $@

build/bench/qemu/mark: bench/qemu/mark.S
	@mkdir -p $(@D)
	$(Q)gcc -nostdlib -static -no-pie -Wl,-Ttext=0x5a5a0000 -Wl,--build-id=none $< -o $@
