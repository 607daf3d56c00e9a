/* SPDX-License-Identifier: MIT */
/*
 * Messages for the host's log hook: one line each, put together here because there is no printf. Callable
 * wherever the library runs; nothing is kept. The library tells topics and values; the words for them are linked
 * only when the host names lwnvme_log_words among its hooks.
 */
#include "core.h"

#if LWNVME_CONFIG_LOG

#define LWNVME_LINE_BYTES 120u

struct lwnvme_line {
    char text[LWNVME_LINE_BYTES];
    uint32_t length;
};

static void lwnvme_line_add(struct lwnvme_line *line, const char *text)
{
    while (*text != '\0' && line->length + 1u < LWNVME_LINE_BYTES) {
        line->text[line->length++] = *text;
        text++;
    }
    line->text[line->length] = '\0';
}

static void lwnvme_line_add_hex(struct lwnvme_line *line, uint32_t value)
{
    char digits[11];
    uint32_t index;

    digits[0] = '0';
    digits[1] = 'x';
    for (index = 0; index < 8; index++)
        digits[2 + index] = "0123456789abcdef"[value >> (28u - 4u * index) & 15u];
    digits[10] = '\0';
    lwnvme_line_add(line, digits);
}

/* A library error by its number, -1 to -199; a device's status in hex, as its fields lie in it. */
static void lwnvme_line_add_status(struct lwnvme_line *line, int status)
{
    char digits[4] = "-00";

    if (status >= 0 || status < -199) {
        lwnvme_line_add_hex(line, (uint32_t)status);
        return;
    }
    lwnvme_line_add(line, status <= -100 ? "-1" : "-");
    if (status <= -100)
        status += 100;
    for (digits[0] = '0'; status <= -10; status += 10)
        digits[0]++;
    digits[1] = (char)('0' - status);
    digits[2] = '\0';
    lwnvme_line_add(line, digits);
}

static LWNVME_NOINLINE void lwnvme_line_send(const struct lwnvme_controller *controller,
                                             enum lwnvme_log_level level, const struct lwnvme_line *line)
{
    if (controller->ops->log != NULL)
        controller->ops->log(controller->host, level, line->text);
}

/* Said once, when the first command of a controller's life times out: by far the most common troubles of a
 * new port. The long form is docs/bring-up-checklist.md. */
static void lwnvme_log_checklist(struct lwnvme_controller *controller)
{
    static const char hints[] =
        "the first command timed out; in a new port look at these, in this order:\0"
        "  1. PCI command register: bus master (bit 2) and memory space (bit 1) on?\0"
        "  2. BAR0: the right 64-bit address, mapped uncached, whole length?\0"
        "  3. IOMMU: does dma_map / dma_alloc give the address that the device must use?\0"
        "  4. caches: is DMA memory coherent, or is there a dma_sync hook?\0"
        "  5. interrupts: bring-up only polls; later, is the vector's queue polled?\0";
    const char *text;

    if (controller->checklist_logged != 0)
        return;
    controller->checklist_logged = 1;
    for (text = hints; *text != '\0'; text++) {
        struct lwnvme_line line = {.length = 0};

        lwnvme_line_add(&line, "nvme: ");
        lwnvme_line_add(&line, text);
        lwnvme_line_send(controller, LWNVME_LEVEL_ERROR, &line);
        while (*text != '\0')
            text++;
    }
}

/* One line, and the checklist after a failure that it may help against. */
void lwnvme_log_words(struct lwnvme_controller *controller, uint32_t topic, uint32_t value)
{
    static const char texts[] =
#define LWNVME_TOPIC_TEXT(topic, level, text) text "\0"
        LWNVME_TOPIC_LIST(LWNVME_TOPIC_TEXT);
    static const uint8_t levels[] = {
#define LWNVME_TOPIC_LEVEL(topic, level, text) LWNVME_##level,
        LWNVME_TOPIC_LIST(LWNVME_TOPIC_LEVEL)};
    struct lwnvme_line line = {.length = 0};
    const char *text = texts;
    uint32_t left;

    if (topic >= sizeof(levels))
        return;
    for (left = topic; left != 0; text++)
        left -= *text == '\0';
    lwnvme_line_add(&line, "nvme: ");
    lwnvme_line_add(&line, text);
    if (topic == LWNVME_TOPIC_STATE || topic == LWNVME_TOPIC_FAILURE)
        lwnvme_line_add(&line, lwnvme_state_name((enum lwnvme_state)controller->state));
    else
        lwnvme_line_add_status(&line, (int)value);
    if (topic == LWNVME_TOPIC_FAILURE) {
        lwnvme_line_add(&line, ", status ");
        lwnvme_line_add_status(&line, (int)value);
        lwnvme_line_add(&line, ", CSTS ");
        lwnvme_line_add_hex(&line, (int)value == LWNVME_ERR_GONE
                                       ? 0xffffffffu
                                       : lwnvme_register_read(controller, LWNVME_REG_CSTS));
    }
    lwnvme_line_send(controller, (enum lwnvme_log_level)levels[topic], &line);
    if (topic == LWNVME_TOPIC_FAILURE && (int)value == LWNVME_ERR_TIMEOUT && controller->identified == 0)
        lwnvme_log_checklist(controller);
}

/* Nothing of the words is linked by this, only by the host that names lwnvme_log_words. */
void lwnvme_tell(struct lwnvme_controller *controller, enum lwnvme_topic topic, uint32_t value)
{
    if (controller->ops->log_words != NULL)
        controller->ops->log_words(controller, topic, value);
}

#else
void lwnvme_log_words(struct lwnvme_controller *controller, uint32_t topic, uint32_t value)
{
    (void)controller;
    (void)topic;
    (void)value;
}
#endif
