# SPDX-License-Identifier: MIT
#
# Fuzzing: libFuzzer with ASan and UBSan in build/fuzz; replay of the corpora by gcc's, in build/san, as part of make test.

##@ Proving it, at length

FUZZ_TARGETS := $(patsubst tests/fuzz/fuzz_%.c,%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
FUZZ_PROGRAMS := $(FUZZ_TARGETS:%=build/fuzz/fuzz_%)
FUZZ_REPLAYS := $(FUZZ_TARGETS:%=build/san/tests/fuzz/replay_%)
FUZZ_SECONDS ?= 600
FUZZ_JOBS ?= 2
FUZZ_CFLAGS := $(HOSTED) -O2 -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined \
    -fno-sanitize-coverage=trace-cmp,indirect-calls -fno-sanitize-recover=all $(EXTRA_CFLAGS)
FUZZ_SUPPORT := tests/fuzz/device.c

# What a target has beside the library.
FUZZ_OF_partition := $(filter-out examples/block/first_partition.c,$(wildcard examples/block/*.c))

build/fuzz/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CLANG) $(FUZZ_CFLAGS)' | cmp -s - $@ || echo '$(CLANG) $(FUZZ_CFLAGS)' > $@

build/fuzz/obj/%.o: %.c build/fuzz/flags | setup-fuzz
	@mkdir -p $(@D)
	@$(SAY) 'CC    $@'
	$(Q)$(CLANG) $(FUZZ_CFLAGS) -MMD -MP -c $< -o $@

# What the device does is no feature of the library.
build/fuzz/obj/tests/fuzz/device.o build/fuzz/obj/sim/%.o: FUZZ_CFLAGS += -fno-sanitize=fuzzer-no-link

build/fuzz/liblwnvme.a: $(LWNVME_SOURCES:%.c=build/fuzz/obj/%.o) $(SIM_SOURCES:%.c=build/fuzz/obj/%.o) lwnvme.mk
	@rm -f $@
	@$(SAY) 'AR    $@'
	$(Q)$(AR) cqs $@ $(filter %.o,$^)

$(FUZZ_PROGRAMS): build/fuzz/fuzz_%: build/fuzz/obj/tests/fuzz/fuzz_%.o $(FUZZ_SUPPORT:%.c=build/fuzz/obj/%.o) \
    build/fuzz/liblwnvme.a
	@$(SAY) 'LINK  $@'
	$(Q)$(CLANG) -fsanitize=fuzzer,address,undefined $(filter %.o,$^) $(filter %.a,$^) -o $@

$(FUZZ_REPLAYS): build/san/tests/fuzz/replay_%: build/san/tests/fuzz/fuzz_%.o build/san/tests/fuzz/replay.o \
    $(FUZZ_SUPPORT:%.c=build/san/%.o) build/san/liblwnvme.a build/san/libsim.a
	@$(SAY) 'LINK  $@'
	$(Q)$(CC) $(SAN_CFLAGS) $(GROUPED) -o $@

$(foreach target,$(FUZZ_TARGETS),$(eval build/fuzz/fuzz_$(target): $(FUZZ_OF_$(target):%.c=build/fuzz/obj/%.o))\
    $(eval build/san/tests/fuzz/replay_$(target): $(FUZZ_OF_$(target):%.c=build/san/%.o)))

fuzz: $(FUZZ_PROGRAMS) | setup-fuzz ## a hostile device by libFuzzer, FUZZ_SECONDS=600 each, TARGET=name for one: build/reliability/fuzz.json
	@$(FIGURES_OF) fuzz.json $(PYTHON) tests/fuzz/run.py --seconds $(FUZZ_SECONDS) --jobs $(FUZZ_JOBS) $(or $(TARGET),$(FUZZ_TARGETS))

fuzz-replay: $(FUZZ_REPLAYS) | setup-test ## the corpora of make fuzz once more, without libFuzzer
	@$(RUN) --group fuzz $(FUZZ_REPLAYS)

fuzz-corpus: $(FUZZ_PROGRAMS) | setup-fuzz ## what make fuzz has found, minimised: tests/fuzz/corpus
	@$(PYTHON) tests/fuzz/run.py --minimise $(or $(TARGET),$(FUZZ_TARGETS))

.PHONY: fuzz fuzz-corpus fuzz-replay
