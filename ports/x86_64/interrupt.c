/* SPDX-License-Identifier: MIT */
/*
 * x86-64 and i686 ports: interrupts. Each processor has a local APIC, to which a device that signals by messages (MSI, MSI-X)
 * writes the vector. The pins of older devices (INTx) go through the two 8259s, on the line that firmware has noted
 * in the device's configuration space; they reach the first processor.
 *
 * A line is level triggered and may be shared. It is closed when it fires, and opened again when one of its handlers has
 * made its device quiet. If none says that the interrupt was its own the line stays closed, or it would fire for ever,
 * until interrupt_wait opens it: nothing is lost, since a line that is still active fires at that moment.
 *
 * interrupt_wait halts until an interrupt has called interrupt_wake on this processor. Whether it has is looked
 * at with interrupts off, and the processor takes none between `sti` and `hlt`: there is no gap in which a wake
 * could get lost. interrupt_wake_all wakes the others, too: it notes the wake before it looks who sleeps, and who sleeps notes
 * that before he looks for the wake, so that one of the two sees the other; and an interrupt ends the halt.
 */
#include "io.h"
#include "machine.h"

#define INTERRUPT_FIRST      32u
#define INTERRUPT_COUNT      224u
#define INTERRUPT_LINES      16u
#define INTERRUPT_FREE       (INTERRUPT_FIRST + INTERRUPT_LINES) /* the first that is no line's */
#define INTERRUPT_WAKE       0xfdu
#define INTERRUPT_TIMER      0xfeu
#define INTERRUPT_SPURIOUS   0xffu
#define INTERRUPT_SHARERS    4u /* of a line */
#define INTERRUPT_ENTRY_SIZE 16u

#define PIC_1_COMMAND  0x20u
#define PIC_1_DATA     0x21u
#define PIC_2_COMMAND  0xa0u
#define PIC_2_DATA     0xa1u
#define PIC_INIT       0x11u /* edge by the register below, cascaded, a fourth word follows */
#define PIC_8086       0x01u
#define PIC_CASCADE    2u /* the line of the first on which the second hangs */
#define PIC_END        0x20u
#define PIC_LEVEL_LOW  0x4d0u /* which lines are level triggered, 8 bits each */
#define PIC_LINES      8u
#define PIC_ALL_MASKED 0xffu

#define APIC_BASE_MSR       0x1bu
#define APIC_BASE_ENABLE    0x800u
#define APIC_BASE_ADDRESS   0xffffff000ull
#define APIC_BYTES          4096u
#define APIC_ID             0x20u
#define APIC_TASK_PRIORITY  0x80u
#define APIC_END            0xb0u
#define APIC_SPURIOUS       0xf0u
#define APIC_SPURIOUS_ON    0x100u
#define APIC_COMMAND_LOW    0x300u
#define APIC_COMMAND_HIGH   0x310u
#define APIC_COMMAND_BUSY   0x1000u
#define APIC_COMMAND_FIXED  0x4000u
#define APIC_LVT_TIMER      0x320u
#define APIC_LVT_LINT0      0x350u
#define APIC_LVT_MASKED     0x10000u
#define APIC_LVT_EXTERNAL   0x700u /* the 8259s */
#define APIC_TIMER_START    0x380u
#define APIC_TIMER_NOW      0x390u
#define APIC_TIMER_DIVIDE   0x3e0u
#define APIC_TIMER_BY_16    0x3u
#define APIC_TIMER_TRIAL_US 1000u
#define APIC_SPINS_MAX      1000000u

struct interrupt_slot {
    interrupt_handler handler;
    void *context;
    uint32_t argument;
};

extern const char interrupt_entries[];
extern const char interrupt_spurious[];
void interrupt_dispatch(uint32_t vector);

static struct interrupt_slot interrupt_slots[INTERRUPT_COUNT];
static struct interrupt_slot interrupt_lines[INTERRUPT_LINES][INTERRUPT_SHARERS];
static uint16_t interrupt_line_mask = 0xffff; /* as the 8259s have it, but for those that wait to be opened */
static volatile uint16_t interrupt_line_fired;
static uint64_t interrupt_apic;
static uint32_t interrupt_timer_per_ms;
static uint8_t interrupt_next = INTERRUPT_FREE;

static uint32_t apic_read(uint32_t offset)
{
    return *(volatile uint32_t *)(uintptr_t)(interrupt_apic + offset);
}

static void apic_write(uint32_t offset, uint32_t value)
{
    *(volatile uint32_t *)(uintptr_t)(interrupt_apic + offset) = value;
}

static bool interrupt_woken(void *context, uint32_t argument)
{
    (void)context;
    (void)argument;
    interrupt_wake();
    return true;
}

static bool interrupt_nobody(void *context, uint32_t argument)
{
    (void)context;
    (void)argument;
    return false;
}

