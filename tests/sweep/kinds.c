/* SPDX-License-Identifier: MIT */
/* The kinds of faults, and how each is told to the software controller. */
#include "sweep.h"

#define MINUTE_US (60 * SECOND_US)
#define COMMAND   EVENT_COMMAND

/* A command ends with this status, and nothing is done. DNR is 4000h, CRD 1 is 0800h. */
#define STATUS(code)                                                                                         \
    {                                                                                                        \
        "status-" #code, COMMAND, LWNVME_SIM_STATUS, 0x##code, 0, 0                                          \
    }

const struct sweep_kind sweep_kinds[] = {
    {"ones", EVENT_READ, 0, 0, KIND_GONE, 0},
    {"zeros", EVENT_READ, 0, 0, KIND_GONE | KIND_ZEROS | KIND_VIOLATIONS, 0},
    {"no-dma-memory", EVENT_DMA_ALLOC, 0, 0, 0, 1},
    {"no-dma-memory-any-more", EVENT_DMA_ALLOC, 0, 0, 0, UINT32_MAX},
    {"no-memory", EVENT_ALLOC, 0, 0, 0, 1},
    {"no-memory-any-more", EVENT_ALLOC, 0, 0, 0, UINT32_MAX},
    {"no-mapping", EVENT_MAP, 0, 0, 0, 1},
    {"no-mapping-any-more", EVENT_MAP, 0, 0, 0, UINT32_MAX},
    {"clock-ahead", EVENT_CLOCK, 0, 0, 0, 3 * SECOND_US},
    {"clock-far-ahead", EVENT_CLOCK, 0, 0, 0, 60 * MINUTE_US},
    {"clock-back", EVENT_CLOCK, 0, 0, KIND_BACKWARDS, SECOND_US / 2},
    {"clock-far-back", EVENT_CLOCK, 0, 0, KIND_BACKWARDS, 60 * MINUTE_US},
    {"clock-stops", EVENT_CLOCK, 0, 0, 0, 0},
    {"lost", COMMAND, LWNVME_SIM_LOSE, 0, 0, 0},
    {"late", COMMAND, LWNVME_SIM_DELAY, 0, 0, 300000},
    {"too-late", COMMAND, LWNVME_SIM_DELAY, 0, 0, 3000000},
    {"twice", COMMAND, LWNVME_SIM_DUPLICATE, 0, 0, 0},
    {"twice-later", COMMAND, LWNVME_SIM_DUPLICATE, 0, 0, 700},
    {"stale-before", COMMAND, LWNVME_SIM_STALE, 0, 0, 0},
    {"torn", COMMAND, LWNVME_SIM_TORN, 0, 0, 3},
    {"cid-unknown", COMMAND, LWNVME_SIM_WRONG_CID, 0, 0, 0xffff},
    {"cid-old-generation", COMMAND, LWNVME_SIM_XOR_CID, 0, 0, 0x0400},
    {"cid-of-another", COMMAND, LWNVME_SIM_XOR_CID, 0, KIND_LIES | KIND_VIOLATIONS, 1},
    {"cid-unknown-before", COMMAND, LWNVME_SIM_EXTRA_CID, 0, 0, 0x03ff},
    {"cid-old-generation-before", COMMAND, LWNVME_SIM_EXTRA_XOR_CID, 0, 0, 0x0400},
    {"sqid-unknown", COMMAND, LWNVME_SIM_WRONG_SQID, 0, 0, 9},
    {"sqid-all-ones", COMMAND, LWNVME_SIM_WRONG_SQID, 0, 0, 0xffff},
    {"sqhd-all-ones", COMMAND, LWNVME_SIM_WRONG_SQHD, 0, 0, 0xffff},
    {"sqhd-zero", COMMAND, LWNVME_SIM_WRONG_SQHD, 0, 0, 0},
    {"phase-wrong", COMMAND, LWNVME_SIM_WRONG_PHASE, 0, KIND_STUCK, 0},
    {"no-interrupt", COMMAND, LWNVME_SIM_NO_INTERRUPT, 0, 0, 0},
    {"interrupt-for-nothing", COMMAND, LWNVME_SIM_INTERRUPT, 0, 0, 0},
    {"result-wrong", COMMAND, LWNVME_SIM_RESULT, 0, KIND_LIES, 0x80008000},
    {"no-data", COMMAND, LWNVME_SIM_NO_DATA, 0, KIND_LIES, 0},
    {"few-data", COMMAND, LWNVME_SIM_SHORT_DATA, 0, KIND_LIES, 100},
    {"status-bits", COMMAND, LWNVME_SIM_STATUS_BITS, 0x7800, 0, 0},
    {"status-after", COMMAND, LWNVME_SIM_STATUS_AFTER, 0x0006, KIND_IO_ONLY, 0},
    {"fatal", COMMAND, LWNVME_SIM_FATAL, 0, 0, 0},
    {"removed", COMMAND, LWNVME_SIM_REMOVE, 0, KIND_GONE, 0},
    {"power-lost", COMMAND, LWNVME_SIM_POWER_CUT, 0, KIND_POWER, 0},
    {"stuck", COMMAND, LWNVME_SIM_STUCK, 0, KIND_STUCK, 0},
    {"stuck-for-good", COMMAND, LWNVME_SIM_STUCK, 0, KIND_POWER, 1},
    {"late-dma", COMMAND, LWNVME_SIM_LATE_DMA, 0, 0, 0},
    STATUS(0001),
    STATUS(4002),
    STATUS(0004),
    STATUS(0006),
    STATUS(4006),
    STATUS(0007),
    STATUS(0008),
    STATUS(400b),
    STATUS(001c),
    STATUS(001d),
    STATUS(0020),
    STATUS(0824),
    STATUS(0080),
    STATUS(0082),
    STATUS(0083),
    STATUS(0084),
    STATUS(0106),
    STATUS(0110),
    STATUS(0182),
    STATUS(0280),
    STATUS(4281),
    STATUS(0287),
    STATUS(0301),
    STATUS(0771),
    STATUS(07ff),
};
const uint32_t sweep_kind_count = sizeof(sweep_kinds) / sizeof(sweep_kinds[0]);

