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
# Not a word with make -s.
SAY = $(if $(filter 1,$(V))$(findstring s,$(firstword -$(MAKEFLAGS))),:,echo)

# What the demo and the QEMU tests are told. `export` defines what is not defined yet, as nothing.
ARCH ?= x86_64
export ARCH CPUS DEVICE DISK WRITE REGION QEMU QEMU_MACHINE QEMU_NVME DESTDIR

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

PREFIX ?= /usr/local

install: ## the library as sources below DESTDIR/PREFIX, for pkg-config and CMake's find_package: PREFIX=/usr/local
	@tools/install "$(PREFIX)"

uninstall: ## removes what install made
	@tools/install --remove "$(PREFIX)"

dist: build/dist/lwnvme.c | setup-python ## the release archive, the same bytes each time: build/dist/lwnvme-VERSION.tar.gz and .zip
	@$(PYTHON) tools/dist

clean: ## removes build/
	rm -rf build

##@ Seeing it work (ARCH=i686|aarch64|aarch64_be|riscv64|riscv64_m, CPUS=4, DEVICE=sim, DISK=path, WRITE=1, REGION=lba+count, QEMU=binary, QEMU_NVME='mdts=1,mqes=3')

# The bootable kernels and the demo on the software controller: build/demo/kernel.elf, build/demo/lwnvme-demo-sim.
-include examples/kernel/kernel.mk
include examples/boot/boot.mk
include tests/qemu/kernels/kernels.mk
-include bench/qemu/bench.mk
-include ports/linux_vfio/vfio.mk
include ports/uefi/uefi.mk

DEMO_PROGRAM = $(if $(filter sim,$(DEVICE)),build/demo/lwnvme-demo-sim,$(call KERNEL_OF,$(ARCH)))
DEMO_SETUP = $(if $(filter sim,$(DEVICE)),setup-demo,$(call KERNEL_SETUP_OF,$(ARCH)))

demo: $(DEMO_PROGRAM) | $(DEMO_SETUP) ## boots a kernel that brings up a drive, reads, writes and checks it; ARCH: on which machine
	@tools/demo

shell: $(DEMO_PROGRAM) | $(DEMO_SETUP) ## the same kernel with its shell on this terminal
	@tools/demo --shell

tour: build/demo/kernel.elf build/demo/lwnvme-demo-sim | setup-demo ## a scripted session of the whole shell, in QEMU and on the software controller: build/tour/
	@$(PYTHON) tools/tour

##@ Proving it

# Two builds of the library, the software controller and the tests, hosted:
#   san    ASan and UBSan, the library file by file
#   cov    counters for coverage (tests/coverage/coverage.mk)
# and cross builds for make matrix further down. The amalgamated form shares the san objects of the tests.
SIM_SOURCES := $(shell find sim -name '*.c' 2>/dev/null)
UNIT_TESTS := $(sort $(shell find tests/unit -name 'test_*.c' 2>/dev/null))
SIM_TESTS := $(sort $(shell find tests/sim -name 'test_*.c' 2>/dev/null))
LAYOUT_TESTS := $(sort $(wildcard tests/layout/test_*.c))
SUPPORT_SOURCES := $(sort $(shell find tests/unit tests/sim tests/support tests/sweep -name '*.c' ! -name 'test_*.c' ! -path tests/sweep/run.c 2>/dev/null))
# A test that includes a source file itself cannot be linked with the amalgamated form.
AMALGAM_TESTS := $(if $(UNIT_TESTS),$(shell grep -L '^\#include ".*\.c"' $(UNIT_TESTS)))

HOSTED := -std=c11 -D_GNU_SOURCE -g -Wall -Wextra -Wshadow -Wvla -Wno-unknown-warning-option -Wno-maybe-uninitialized \
    -Werror $(INCLUDES) \
    -I. -Isim -Isim/include -Isrc -Itests -Itests/support
# Made quickly: line numbers are all that a report needs, unit tests are not optimised, and gold links where there is one.
SAN_LINKER := $(if $(shell command -v ld.gold 2>/dev/null),-fuse-ld=gold)
SAN_LEVEL = -O1
build/san/tests/unit/%.o: SAN_LEVEL = -O0
SAN_CFLAGS := $(HOSTED) -g1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=all \
    $(EXTRA_CFLAGS)
TEST_LIBS := -lcmocka -lpthread

