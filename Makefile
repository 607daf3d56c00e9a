# SPDX-License-Identifier: MIT
#
# lwnvme: build, prove, show, measure. `make help` lists the targets.
# Everything that is made lies under build/.

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-builtin-rules
SHELL := /bin/sh

include lwnvme.mk

AR ?= ar
NM ?= nm
PYTHON ?= $(firstword $(wildcard /usr/bin/python3) python3)
CLANG ?= clang
# How packages are installed; SETUP=: leaves the machine as it is.
SETUP ?= tools/setup
EXTRA_CFLAGS ?=
export PYTHON CC

# V=1 shows the commands.
Q := $(if $(filter 1,$(V)),,@)
SAY := $(if $(filter 1,$(V))$(findstring s,$(firstword -$(MAKEFLAGS))),:,echo)

# What the demo and the QEMU tests are told.
export DEVICE DISK WRITE REGION QEMU QEMU_NVME

##@ Building

all: build/liblwnvme.a ## build/liblwnvme.a: the freestanding library, with CC (gcc or clang) and EXTRA_CFLAGS

WARNINGS := -Wall -Wextra -Wconversion -Wshadow -Wvla -Wframe-larger-than=512 -Werror
INCLUDES := $(addprefix -I,$(LWNVME_INCLUDES))
FREESTANDING := -std=c11 -ffreestanding $(WARNINGS) -ffunction-sections -fdata-sections $(INCLUDES)
LIB_CFLAGS := $(FREESTANDING) -O2 $(EXTRA_CFLAGS)
LIB_OBJECTS := $(LWNVME_SOURCES:%.c=build/obj/%.o)

# Objects are made again when the compiler or its options change.
build/obj/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(LIB_CFLAGS)' | cmp -s - $@ || echo '$(CC) $(LIB_CFLAGS)' > $@

build/obj/%.o: %.c build/obj/flags
	@mkdir -p $(@D)
	@$(SAY) 'CC    $@'
	$(Q)$(CC) $(LIB_CFLAGS) -MMD -MP -c $< -o $@

build/liblwnvme.a: $(LIB_OBJECTS) lwnvme.mk
	@rm -f $@
	@$(SAY) 'AR    $@'
	$(Q)$(AR) cqs $@ $(LIB_OBJECTS)

AMALGAM_INPUTS := $(LWNVME_SOURCES) $(shell find include src -name '*.h' 2>/dev/null) tools/amalgamate lwnvme.mk

amalgamation: build/dist/lwnvme.c ## build/dist/lwnvme.c and lwnvme.h: the library as two files

build/dist/lwnvme.c: $(AMALGAM_INPUTS) | setup-python
	@$(SAY) 'GEN   $@'
	$(Q)$(PYTHON) tools/amalgamate build/dist $(LWNVME_SOURCES)

clean: ## removes build/
	rm -rf build

##@ Seeing it work (DEVICE=sim, DISK=path, WRITE=1, REGION=lba+count, QEMU=binary, QEMU_NVME='mdts=1,mqes=3')

# The bootable kernel and the demo on the software controller: build/demo/kernel.elf, build/demo/lwnvme-demo-sim.
-include examples/kernel/kernel.mk

DEMO_PROGRAM = $(if $(filter sim,$(DEVICE)),build/demo/lwnvme-demo-sim,build/demo/kernel.elf)

demo: $(DEMO_PROGRAM) | setup-demo ## boots a kernel that brings up a drive, reads, writes and checks it
	@tools/demo

shell: $(DEMO_PROGRAM) | setup-demo ## the same kernel with its shell on this terminal
	@tools/demo --shell

tour: build/demo/kernel.elf build/demo/lwnvme-demo-sim | setup-demo ## a scripted session of the whole shell, in QEMU and on the software controller: build/tour/
	@$(PYTHON) tools/tour

##@ Proving it