static void command_set(struct lwnvme_sim_config *settings, const struct sweep_fault *fault, uint32_t place)
{
    settings->faults[place] = (struct lwnvme_sim_fault){
        .kind = fault->kind->fault,
        .queue = (fault->kind->flags & KIND_IO_ONLY) != 0 ? LWNVME_SIM_IO_QUEUES : LWNVME_SIM_ANY_QUEUE,
        .any_opcode = true,
        .skip = (uint32_t)fault->at - 1,
        .status = fault->kind->status,
        .value = fault->kind->value,
    };
}

static void clock_set(struct lwnvme_sim_config *settings, const struct sweep_fault *fault)
{
    int64_t value = (int64_t)fault->kind->value;

    if (value == 0) {
        settings->clock_stop_at = fault->at;
        return;
    }
    settings->clock_jump_at = fault->at;
    settings->clock_jump_us = (fault->kind->flags & KIND_BACKWARDS) != 0 ? -value : value;
}

void sweep_fault_set(struct lwnvme_sim_config *settings, const struct sweep_fault *fault, uint32_t place)
{
    if (fault->kind == NULL)
        return;
    switch (fault->kind->event) {
    case EVENT_READ:
        *((fault->kind->flags & KIND_ZEROS) != 0 ? &settings->mmio_zeros_at : &settings->mmio_ones_at) =
            fault->at;
        break;
    case EVENT_COMMAND:
        command_set(settings, fault, place);
        break;
    case EVENT_CLOCK:
        clock_set(settings, fault);
        break;
    default: {
        uint64_t *calls[EVENT_COUNT] = {[EVENT_DMA_ALLOC] = &settings->dma_alloc_fail_at,
                                        [EVENT_ALLOC] = &settings->alloc_fail_at,
                                        [EVENT_MAP] = &settings->dma_map_fail_at};

        *calls[fault->kind->event] = fault->at;
        settings->fail_count = (uint32_t)fault->kind->value;
        break;
    }
    }
}
