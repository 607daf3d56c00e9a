# SPDX-License-Identifier: MIT
#
# Sweeps: each barrier of the library is the software controller's there, so it is built anew: optimized, and with sanitizers.

##@ Proving it, at length
SWEEP_SOURCES := $(wildcard tests/sweep/*.c)
SWEEP_OBJECTS := $(patsubst %.c,%.o,$(SWEEP_SOURCES) $(SIM_SOURCES) $(LWNVME_SOURCES))
SWEEP_TEST_THIN := 53
SWEEP_CONFIG := -Itests/sweep -DLWNVME_CONFIG_FILE='<sweep_config.h>'
SWEEP_CFLAGS := $(HOSTED) -O2 $(SWEEP_CONFIG) $(EXTRA_CFLAGS)
SWEEP_SAN_CFLAGS := $(SAN_CFLAGS) $(SWEEP_CONFIG) -DSWEEP_THIN=$(SWEEP_TEST_THIN)

build/sweep/%.o: %.c | setup-test
	@mkdir -p $(@D)
	@$(SAY) 'CC    $@'
	$(Q)$(CC) $(SWEEP_CFLAGS) -MMD -MP -c $< -o $@

build/sweep-san/%.o: %.c build/san/flags | setup-test
	@mkdir -p $(@D)
	@$(SAY) 'CC    $@'
	$(Q)$(CC) -O1 $(SWEEP_SAN_CFLAGS) -MMD -MP -c $< -o $@

build/sweep/sweep: $(SWEEP_OBJECTS:%=build/sweep/%)
	@$(SAY) 'LINK  $@'
	$(Q)$(CC) $(SWEEP_CFLAGS) $^ -o $@

# The software controller does not look at the library's configuration.
build/sweep-san/tests/sweep/sweep: $(patsubst %.c,build/sweep-san/%.o,$(SWEEP_SOURCES) $(LWNVME_SOURCES)) build/san/libsim.a
	@$(SAY) 'LINK  $@'
	$(Q)$(CC) $(SWEEP_SAN_CFLAGS) $^ -o $@

SWEEP_CHOICE := $(if $(SCENARIO),--scenario $(SCENARIO)) $(if $(KIND),--kind $(KIND)) $(if $(HOST),--host $(HOST)) \
    $(if $(AT),--at $(AT)) $(if $(THIN),--thin $(THIN)) $(if $(PAIRS),--pairs $(PAIRS)) $(if $(SEED),--seed $(SEED))

sweep: build/sweep/sweep ## every single fault at every event of every scenario (SCENARIO=, KIND=, HOST=, AT=: one of them; PAIRS=n SEED=s: random pairs, build/reliability/pairs.json): build/reliability/sweep.json
	@mkdir -p build/reliability
	@$(FIGURES_OF) $(if $(PAIRS),pairs,sweep).json build/sweep/sweep $(SWEEP_CHOICE) $(if $(strip $(SCENARIO)$(KIND)$(HOST)$(AT)$(THIN)),,--json build/reliability/$(if $(PAIRS),pairs,sweep).json)

barriers: build/sweep/sweep ## each barrier and each cache maintenance call of the library is deleted once, and must be missed: build/reliability/barriers.json
	@$(FIGURES_OF) barriers.json tools/delete-barriers "$(CC) $(SWEEP_CFLAGS)" $(SWEEP_OBJECTS:%=build/sweep/%)

.PHONY: sweep barriers
