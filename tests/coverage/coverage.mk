# SPDX-License-Identifier: MIT
#
# Coverage: every program of the tests that runs on this machine alone, built with counters in build/cov.
#   FILES=src/core          only these files are reported (a part of the path is enough; several, with spaces)
#   TESTS='unit/core fuzz'  only these programs are built and run (a part of the path is enough)
#   ADD=1                   what earlier runs have counted still counts
#
# Only the library has counters, and a unit test, which may have its source file within itself; without optimization, so
# that each branch that is written is one that is counted. Atomic, because threads and signal handlers count, too: what they
# lose to each other would make gcov find counts below 0.

##@ Proving it, at length
COV_COUNTERS := -O0 --coverage -fprofile-update=atomic
COV_CFLAGS := $(HOSTED) $(EXTRA_CFLAGS)
COV_LEVEL = $(if $(filter src/% tests/unit/%,$<),$(COV_COUNTERS),-O1)
COV_FORKS := -Wl,--wrap=_exit
COV_CMOCKA := $(UNIT_TESTS:%.c=build/cov/%) $(SIM_TESTS:%.c=build/cov/%)
COV_REPLAYS := $(FUZZ_TARGETS:%=build/cov/tests/fuzz/replay_%)
COV_SIMULATION := build/cov/tests/simulation/simulate build/cov/tests/simulation/power_cut
COV_SWEEP := build/cov/sweep/tests/sweep/sweep
COV_PROGRAMS := $(COV_CMOCKA) $(COV_REPLAYS) $(COV_SIMULATION) $(COV_SWEEP)
COV_WANTED := $(if $(TESTS),$(foreach program,$(COV_PROGRAMS),$(if $(strip $(foreach part,$(TESTS),$(findstring $(part),$(program)))),$(program))),$(COV_PROGRAMS))

build/cov/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(COV_CFLAGS) $(COV_COUNTERS)' | cmp -s - $@ || echo '$(CC) $(COV_CFLAGS) $(COV_COUNTERS)' > $@

build/cov/%.o: %.c build/cov/flags | setup-coverage
	@mkdir -p $(@D)
	@$(SAY) 'CC    $@'
	$(Q)$(CC) $(COV_CFLAGS) $(COV_LEVEL) -MMD -MP -c $< -o $@

# The sweeps have the software controller's barriers in the library.
build/cov/sweep/%.o: %.c build/cov/flags | setup-coverage
	@mkdir -p $(@D)
	@$(SAY) 'CC    $@'
	$(Q)$(CC) $(COV_CFLAGS) $(COV_LEVEL) $(SWEEP_CONFIG) -DSWEEP_THIN=$(SWEEP_TEST_THIN) -MMD -MP -c $< -o $@

$(eval $(call archive_rules,cov))

$(COV_CMOCKA): build/cov/%: build/cov/%.o $(call TEST_ARCHIVES,cov)
	@$(SAY) 'LINK  $@'
	$(Q)$(CC) $(COV_CFLAGS) --coverage $(GROUPED) $(TEST_LIBS) -o $@

$(COV_REPLAYS): build/cov/tests/fuzz/replay_%: build/cov/tests/fuzz/fuzz_%.o build/cov/tests/fuzz/replay.o \
    $(FUZZ_SUPPORT:%.c=build/cov/%.o) build/cov/liblwnvme.a build/cov/libsim.a
	@$(SAY) 'LINK  $@'
	$(Q)$(CC) $(COV_CFLAGS) --coverage $(GROUPED) -o $@

$(foreach target,$(FUZZ_TARGETS),$(eval build/cov/tests/fuzz/replay_$(target): $(FUZZ_OF_$(target):%.c=build/cov/%.o)))

$(COV_SIMULATION): build/cov/%: build/cov/%.o build/cov/tests/coverage/leave.o $(SIMULATION_SHARED:%.c=build/cov/%.o) build/cov/libsim.a build/cov/liblwnvme.a
	@$(SAY) 'LINK  $@'
	$(Q)$(CC) $(COV_CFLAGS) --coverage $(COV_FORKS) $(GROUPED) -o $@

$(COV_SWEEP): $(SWEEP_OBJECTS:%=build/cov/sweep/%) build/cov/tests/coverage/leave.o
	@$(SAY) 'LINK  $@'
	$(Q)$(CC) $(COV_CFLAGS) --coverage $(COV_FORKS) $^ -o $@

coverage: $(COV_WANTED) | setup-coverage ## lines and branches of src/ that the host tests reach (FILES=src/core TESTS=unit/core ADD=1: parts): build/reliability/coverage.json
	@$(FIGURES_OF) coverage.json $(PYTHON) tools/coverage $(FILES:%=--file %) $(if $(TESTS),--part) $(if $(ADD),--add) $(COV_WANTED)

.PHONY: coverage