# Three builds of the library, the software controller and the tests, hosted:
#   san    ASan and UBSan, the library file by file
#   cov    counters for coverage
# and cross builds for make matrix further down. The amalgamated form shares the san objects of the tests.
SIM_SOURCES := $(shell find sim -name '*.c' 2>/dev/null)
UNIT_TESTS := $(sort $(shell find tests/unit -name 'test_*.c' 2>/dev/null))
SIM_TESTS := $(sort $(shell find tests/sim -name 'test_*.c' 2>/dev/null))
LAYOUT_TESTS := $(sort $(wildcard tests/layout/test_*.c))
SUPPORT_SOURCES := $(sort $(shell find tests/unit tests/sim tests/support -name '*.c' ! -name 'test_*.c' 2>/dev/null))
# A test that includes a source file itself cannot be linked with the amalgamated form.
AMALGAM_TESTS := $(if $(UNIT_TESTS),$(shell grep -L '^\#include ".*\.c"' $(UNIT_TESTS)))

HOSTED := -std=c11 -D_GNU_SOURCE -g -Wall -Wextra -Wshadow -Wvla -Wno-unknown-warning-option -Wno-maybe-uninitialized \
    -Werror $(INCLUDES) \
    -I. -Isim -Isim/include -Isrc -Itests -Itests/support
SAN_CFLAGS := $(HOSTED) -O1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all \
    $(EXTRA_CFLAGS)
COV_CFLAGS := $(HOSTED) -O0 --coverage $(EXTRA_CFLAGS)
TEST_LIBS := -lcmocka -lpthread

UNIT_PROGRAMS := $(UNIT_TESTS:%.c=build/san/%)
AMALGAM_PROGRAMS := $(AMALGAM_TESTS:%.c=build/san/amalgamated/%)
SIM_PROGRAMS := $(SIM_TESTS:%.c=build/san/%)
LAYOUT_PROGRAMS := $(LAYOUT_TESTS:%.c=build/san/%)
COV_PROGRAMS := $(UNIT_TESTS:%.c=build/cov/%) $(SIM_TESTS:%.c=build/cov/%)

build/san/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(SAN_CFLAGS)' | cmp -s - $@ || echo '$(CC) $(SAN_CFLAGS)' > $@

build/san/%.o: %.c build/san/flags | setup-test
	@mkdir -p $(@D)
	@$(SAY) 'CC    $@'
	$(Q)$(CC) $(SAN_CFLAGS) -MMD -MP -c $< -o $@

build/cov/%.o: %.c | setup-coverage
	@mkdir -p $(@D)
	@$(SAY) 'CC    $@'
	$(Q)$(CC) $(COV_CFLAGS) -MMD -MP -c $< -o $@

build/san/dist/lwnvme.o: build/dist/lwnvme.c build/san/flags | setup-test
	@mkdir -p $(@D)
	@$(SAY) 'CC    $@'
	$(Q)$(CC) $(SAN_CFLAGS) -c $< -o $@

# archive_rules build-directory: the library, the software controller and what tests share.
define archive_rules
build/$(1)/liblwnvme.a: $(LWNVME_SOURCES:%.c=build/$(1)/%.o) lwnvme.mk
	@rm -f $$@
	@$(SAY) 'AR    $$@'
	$(Q)$(AR) cqs $$@ $$(filter %.o,$$^)
build/$(1)/libsim.a: $(SIM_SOURCES:%.c=build/$(1)/%.o)
	@rm -f $$@
	@$(SAY) 'AR    $$@'
	$(Q)$(AR) cqs $$@ $$^
build/$(1)/libsupport.a: $(SUPPORT_SOURCES:%.c=build/$(1)/%.o)
	@rm -f $$@
	@$(SAY) 'AR    $$@'
	$(Q)$(AR) cqs $$@ $$^
endef
$(foreach build,san cov,$(eval $(call archive_rules,$(build))))

TEST_ARCHIVES = build/$(1)/libsupport.a build/$(1)/libsim.a build/$(1)/liblwnvme.a
GROUPED = -Wl,--start-group $(filter %.o %.a,$^) -Wl,--end-group

