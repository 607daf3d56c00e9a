# SPDX-License-Identifier: MIT
#
# Scenarios of tests/sim, linked with QEMU's controller in place of the software controller, and tests that only a
# controller of others is good for. The programs that are not named here have nothing that QEMU could do.
QTEST_SCENARIOS := io prp shadow lifecycle mapper error identify admin bringup logs metadata options queues refusal \
    regression zoned zoned_protection events
QTEST_SUPPORT := $(filter-out tests/qtest/test_%,$(sort $(wildcard tests/qtest/*.c)))
QTEST_TESTS := $(sort $(wildcard tests/qtest/test_*.c))
QTEST_SHARED := $(QTEST_SCENARIOS:%=build/san/tests/qtest/test_%)
QTEST_OWN := $(QTEST_TESTS:%.c=build/san/%)
QTEST_PROGRAMS := $(QTEST_OWN) $(QTEST_SHARED)
# Of the software controller: what its settings usually are.
QTEST_PARTS := $(QTEST_SUPPORT:%.c=build/san/%.o) build/san/qtest/absent.o build/san/sim/sim_config.o \
    build/san/libsupport.a build/san/liblwnvme.a
QTEST_LINK = $(Q)$(CC) $(SAN_CFLAGS) -Wl,--wrap=_cmocka_run_group_tests $(GROUPED) $(TEST_LIBS) -o $@
QTEST_SUMMARY := $(PYTHON) tests/qtest/summary

build/san/qtest/absent.o: tests/qtest/absent sim/lwnvme_sim.h build/san/flags | setup-test
	@mkdir -p $(@D)
	@$(SAY) 'GEN   $@'
	$(Q)$(PYTHON) tests/qtest/absent sim/lwnvme_sim.h >$(@:.o=.c)
	$(Q)$(CC) $(SAN_CFLAGS) -c $(@:.o=.c) -o $@

$(QTEST_SHARED): build/san/tests/qtest/%: build/san/tests/sim/%.o $(QTEST_PARTS)
	@mkdir -p $(@D)
	@$(SAY) 'LINK  $@'
	$(QTEST_LINK)

$(QTEST_OWN): build/san/%: build/san/%.o $(QTEST_PARTS)
	@$(SAY) 'LINK  $@'
	$(QTEST_LINK)

test-qtest: $(QTEST_PROGRAMS) | setup-test ## scenarios and tests on QEMU's controller, from this process: build/reliability/qtest.json
	@rm -rf build/reliability/qtest
	@$(PYTHON) tools/reliability --begin qtest.json
	@$(RUN) --group qtest $(QTEST_PROGRAMS) && $(QTEST_SUMMARY)
	@$(PYTHON) tools/reliability --end qtest.json