/* Called by vectors.S with interrupts off. */
void interrupt_dispatch(uint32_t vector)
{
    const struct interrupt_slot *slot = &interrupt_slots[vector - INTERRUPT_FIRST];

    (void)slot->handler(slot->context, slot->argument);
    *(volatile uint32_t *)(uintptr_t)(interrupt_apic + APIC_END) = 0;
}

static void pic_write_mask(uint16_t mask)
{
    io_write8(PIC_1_DATA, (uint8_t)(mask & 0xffu));
    io_write8(PIC_2_DATA, (uint8_t)(mask >> 8));
}

/* A line of the 8259s: closed, told to all who share it, acknowledged. */
static bool interrupt_line(void *context, uint32_t line)
{
    bool served = false;

    (void)context;
    interrupt_line_fired |= (uint16_t)(1u << line);
    pic_write_mask(interrupt_line_mask | interrupt_line_fired);
    for (uint32_t i = 0; i < INTERRUPT_SHARERS; i++) {
        const struct interrupt_slot *sharer = &interrupt_lines[line][i];

        if (sharer->handler != NULL && sharer->handler(sharer->context, sharer->argument)) {
            served = true;
        }
    }
    if (line >= PIC_LINES) {
        io_write8(PIC_2_COMMAND, PIC_END);
    }
    io_write8(PIC_1_COMMAND, PIC_END);
    if (served) {
        interrupt_line_fired &= (uint16_t) ~(1u << line);
        pic_write_mask(interrupt_line_mask | interrupt_line_fired);
    }
    return served;
}

/* Both 8259s, all lines masked: their vectors begin at 32. */
static void pic_init(void)
{
    io_write8(PIC_1_COMMAND, PIC_INIT);
    io_write8(PIC_2_COMMAND, PIC_INIT);
    io_write8(PIC_1_DATA, INTERRUPT_FIRST);
    io_write8(PIC_2_DATA, INTERRUPT_FIRST + PIC_LINES);
    io_write8(PIC_1_DATA, 1u << PIC_CASCADE);
    io_write8(PIC_2_DATA, PIC_CASCADE);
    io_write8(PIC_1_DATA, PIC_8086);
    io_write8(PIC_2_DATA, PIC_8086);
    pic_write_mask(PIC_ALL_MASKED << 8 | PIC_ALL_MASKED);
}

/* How fast the timer of the local APIC counts; all processors' are alike. */
static void apic_measure_timer(void)
{
    const uint64_t start_us = clock_now_us();
    uint64_t elapsed_us;

    apic_write(APIC_TIMER_DIVIDE, APIC_TIMER_BY_16);
    apic_write(APIC_LVT_TIMER, APIC_LVT_MASKED | INTERRUPT_TIMER);
    apic_write(APIC_TIMER_START, UINT32_MAX);
    do {
        elapsed_us = clock_now_us() - start_us;
    } while (elapsed_us < APIC_TIMER_TRIAL_US);
    interrupt_timer_per_ms =
        (uint32_t)((uint64_t)(UINT32_MAX - apic_read(APIC_TIMER_NOW)) * 1000u / elapsed_us);
    apic_write(APIC_TIMER_START, 0);
}

void interrupt_init_processor(void)
{
    processor_self()->apic_id = apic_read(APIC_ID) >> 24;
    apic_write(APIC_TASK_PRIORITY, 0);
    apic_write(APIC_SPURIOUS, APIC_SPURIOUS_ON | INTERRUPT_SPURIOUS);
    apic_write(APIC_TIMER_DIVIDE, APIC_TIMER_BY_16);
    apic_write(APIC_LVT_TIMER, INTERRUPT_TIMER);
    apic_write(APIC_LVT_LINT0, processor_self()->index == 0 ? APIC_LVT_EXTERNAL : APIC_LVT_MASKED);
    cpu_interrupts_on();
}

bool interrupt_init(void)
{
    const uint64_t base = cpu_read_msr(APIC_BASE_MSR);

    interrupt_apic = base & APIC_BASE_ADDRESS;
    if ((base & APIC_BASE_ENABLE) == 0 || !paging_map(interrupt_apic, APIC_BYTES, PAGING_DEVICE)) {
        return false;
    }
    for (uint32_t i = 0; i < INTERRUPT_COUNT; i++) {
        interrupt_slots[i] = (struct interrupt_slot){interrupt_nobody, NULL, i};
        trap_set_gate((uint8_t)(INTERRUPT_FIRST + i),
                      (uintptr_t)interrupt_entries + (uint64_t)i * INTERRUPT_ENTRY_SIZE);
    }
    for (uint32_t line = 0; line < INTERRUPT_LINES; line++) {
        interrupt_slots[line] = (struct interrupt_slot){interrupt_line, NULL, line};
    }
    interrupt_slots[INTERRUPT_WAKE - INTERRUPT_FIRST].handler = interrupt_woken;
    trap_set_gate(INTERRUPT_SPURIOUS, (uintptr_t)interrupt_spurious);
    pic_init();
    apic_measure_timer();
    interrupt_init_processor();
    return true;
}

