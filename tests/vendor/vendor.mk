# SPDX-License-Identifier: MIT
#
# The library in other people's trees: each way of taking it in, by a project that builds and runs.

##@ Proving it

VENDOR_CFLAGS := $(HOSTED) -Itests/vendor/consumer -O0
VENDOR_MACHINE := $(SIM_SOURCES:%.c=build/vendor/obj/%.o) build/vendor/obj/tests/vendor/consumer/machine.o

build/vendor/obj/%.o: %.c | setup-vendor
	@mkdir -p $(@D)
	@$(SAY) 'CC    $@'
	$(Q)$(CC) $(VENDOR_CFLAGS) -MMD -MP -c $< -o $@

build/vendor/libmachine.a: $(VENDOR_MACHINE)
	@rm -f $@
	@$(SAY) 'AR    $@'
	$(Q)$(AR) cqs $@ $^

test-vendor: build/vendor/libmachine.a build/dist/lwnvme.c | setup-vendor ## projects that take the library in: make, CMake, Meson, pkg-config, two files, two versions, C++, ... (FORM=name: one)
	@$(PYTHON) tests/vendor/run $(FORM)

-include $(VENDOR_MACHINE:.o=.d)

.PHONY: test-vendor
