# SPDX-License-Identifier: MIT
#
# The deterministic simulation and the power cuts: tests/simulation/README.md. Optimised and without sanitizers, because the
# number of I/Os is what counts. tests/simulation/check, which is part of make test, runs some seeds under ASan and UBSan, too.

##@ Proving it, at length

SIMULATION_CFLAGS := $(HOSTED) -g0 -O3 -flto=auto -march=x86-64-v2 $(EXTRA_CFLAGS)
SIMULATION_SHARED := tests/simulation/model.c tests/simulation/world.c tests/simulation/work.c tests/simulation/trouble.c
SIMULATION_SOURCES := $(LWNVME_SOURCES) $(SIM_SOURCES) $(SIMULATION_SHARED)

build/simulation/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(CC) $(SIMULATION_CFLAGS)' | cmp -s - $@ || echo '$(CC) $(SIMULATION_CFLAGS)' > $@

build/simulation/%.o: %.c build/simulation/flags | setup-test
	@mkdir -p $(@D)
	@$(SAY) 'CC    $@'
	$(Q)$(CC) $(SIMULATION_CFLAGS) -MMD -MP -c $< -o $@

build/simulation/simulate: $(SIMULATION_SOURCES:%.c=build/simulation/%.o) build/simulation/tests/simulation/simulate.o
	@$(SAY) 'LINK  $@'
	$(Q)$(CC) $(SIMULATION_CFLAGS) $(filter %.o,$^) -o $@

build/san/simulate: $(SIMULATION_SHARED:%.c=build/san/%.o) build/san/tests/simulation/simulate.o build/san/libsim.a \
    build/san/liblwnvme.a
	@$(SAY) 'LINK  $@'
	$(Q)$(CC) $(SAN_CFLAGS) $(GROUPED) -o $@

build/simulation/power-cuts: $(LWNVME_SOURCES:%.c=build/simulation/%.o) $(SIM_SOURCES:%.c=build/simulation/%.o) \
    build/simulation/tests/simulation/model.o build/simulation/tests/simulation/power_cut.o
	@$(SAY) 'LINK  $@'
	$(Q)$(CC) $(SIMULATION_CFLAGS) $^ -o $@

build/san/power-cuts: build/san/tests/simulation/model.o build/san/tests/simulation/power_cut.o build/san/libsim.a \
    build/san/liblwnvme.a
	@$(SAY) 'LINK  $@'
	$(Q)$(CC) $(SAN_CFLAGS) $(GROUPED) -o $@

# What tests/simulation/check runs.
SIMULATION_PROGRAMS := build/simulation/simulate build/simulation/power-cuts build/san/simulate

SEED ?= 1
SEEDS ?= 1000
IOS ?= 20000

simulate: build/simulation/simulate ## seeds of the deterministic simulation, side by side (SEEDS=n, SEED=first, IOS=of each): build/reliability/simulate.json
	@mkdir -p build/reliability
	@$(FIGURES_OF) simulate.json $< --seed=$(SEED) --seeds=$(SEEDS) --ios=$(IOS) --json=build/reliability/simulate.json

power-cuts: build/simulation/power-cuts ## the power is cut at every media event of 60 workloads: build/reliability/power-cuts.json
	@mkdir -p build/reliability
	@$(FIGURES_OF) power-cuts.json $< --json=build/reliability/power-cuts.json

.PHONY: simulate power-cuts

-include $(shell find build/simulation -name "*.d" 2>/dev/null)