uint8_t interrupt_claim(interrupt_handler handler, void *context, uint32_t argument)
{
    const uint8_t vector = interrupt_next;

    if (vector >= INTERRUPT_WAKE) {
        return 0;
    }
    interrupt_next++;
    interrupt_slots[vector - INTERRUPT_FIRST] = (struct interrupt_slot){handler, context, argument};
    return vector;
}

bool interrupt_claim_line(uint8_t line, interrupt_handler handler, void *context)
{
    const uint16_t port = (uint16_t)(PIC_LEVEL_LOW + line / PIC_LINES);

    if (line >= INTERRUPT_LINES || line == PIC_CASCADE) {
        return false;
    }
    for (uint32_t i = 0; i < INTERRUPT_SHARERS; i++) {
        struct interrupt_slot *sharer = &interrupt_lines[line][i];

        if (sharer->handler == NULL) {
            *sharer = (struct interrupt_slot){handler, context, 0};
            io_write8(port, (uint8_t)(io_read8(port) | 1u << line % PIC_LINES));
            interrupt_line_mask &= (uint16_t) ~(1u << line | 1u << PIC_CASCADE);
            pic_write_mask(interrupt_line_mask);
            return true;
        }
    }
    return false;
}

/* Opens the lines that have fired; one that is still active fires again. Interrupts are off. */
static void interrupt_open_lines(void)
{
    if (interrupt_line_fired != 0 && processor_self()->index == 0) {
        interrupt_line_fired = 0;
        pic_write_mask(interrupt_line_mask);
    }
}

void interrupt_wake(void)
{
    processor_self()->awake = 1;
}

void interrupt_wake_all(void)
{
    const uint32_t self = processor_self()->index;

    interrupt_wake();
    for (uint32_t i = 0; i < PROCESSORS_MAX; i++) {
        struct processor *one = processor_of(i);

        if (i == self) {
            continue;
        }
        __atomic_store_n(&one->awake, 1u, __ATOMIC_SEQ_CST);
        if (__atomic_load_n(&one->asleep, __ATOMIC_SEQ_CST) != 0) {
            interrupt_send_wake(one->apic_id);
        }
    }
}

void interrupt_halt(void)
{
    struct processor *self = processor_self();

    cpu_interrupts_off();
    interrupt_open_lines();
    if (__atomic_load_n(&self->awake, __ATOMIC_SEQ_CST) == 0) {
        cpu_halt();
    } else {
        cpu_interrupts_on();
    }
    self->awake = 0;
    __atomic_thread_fence(__ATOMIC_SEQ_CST); /* what a wake is for is looked at after that */
}

void interrupt_wait(uint64_t deadline_us)
{
    struct processor *self = processor_self();
    const uint64_t now_us = clock_now_us();
    const uint64_t left_us = deadline_us > now_us ? deadline_us - now_us : 0;
    const uint64_t ticks = left_us > INTERRUPT_WAIT_MAX_US
                               ? (uint64_t)INTERRUPT_WAIT_MAX_US * interrupt_timer_per_ms / 1000u
                               : left_us * interrupt_timer_per_ms / 1000u;

    if (ticks == 0) {
        return;
    }
    cpu_interrupts_off(); /* else the timer may fire before the halt, and nothing ends that */
    apic_write(APIC_TIMER_START, ticks > UINT32_MAX ? UINT32_MAX : (uint32_t)ticks);
    __atomic_store_n(&self->asleep, 1u, __ATOMIC_SEQ_CST);
    interrupt_halt();
    self->asleep = 0;
    apic_write(APIC_TIMER_START, 0);
}

/* From handlers, too: the two halves belong together. */
void interrupt_send(uint32_t apic_id, uint32_t command)
{
    const uintptr_t flags = cpu_flags();

    cpu_interrupts_off();
    apic_write(APIC_COMMAND_HIGH, apic_id << 24);
    apic_write(APIC_COMMAND_LOW, command);
    for (uint32_t spin = 0; spin < APIC_SPINS_MAX && (apic_read(APIC_COMMAND_LOW) & APIC_COMMAND_BUSY) != 0;
         spin++) {
        cpu_pause();
    }
    if ((flags & CPU_FLAG_INTERRUPTS) != 0) {
        cpu_interrupts_on();
    }
}

void interrupt_send_wake(uint32_t apic_id)
{
    interrupt_send(apic_id, APIC_COMMAND_FIXED | INTERRUPT_WAKE);
}