UNIT_PROGRAMS := $(UNIT_TESTS:%.c=build/san/%)
AMALGAM_PROGRAMS := $(AMALGAM_TESTS:%.c=build/san/amalgamated/%)
# What make test takes of them: every eighth, since tools/check-amalgamation has compiled the same lines.
AMALGAM_SAMPLE := $(shell printf '%s\n' $(AMALGAM_PROGRAMS) | sed -n '1~8p')
SIM_PROGRAMS := $(SIM_TESTS:%.c=build/san/%)
LAYOUT_PROGRAMS := $(LAYOUT_TESTS:%.c=build/san/%)

build/san/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(SAN_CFLAGS)' | cmp -s - $@ || echo '$(CC) $(SAN_CFLAGS)' > $@

build/san/%.o: %.c build/san/flags | setup-test
	@mkdir -p $(@D)
	@$(SAY) 'CC    $@'
	$(Q)$(CC) $(SAN_LEVEL) $(SAN_CFLAGS) -MMD -MP -c $< -o $@

build/san/dist/lwnvme.o: build/dist/lwnvme.c build/san/flags | setup-test
	@mkdir -p $(@D)
	@$(SAY) 'CC    $@'
	$(Q)$(CC) $(SAN_LEVEL) $(SAN_CFLAGS) -c $< -o $@

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
$(foreach build,san straight0 bench,$(eval $(call archive_rules,$(build))))

TEST_ARCHIVES = build/$(1)/libsupport.a build/$(1)/libsim.a build/$(1)/liblwnvme.a
GROUPED = $(SAN_LINKER) -Wl,--start-group $(filter %.o %.a,$^) -Wl,--end-group

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

# The other value of an option that is a second way for each I/O. Without sanitizers: tests/sim/test_options.c has it with them.
STRAIGHT0_PROGRAMS := $(UNIT_TESTS:%.c=build/straight0/%) $(SIM_TESTS:%.c=build/straight0/%)
STRAIGHT0_CFLAGS := $(HOSTED) -O1 -DLWNVME_CONFIG_STRAIGHT=0 $(EXTRA_CFLAGS)
build/straight0/%.o: %.c | setup-test
	@mkdir -p $(@D)
	@$(SAY) 'CC    $@'
	$(Q)$(CC) $(STRAIGHT0_CFLAGS) -MMD -MP -c $< -o $@

$(STRAIGHT0_PROGRAMS): build/straight0/%: build/straight0/%.o $(call TEST_ARCHIVES,straight0)
	@$(SAY) 'LINK  $@'
	$(Q)$(CC) $(GROUPED) $(TEST_LIBS) -o $@

RUN := $(PYTHON) tests/run.py
# Before a command that leaves figures: the file, in build/reliability.
FIGURES_OF := $(PYTHON) tools/reliability --of
include tests/qtest/qtest.mk
include tests/examples/examples.mk

include tests/fuzz/fuzz.mk
include tests/sweep/sweep.mk
include tests/simulation/simulation.mk
include tests/vendor/vendor.mk