$(UNIT_PROGRAMS) $(SIM_PROGRAMS): build/san/%: build/san/%.o $(call TEST_ARCHIVES,san)
	@$(SAY) 'LINK  $@'
	$(Q)$(CC) $(SAN_CFLAGS) $(GROUPED) $(TEST_LIBS) -o $@

$(LAYOUT_PROGRAMS): build/san/%: build/san/%.o
	@$(SAY) 'LINK  $@'
	$(Q)$(CC) $(SAN_CFLAGS) $^ $(TEST_LIBS) -o $@

$(AMALGAM_PROGRAMS): build/san/amalgamated/%: build/san/%.o build/san/dist/lwnvme.o build/san/libsupport.a \
    build/san/libsim.a
	@mkdir -p $(@D)
	@$(SAY) 'LINK  $@'
	$(Q)$(CC) $(SAN_CFLAGS) $(GROUPED) $(TEST_LIBS) -o $@

$(COV_PROGRAMS): build/cov/%: build/cov/%.o $(call TEST_ARCHIVES,cov)
	@$(SAY) 'LINK  $@'
	$(Q)$(CC) $(COV_CFLAGS) $(GROUPED) $(TEST_LIBS) -o $@

RUN := $(PYTHON) tests/run.py
QEMU_TESTS := $(if $(wildcard tests/qemu/test_*.py),tests/qemu)
QEMU_NEEDS = $(if $(QEMU_TESTS),build/demo/kernel.elf build/demo/lwnvme-demo-sim)
CHECKS := $(foreach check,$(wildcard tests/*/check),"$(check:tests/%/check=%)=$(check)") \
    "symbols=tools/check-symbols $(LIB_OBJECTS)" \
    "layers=$(PYTHON) tools/check-layers $(LIB_OBJECTS)" "amalgamation=tools/check-amalgamation build/dist"

test: $(UNIT_PROGRAMS) $(AMALGAM_PROGRAMS) $(SIM_PROGRAMS) $(LAYOUT_PROGRAMS) build/liblwnvme.a build/dist/lwnvme.c $(QEMU_NEEDS) | setup-test ## everything below; the last line has the totals
	@$(RUN) --group unit $(UNIT_PROGRAMS) --group amalgamated $(AMALGAM_PROGRAMS) --group scenarios $(SIM_PROGRAMS) \
	    --group layout $(LAYOUT_PROGRAMS) --checks $(CHECKS) --pytest $(QEMU_TESTS)

test-unit: $(UNIT_PROGRAMS) $(AMALGAM_PROGRAMS) | setup-test ## unit tests under ASan and UBSan, on both forms of the library
	@$(RUN) --group unit $(UNIT_PROGRAMS) --group amalgamated $(AMALGAM_PROGRAMS)

test-sim: $(SIM_PROGRAMS) | setup-test ## scenarios on the software controller
	@$(RUN) --group scenarios $(SIM_PROGRAMS)

test-qemu: $(QEMU_NEEDS) | setup-test ## boots the demo kernel in QEMU over a matrix of drives
	@$(RUN) --pytest $(QEMU_TESTS)

check-headers: | setup-test ## each public header alone: C11, C++17, freestanding
	@tests/headers/check

check-docs: build/liblwnvme.a | setup-test ## what the documents quote is what is compiled, and it works
	@tests/docs/check

check-symbols: $(LIB_OBJECTS) ## the library needs memcpy memset memmove memcmp and nothing else
	@tools/check-symbols $(LIB_OBJECTS)

check-layers: $(LIB_OBJECTS) | setup-python ## dependencies point downward only
	@$(PYTHON) tools/check-layers $(LIB_OBJECTS)

check-layout: $(LAYOUT_PROGRAMS) | setup-test ## structures and constants against libnvme's headers
	@$(RUN) --group layout $(LAYOUT_PROGRAMS)

check-amalgamation: build/dist/lwnvme.c | setup-test ## the two files compile alone, as strictly as the tree
	@tools/check-amalgamation build/dist

coverage: $(COV_PROGRAMS) | setup-coverage ## line and branch coverage of src/ by the host tests: build/coverage/
	@tools/coverage $(COV_PROGRAMS)

##@ Other machines

# For each machine: the compiler. The library is compiled freestanding with each at -O0, -Os and -O2.
COMPILER_x86_64 := x86_64-linux-gnu-gcc -mno-sse -mno-mmx -mno-80387 -mgeneral-regs-only -mno-red-zone
COMPILER_i686 := i686-linux-gnu-gcc -march=i686
COMPILER_aarch64 := aarch64-linux-gnu-gcc -mgeneral-regs-only -mno-outline-atomics
COMPILER_armv7 := arm-linux-gnueabihf-gcc -march=armv7-a+fp
COMPILER_riscv64 := riscv64-linux-gnu-gcc
COMPILER_riscv32 := riscv64-linux-gnu-gcc -march=rv32imac -mabi=ilp32
COMPILER_ppc64 := powerpc64-linux-gnu-gcc
COMPILER_s390x := s390x-linux-gnu-gcc
COMPILER_clang-x86_64 := $(CLANG) --target=x86_64-none-elf -mno-sse -mno-mmx -mno-red-zone
COMPILER_clang-aarch64 := $(CLANG) --target=aarch64-none-elf
COMPILER_clang-armv7 := $(CLANG) --target=armv7a-linux-gnueabihf
COMPILER_clang-riscv32 := $(CLANG) --target=riscv32-none-elf -march=rv32imac
COMPILER_clang-ppc64 := $(CLANG) --target=powerpc64-none-elf
MACHINES := x86_64 i686 aarch64 armv7 riscv64 riscv32 ppc64 s390x \
    clang-x86_64 clang-aarch64 clang-armv7 clang-riscv32 clang-ppc64
LEVELS := O0 Os O2
MATRIX := $(foreach machine,$(MACHINES),$(LEVELS:%=build/matrix/$(machine)/%/passed))

# cross_rules machine, level
define cross_rules
build/matrix/$(1)/$(2)/%.o: %.c Makefile | setup-matrix
	@mkdir -p $$(@D)
	$(Q)$$(COMPILER_$(1)) -fno-pie $$(FREESTANDING) -$(2) -MMD -MP -c $$< -o $$@
build/matrix/$(1)/$(2)/passed: $(LWNVME_SOURCES:%.c=build/matrix/$(1)/$(2)/%.o) tools/check-symbols
	@tools/check-symbols $$(filter %.o,$$^) >/dev/null
	@touch $$@
	@echo "ok  $(1) -$(2)"
endef
$(foreach machine,$(MACHINES),$(foreach level,$(LEVELS),$(eval $(call cross_rules,$(machine),$(level)))))

# The host tests, without sanitizers, run by qemu-user (which takes ten times as long: THIN thins the largest sweeps, which
# the native runs have in full): triplet, Debian's name, and QEMU's name of each machine.
FOREIGN := i686 armhf s390x
TRIPLET_i686 := i686-linux-gnu
TRIPLET_armhf := arm-linux-gnueabihf
TRIPLET_s390x := s390x-linux-gnu
DEBIAN_i686 := i386/usr/lib/i386-linux-gnu
DEBIAN_armhf := armhf/usr/lib/arm-linux-gnueabihf
DEBIAN_s390x := s390x/usr/lib/s390x-linux-gnu
EMULATOR_i686 := qemu-i386-static
EMULATOR_armhf := qemu-arm-static
EMULATOR_s390x := qemu-s390x-static
HOST_TESTS := $(UNIT_TESTS:%.c=%) $(SIM_TESTS:%.c=%)

# foreign_rules machine
define foreign_rules
build/foreign/$(1)/%.o: %.c | setup-matrix setup-cross-cmocka
	@mkdir -p $$(@D)
	$(Q)$$(TRIPLET_$(1))-gcc $$(HOSTED) -O1 -isystem build/cross/$$(firstword $$(subst /, ,$$(DEBIAN_$(1))))/usr/include -MMD -MP -c $$< -o $$@
build/foreign/$(1)/libtested.a: $(patsubst %.c,build/foreign/$(1)/%.o,$(LWNVME_SOURCES) $(SIM_SOURCES) $(SUPPORT_SOURCES))
	@rm -f $$@
	$(Q)$(AR) cqs $$@ $$^
$(HOST_TESTS:%=build/foreign/$(1)/%): build/foreign/$(1)/%: build/foreign/$(1)/%.o build/foreign/$(1)/libtested.a
	$(Q)$$(TRIPLET_$(1))-gcc $$^ build/cross/$$(DEBIAN_$(1))/libcmocka.so.0 -o $$@
run-$(1): $(HOST_TESTS:%=build/foreign/$(1)/%) | setup-matrix
	@THIN=7 $(RUN) --wrap "$$(EMULATOR_$(1)) -L /usr/$$(TRIPLET_$(1)) -E LD_LIBRARY_PATH=build/cross/$$(DEBIAN_$(1))" \
	    --group $(1) $(HOST_TESTS:%=build/foreign/$(1)/%)
endef
$(foreach machine,$(FOREIGN),$(eval $(call foreign_rules,$(machine))))

matrix: $(MATRIX) $(FOREIGN:%=run-%) ## cross-compiles for 8 machines at 3 levels, runs the host tests on 3 under qemu-user
	@echo "matrix: $(words $(MATRIX)) builds without a foreign symbol, host tests passed on $(FOREIGN)"

##@ Keeping it in shape

SCRIPTS := $(shell grep -lE '^\#!.*(/|env )(ba)?sh' tools/* tests/run* tests/*/check .ci/run 2>/dev/null)
C_FILES := $(shell find include src sim ports examples tests bench -name '*.[ch]' 2>/dev/null)

lint: $(LIB_OBJECTS) | setup-lint ## format, scripts, sizes of functions, names, layers, static analysis
	@tools/lint $(LIB_OBJECTS)

fmt: | setup-fmt ## formats all C files
	clang-format -i $(C_FILES)

##@ Measuring it

size: | setup-size ## text bytes per object and for two profiles, deepest stack: build/size/size.json
	@$(PYTHON) tools/size $(LWNVME_SOURCES)

# Optimised as a careful user would; the library is called through its public functions.
BENCH_CFLAGS := -std=c11 -D_GNU_SOURCE -O2 -march=x86-64-v2 -g $(INCLUDES)
BENCH_OBJECTS := $(LWNVME_SOURCES:%.c=build/bench/%.o) build/bench/bench/io_cost.o

build/bench/%.o: %.c | setup-bench
	@mkdir -p $(@D)
	@$(SAY) 'CC    $@'
	$(Q)gcc $(BENCH_CFLAGS) -Wall -Wextra -Werror -MMD -MP -c $< -o $@

build/bench/io_cost: $(BENCH_OBJECTS)
	@$(SAY) 'LINK  $@'
	$(Q)gcc $(BENCH_CFLAGS) $^ -o $@

bench: build/bench/io_cost | setup-bench ## instructions per 4 KiB read, beside the unavoidable: build/bench/io_cost.json; PROFILE=1: by function
	@$(PYTHON) bench/run.py build/bench/io_cost $(if $(PROFILE),profile)

##@ Help

help: ## this text
	@awk -f tools/help.awk Makefile

SETUPS := build python size demo test matrix cross-cmocka lint bench coverage fmt
$(SETUPS:%=setup-%): setup-%:
	@$(SETUP) $*

FORCE:

.PHONY: all amalgamation bench check-amalgamation check-docs check-headers check-layers check-layout check-symbols clean coverage \
    demo fmt help lint matrix shell size test tour test-qemu test-sim test-unit FORCE \
    $(SETUPS:%=setup-%) $(FOREIGN:%=run-%)

-include $(shell find build/obj build/san build/cov build/matrix build/foreign build/bench build/demo -name "*.d" 2>/dev/null)
