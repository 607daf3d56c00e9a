# SPDX-License-Identifier: MIT
#
# Small kernels for x86-64 that tests/qemu boots: examples/interrupts and ports/uacpi, each with the kernel around it that they
# ask for. Included by the Makefile after examples/kernel/kernel.mk, of which it takes the compiler's options and objects.

TEST_KERNEL_SOURCES := $(LWNVME_SOURCES) $(filter ports/%,$(KERNEL_SOURCES)) examples/kernel/sha256.c examples/kernel/text.c \
    tests/qemu/kernels/parts.c
TEST_KERNEL_interrupts := $(wildcard examples/interrupts/*.c) tests/qemu/kernels/interrupts.c
TEST_KERNEL_uacpi := $(wildcard ports/uacpi/*.c) tests/qemu/kernels/uacpi.c
TEST_KERNELS := build/demo/interrupts.elf build/demo/uacpi.elf

# test_kernel_rule name
define test_kernel_rule
TEST_KERNEL_OBJECTS_$(1) := $(addprefix build/demo/kernel/,$(addsuffix .o,$(basename $(TEST_KERNEL_SOURCES) $(TEST_KERNEL_$(1)))))
build/demo/$(1).elf: $$(TEST_KERNEL_OBJECTS_$(1)) ports/x86_64/kernel.ld
	@echo 'LINK  $$@'
	@$$(KERNEL_CC) $$(KERNEL_LDFLAGS) $$(TEST_KERNEL_OBJECTS_$(1)) -o $$@
endef
$(foreach kernel,$(TEST_KERNELS),$(eval $(call test_kernel_rule,$(basename $(notdir $(kernel))))))

$(TEST_KERNEL_uacpi:%.c=build/demo/kernel/%.o): private KERNEL_CFLAGS += -Itests/examples/uacpi