QEMU_TESTS := $(if $(wildcard tests/qemu/test_*.py),tests/qemu)
QEMU_NEEDS = $(if $(QEMU_TESTS),$(KERNELS) $(TEST_KERNELS) build/demo/boot.elf build/demo/lwnvme-demo-sim)
CHECKS := $(foreach check,$(wildcard tests/*/check),"$(check:tests/%/check=%)=$(check)") \
    "symbols=tools/check-symbols $(LIB_OBJECTS)" \
    "layers=$(PYTHON) tools/check-layers $(LIB_OBJECTS)" "amalgamation=tools/check-amalgamation build/dist"

# What takes longest runs first, so that no processor is left with one of those at the end.
test: $(UNIT_PROGRAMS) $(AMALGAM_SAMPLE) $(SIM_PROGRAMS) $(EXAMPLE_PROGRAMS) $(QTEST_PROGRAMS) $(LAYOUT_PROGRAMS) $(FUZZ_REPLAYS) build/sweep-san/tests/sweep/sweep $(SIMULATION_PROGRAMS) build/liblwnvme.a build/dist/lwnvme.c $(QEMU_NEEDS) | setup-test ## what has to pass: unit tests, scenarios, examples, QEMU boots and checks; the last line has the totals
	@rm -rf build/reliability/qtest
	@$(PYTHON) tools/reliability --begin qtest.json
	@$(RUN) --checks $(CHECKS) --group sweeps build/sweep-san/tests/sweep/sweep --group scenarios $(SIM_PROGRAMS) \
	    --group qtest $(QTEST_PROGRAMS) --group unit $(UNIT_PROGRAMS) --group amalgamated $(AMALGAM_SAMPLE) \
	    --group examples $(EXAMPLE_PROGRAMS) --group layout $(LAYOUT_PROGRAMS) --group fuzz $(FUZZ_REPLAYS) --pytest $(QEMU_TESTS)
	@$(QTEST_SUMMARY) >build/reliability/qtest.log || { cat build/reliability/qtest.log; exit 1; }
	@$(PYTHON) tools/reliability --end qtest.json

test-unit: $(UNIT_PROGRAMS) $(AMALGAM_PROGRAMS) | setup-test ## unit tests under ASan and UBSan, on both forms of the library
	@$(RUN) --group unit $(UNIT_PROGRAMS) --group amalgamated $(AMALGAM_PROGRAMS)

test-amalgamated: $(AMALGAM_PROGRAMS) | setup-test ## unit tests on the two-file form of the library; make test takes every eighth
	@$(RUN) --group amalgamated $(AMALGAM_PROGRAMS)

test-sim: $(SIM_PROGRAMS) | setup-test ## scenarios on the software controller
	@$(RUN) --group scenarios $(SIM_PROGRAMS)

configs: $(STRAIGHT0_PROGRAMS) | setup-test ## unit tests and scenarios of a library without the straight path: LWNVME_CONFIG_STRAIGHT 0
	@$(RUN) --group straight0 $(STRAIGHT0_PROGRAMS)

# Said before kernels are made for it.
ifneq ($(filter test test-qemu,$(MAKECMDGOALS)),)
ifeq ($(filter $(or $(ARCH),x86_64),$(KERNEL_ARCHS)),)
$(error ARCH=$(ARCH) is not known; there are $(KERNEL_ARCHS))
endif
endif

test-qemu: $(QEMU_NEEDS) | setup-test ## boots the demo kernel in QEMU over a matrix of drives; ARCH: on which machine
	@$(RUN) --pytest $(QEMU_TESTS)

check-headers: | setup-test ## each public header alone: C11, C++17, freestanding
	@tests/headers/check

check-docs: build/liblwnvme.a build/san/libsim.a build/san/liblwnvme.a | setup-test ## what the documents quote is what is compiled, and it works
	@tests/docs/check

check-symbols: $(LIB_OBJECTS) ## the library needs memcpy memset memmove memcmp and nothing else
	@tools/check-symbols $(LIB_OBJECTS)

check-layers: $(LIB_OBJECTS) | setup-python ## dependencies point downward only
	@$(PYTHON) tools/check-layers $(LIB_OBJECTS)

check-layout: $(LAYOUT_PROGRAMS) | setup-test ## structures and constants against libnvme's headers
	@$(RUN) --group layout $(LAYOUT_PROGRAMS)

check-amalgamation: build/dist/lwnvme.c | setup-test ## the two files compile alone, as strictly as the tree
	@tools/check-amalgamation build/dist

##@ Proving it, at length

# Without sanitizers: 1.4 thousand million buffers.
build/sweep/test_mapper: tests/unit/io/test_mapper.c tests/unit/support.c $(LWNVME_SOURCES) $(SIM_SOURCES) | setup-test
	@mkdir -p $(@D)
	@$(SAY) 'CC    $@'
	$(Q)$(CC) $(HOSTED) -O2 $(EXTRA_CFLAGS) $^ -o $@ $(TEST_LIBS)

sweep-map: build/sweep/test_mapper ## every length to 4 MiB at every offset, three page sizes, PRP and SGL, coherent and not, against an independent walker, an hour or so: build/reliability/map.json
	@$(PYTHON) tools/sweep-map $<

LIFE_PROGRAMS := build/sweep/test_panic build/sweep/test_removal
$(LIFE_PROGRAMS): build/sweep/%: tests/sim/%.c tests/sim/life.c tests/sim/scenario.c $(LWNVME_SOURCES) $(SIM_SOURCES) | setup-test
	@mkdir -p $(@D)
	@$(SAY) 'CC    $@'
	$(Q)$(CC) $(HOSTED) -O2 $(EXTRA_CFLAGS) $^ -o $@ $(TEST_LIBS)

sweep-life: $(LIFE_PROGRAMS) ## a CPU dies, or the device leaves, at every single step of an eventful life: minutes
	@set -e; for program in $(LIFE_PROGRAMS); do SWEEP_ALL=1 $$program; done

# Words that are looked at before the lock is taken, and looked at again with it held, are named in the list.
TSAN_SOURCES := tests/sim/scenario.c $(SIM_SOURCES) $(LWNVME_SOURCES)
TSAN_PROGRAMS := build/tsan/test_concurrency build/tsan/test_resetter
build/tsan/%.o: %.c | setup-test
	@mkdir -p $(@D)
	@$(SAY) 'CC    $@'
	$(Q)$(CC) $(HOSTED) -O1 -fsanitize=thread $(EXTRA_CFLAGS) -MMD -MP -c $< -o $@

$(TSAN_PROGRAMS): build/tsan/%: build/tsan/tests/sim/%.o $(TSAN_SOURCES:%.c=build/tsan/%.o)
	@$(SAY) 'LINK  $@'
	$(Q)$(CC) -fsanitize=thread $^ $(TEST_LIBS) -o $@

tsan: $(TSAN_PROGRAMS) ## several owners, interrupts and a resetter, under the thread sanitizer: build/reliability/tsan.json
	@$(FIGURES_OF) tsan.json $(PYTHON) tools/tsan $(TSAN_PROGRAMS)

include tests/coverage/coverage.mk
include tests/mutation/mutation.mk

reliability: ## all figures of reliability in one table; runs what has not been run, which takes an hour or so (RUN=0: only reads): build/reliability/summary.json
	@MAKE="$(MAKE)" $(PYTHON) tools/reliability $(if $(filter 0,$(RUN)),--read)

prove: | setup-prove ## a model of the queue protocol searched exhaustively, and what Frama-C shows of the ring and the mapper
	@$(FIGURES_OF) prove.json $(PYTHON) tests/prove/run

include docs/site/site.mk

##@ Proving it, at length

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

# A frame has at most 512 bytes (WARNINGS). Without optimization it has a place for everything and may be larger; and the
# first ABI of powerpc64 takes 112 bytes of each frame for itself, of which clang makes no other use.
FRAME_O0 := -Wframe-larger-than=640
FRAME_clang-ppc64 := -Wframe-larger-than=624

# cross_rules machine, level
define cross_rules
build/matrix/$(1)/$(2)/%.o: %.c Makefile | setup-matrix
	@mkdir -p $$(@D)
	$(Q)$$(COMPILER_$(1)) -fno-pie $$(FREESTANDING) -$(2) $(or $(FRAME_$(2)),$(FRAME_$(1))) -MMD -MP -c $$< -o $$@
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
EMULATED = $(EMULATOR_$(1)) -L /usr/$(TRIPLET_$(1)) -E LD_LIBRARY_PATH=build/cross/$(DEBIAN_$(1))
# A kernel for x86-64 mostly runs i686 itself. Where it does not, threads are left out: qemu-i386 hangs when one is made.
LOADER_i686 := /usr/i686-linux-gnu/lib/ld-linux.so.2
RUNS_i686 = $(shell $(LOADER_i686) --version 2>/dev/null)
WRAP_i686 = $(if $(RUNS_i686),$(LOADER_i686) --library-path /usr/i686-linux-gnu/lib:build/cross/$(DEBIAN_i686),$(call EMULATED,i686))
WRAP_armhf = $(call EMULATED,armhf)
WRAP_s390x = $(call EMULATED,s390x)
LEFT_OUT_i686 = $(if $(RUNS_i686),,%/test_concurrency %/test_resetter)

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
run-$(1): $(HOST_TESTS:%=build/foreign/$(1)/%) $(EXAMPLE_TESTS:%.c=build/foreign/$(1)/%) | setup-matrix
	@THIN=7 $(RUN) --wrap "$$(WRAP_$(1))" --group $(1) $$(filter-out $$(LEFT_OUT_$(1)),$(HOST_TESTS:%=build/foreign/$(1)/%)) \
	    $(EXAMPLE_TESTS:%.c=build/foreign/$(1)/%)
endef
$(foreach machine,$(FOREIGN),$(eval $(call foreign_rules,$(machine)))\
    $(foreach test,$(EXAMPLE_TESTS),$(eval $(call example_foreign_rule,$(machine),$(test:tests/examples/test_%.c=%)))))

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

# What a queue takes is counted on the software controller, which keeps to the same rules as in the tests.
QUEUE_MEMORY_OBJECTS := $(patsubst %.c,build/bench/%.o,$(LWNVME_SOURCES) $(SIM_SOURCES) bench/queue_memory.c)
build/bench/sim/%.o: BENCH_CFLAGS += -I. -Isim

build/bench/queue_memory: $(QUEUE_MEMORY_OBJECTS)
	@$(SAY) 'LINK  $@'
	$(Q)gcc $(BENCH_CFLAGS) $^ -o $@

size: build/bench/queue_memory | setup-size ## text bytes per object and for some profiles, memory of a queue, deepest stack: build/size/size.json
	@$(PYTHON) tools/size $(LWNVME_SOURCES)

# Optimised as a careful user would; the library is called through its public functions.
BENCH_CFLAGS := -std=c11 -D_GNU_SOURCE -O2 -march=x86-64-v2 -g $(INCLUDES)
BENCH_OBJECTS := $(LWNVME_SOURCES:%.c=build/bench/%.o) build/bench/bench/io_cost.o

build/bench/%.o: %.c | setup-bench
	@mkdir -p $(@D)
	@$(SAY) 'CC    $@'
	$(Q)gcc $(BENCH_CFLAGS) -Wall -Wextra -Werror -MMD -MP -c $< -o $@

# The tests of what is promised, on the objects that are measured.
MEASURED_PROGRAMS := $(SIM_TESTS:%.c=build/bench/%)
build/bench/tests/%.o: BENCH_CFLAGS = $(HOSTED) -O1

$(MEASURED_PROGRAMS): build/bench/%: build/bench/%.o $(call TEST_ARCHIVES,bench)
	@$(SAY) 'LINK  $@'
	$(Q)gcc $(GROUPED) $(TEST_LIBS) -o $@

test-measured: $(MEASURED_PROGRAMS) | setup-test setup-bench ## scenarios on the objects that make bench measures: gcc -O2 -march=x86-64-v2, no sanitizer
	@$(RUN) --group measured $(MEASURED_PROGRAMS)

build/bench/io_cost: $(BENCH_OBJECTS)
	@$(SAY) 'LINK  $@'
	$(Q)gcc $(BENCH_CFLAGS) $^ -o $@

bench: build/bench/io_cost | setup-bench ## instructions per 4 KiB read, beside the unavoidable: build/bench/io_cost.json; PROFILE=1: by function
	@$(PYTHON) bench/run.py build/bench/io_cost $(if $(PROFILE),profile)

bench-figure: bench ## the chart of make bench, as the README shows it: docs/io_cost.svg
	@cp build/bench/io_cost.svg docs/io_cost.svg

bench-qemu: build/bench/qemu/kernel.elf build/bench/qemu/count.so build/bench/qemu/mark | setup-bench-qemu ## the same on QEMU's drive, all of the guest counted, beside the Linux driver: build/bench/qemu.json; LINUX=0: without
	@$(PYTHON) bench/qemu/run.py


help:
	@awk -f tools/help.awk Makefile tests/fuzz/fuzz.mk tests/sweep/sweep.mk tests/coverage/coverage.mk tests/mutation/mutation.mk tests/simulation/simulation.mk tests/examples/examples.mk ports/linux_vfio/vfio.mk docs/site/site.mk tests/vendor/vendor.mk ports/uefi/uefi.mk

SETUPS := build vfio test-vfio python size demo $(addprefix demo-,$(filter-out x86_64,$(KERNEL_ARCHS))) test matrix cross-cmocka lint bench bench-qemu coverage prove fmt fuzz vendor uefi test-uefi
$(SETUPS:%=setup-%): setup-%:
	@$(SETUP) $*

FORCE:

.PHONY: all amalgamation install uninstall dist bench bench-qemu bench-figure check-amalgamation check-docs check-headers check-layers check-layout check-symbols clean configs reliability sweep sweep-life sweep-map tsan \
    demo fmt help lint matrix shell size test tour test-amalgamated test-qemu test-qtest test-measured test-sim test-unit FORCE \
    $(SETUPS:%=setup-%) $(FOREIGN:%=run-%)

-include $(shell find build/obj build/san build/straight0 build/fuzz build/tsan build/sweep build/sweep-san build/cov build/matrix build/foreign build/bench build/demo -name "*.d" 2>/dev/null)
