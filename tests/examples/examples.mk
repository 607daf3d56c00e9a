# SPDX-License-Identifier: MIT
#
# Examples and adapters, compiled as in a user's tree and run on the software controller: one program for each
# tests/examples/test_NAME.c, with the sources of EXAMPLE_NAME.

##@ Proving it
EXAMPLE_async := $(wildcard examples/async/*.c)
EXAMPLE_interrupts := $(wildcard examples/interrupts/*.c)
EXAMPLE_block := $(wildcard examples/block/*.c) tests/examples/image.c
EXAMPLE_partition := $(EXAMPLE_block)
EXAMPLE_fatfs := examples/fatfs/lwnvme_diskio.c examples/block/block.c
EXAMPLE_uacpi := $(wildcard ports/uacpi/*.c)
EXAMPLE_uefi := $(addprefix ports/uefi/,efi.c lwnvme_host.c path.c) $(addprefix ports/uefi/driver/,binding.c block.c disk.c name.c)

# Neither FatFs nor uACPI is here: what they declare, as far as it is used, is.
EXAMPLE_FLAGS_fatfs := -Itests/examples/fatfs
EXAMPLE_FLAGS_uacpi := -Itests/examples/uacpi

EXAMPLE_TESTS := $(sort $(wildcard tests/examples/test_*.c))
EXAMPLE_PROGRAMS := $(EXAMPLE_TESTS:%.c=build/san/%)

# example_rule name
define example_rule
build/san/tests/examples/test_$(1).o $(EXAMPLE_$(1):%.c=build/san/%.o): private SAN_CFLAGS += $(EXAMPLE_FLAGS_$(1))
build/san/tests/examples/test_$(1): build/san/tests/examples/test_$(1).o $(EXAMPLE_$(1):%.c=build/san/%.o) \
    build/san/libsupport.a build/san/libsim.a build/san/liblwnvme.a
	@$$(SAY) 'LINK  $$@'
	$$(Q)$$(CC) $$(SAN_CFLAGS) $$(GROUPED) $$(TEST_LIBS) -o $$@
endef
$(foreach test,$(EXAMPLE_TESTS),$(eval $(call example_rule,$(test:tests/examples/test_%.c=%))))

# example_foreign_rule machine, name: for make matrix
define example_foreign_rule
build/foreign/$(1)/tests/examples/test_$(2).o $(EXAMPLE_$(2):%.c=build/foreign/$(1)/%.o): private HOSTED += $(EXAMPLE_FLAGS_$(2))
build/foreign/$(1)/tests/examples/test_$(2): build/foreign/$(1)/tests/examples/test_$(2).o \
    $(EXAMPLE_$(2):%.c=build/foreign/$(1)/%.o) build/foreign/$(1)/libtested.a
	$$(Q)$$(TRIPLET_$(1))-gcc $$^ build/cross/$$(DEBIAN_$(1))/libcmocka.so.0 -o $$@
endef

test-examples: $(EXAMPLE_PROGRAMS) | setup-test ## the examples and adapters: how long they are, how they compile, and what they do on the software controller
	@$(RUN) --checks examples=tests/examples/check --group examples $(EXAMPLE_PROGRAMS)

.PHONY: test-examples
