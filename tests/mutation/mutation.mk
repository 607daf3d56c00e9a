# SPDX-License-Identifier: MIT
#
# Mutation: the library as a shared object, so that a changed one is linked once for all tests. No sanitizers.

##@ Proving it, at length
MUTATION_TESTS := $(filter tests/unit/core/% tests/unit/io/test_nvm.c tests/unit/io/test_protection.c tests/unit/io/test_metadata.c,$(UNIT_TESTS)) \
    $(foreach name,admin bringup cmb concurrency error identify interrupts io kv lifecycle mapper options panic prp queues recovery \
    recovery_more refusal regression shadow states,tests/sim/test_$(name).c)
MUTATION_CFLAGS := $(HOSTED) -g0 -O1 -fPIC $(EXTRA_CFLAGS)
MUTATION_PROGRAMS := $(MUTATION_TESTS:%.c=build/mutation/%)
MUTANTS ?= 300
MUTATION_JOBS ?= 2

build/mutation/%.o: %.c | setup-test
	@mkdir -p $(@D)
	@$(SAY) 'CC    $@'
	$(Q)$(CC) $(MUTATION_CFLAGS) -MMD -MP -c $< -o $@

$(eval $(call archive_rules,mutation))

build/mutation/liblwnvme.so: $(LWNVME_SOURCES:%.c=build/mutation/%.o)
	@$(SAY) 'LINK  $@'
	$(Q)$(CC) -shared $^ -o $@

$(MUTATION_PROGRAMS): build/mutation/%: build/mutation/%.o build/mutation/libsupport.a build/mutation/libsim.a \
    build/mutation/liblwnvme.so
	@$(SAY) 'LINK  $@'
	$(Q)$(CC) $(GROUPED) -Lbuild/mutation -llwnvme $(TEST_LIBS) -o $@

mutation: $(MUTATION_PROGRAMS) ## changes src/core in MUTANTS=300 places, a sample by SEED=1 (MUTANTS=0: all; FILE=src/core/queue.c: of one file; AGAIN=1: the last survivors first): each must make a test fail: build/reliability/mutation.json
	@$(FIGURES_OF) mutation.json $(PYTHON) tools/mutate --cc "$(CC) $(MUTATION_CFLAGS)" --mutants $(MUTANTS) --seed $(or $(SEED),1) --jobs $(MUTATION_JOBS) \
	    $(if $(FILE),--file $(FILE)) $(if $(AGAIN),--again) $(MUTATION_PROGRAMS)

mutation-programs: $(MUTATION_PROGRAMS)

.PHONY: mutation mutation-programs

-include $(shell find build/mutation -name "*.d" 2>/dev/null)
