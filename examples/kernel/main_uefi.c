/* SPDX-License-Identifier: MIT */
/*
 * lwnvme.efi: the demo and its shell as a UEFI program, for a look at the drives of any PC. A drive is taken from the
 * firmware's driver for the time of one session and then given back. Nothing is written without being asked for twice:
 * once by what was chosen (or by words on the command line), once by a question.
 *
 *     lwnvme.efi                       a menu
 *     lwnvme.efi list                  what there is
 *     lwnvme.efi [device=N] WORD...    the demo with these words (options.h)
 *     lwnvme.efi [device=N] shell      its shell, which only looks; "shell write": which may change the drive
 *     ... poweroff                     and then turns the machine off
 */
#include "main_uefi.h"

#include "clock.h"
#include "console.h"
#include "drives.h"
#include "lwnvme_host.h"
#include "platform.h"
#include "report.h"
#include "text.h"

#define MAIN_CC_OFFSET   0x14u
#define MAIN_KEY_WAIT_MS 1000u
#define MAIN_OPTIONS_MAX (4u * MAIN_WORDS_MAX)
#define MAIN_WORD_MAX    64u
#define MAIN_BACKSPACE   8
#define MAIN_DELETE      127

/* What the command line said, beside the demo's own words. */
struct main_words {
    bool list;
    bool chosen; /* a drive, by device= */
    bool write;  /* "write", or write=1 among the demo's words */
    bool power_off;
    uint64_t device;
    char rest[MAIN_WORDS_MAX]; /* the demo's words */
};

static struct drives main_drives;
static struct drive_found *main_taken; /* whose turn it is; NULL: nobody's */
static struct lwnvme_uefi main_port;

void platform_put(char c)
{
    console_put(c);
    report_put(c);
}

int platform_get(uint32_t timeout_ms)
{
    const int key = console_get(timeout_ms);

    return key == CONSOLE_CLOSED ? PLATFORM_CLOSED : key == CONSOLE_NO_KEY ? PLATFORM_NO_KEY : key;
}

uint64_t platform_now_us(void)
{
    return clock_now_us();
}

void *platform_alloc(size_t size_bytes)
{
    uint64_t address = 0;

    return efi_failed(efi_boot->allocate_pages(EFI_ALLOCATE_ANY_PAGES, EFI_LOADER_DATA,
                                               (size_bytes + EFI_PAGE_BYTES - 1u) / EFI_PAGE_BYTES, &address))
               ? NULL
               : (void *)(uintptr_t)address;
}

void platform_free(void *memory, size_t size_bytes)
{
    if (memory != NULL) {
        (void)efi_boot->free_pages((uintptr_t)memory, (size_bytes + EFI_PAGE_BYTES - 1u) / EFI_PAGE_BYTES);
    }
}

/* Only to be told: what the firmware's driver left behind. */
static bool main_left_enabled(const struct drive_found *drive)
{
    uint32_t cc = 0;

    return !efi_failed(drive->pci->mem_read(drive->pci, EFI_PCI_WIDTH_32, 0, MAIN_CC_OFFSET, 1, &cc)) &&
           (cc & 1u) != 0;
}

/* There is the one that was taken over, and no other. */
uint32_t platform_drives(struct platform_drive *drives, uint32_t room)
{
    if (main_taken == NULL) {
        return 0;
    }
    if (room != 0) {
        drives[0] = (struct platform_drive){0};
        lwnvme_uefi_config(&main_port, &drives[0].config);
        text_format(drives[0].where, sizeof(drives[0].where),
                    "PCI %04x:%02x:%02x.%u, %04x:%04x, registers of %u KiB%s", main_taken->segment,
                    main_taken->bus, main_taken->device, main_taken->function, main_port.vendor_id,
                    main_port.device_id, (unsigned)(main_port.bar_bytes >> 10),
                    main_left_enabled(main_taken) ? ", left enabled by firmware" : "");
    }
    return 1;
}

const char *platform_interrupts(const struct platform_drive *drive, struct lwnvme_controller *controller,
                                enum platform_irq kind, uint32_t processors)
{
    (void)drive;
    (void)controller;
    (void)processors;
    return kind == PLATFORM_POLL ? NULL : "UEFI has no interrupts for programs: irq=poll";
}

uint32_t platform_interrupt_count(const struct platform_drive *drive, uint32_t processor)
{
    (void)drive;
    (void)processor;
    return 0;
}

uint16_t platform_vector(const struct platform_drive *drive, uint32_t processor)
{
    (void)drive;
    (void)processor;
    return 0;
}

bool platform_bar(const struct platform_drive *drive, uint32_t bar, struct lwnvme_cmb_bar *where)
{
    (void)drive;
    (void)bar;
    *where = (struct lwnvme_cmb_bar){0};
    return false;
}

uint32_t platform_processors(uint32_t wanted)
{
    (void)wanted;
    return 1;
}

void platform_run(uint32_t processors, void (*work)(void *context, uint32_t processor), void *context)
{
    (void)processors;
    work(context, 0);
}

static void main_print_drive(uint32_t number, const struct drive_found *drive)
{
    text_print("  drive %u: PCI %04x:%02x:%02x.%u, %04x:%04x, ", number, drive->segment, drive->bus,
               drive->device, drive->function, drive->vendor_id, drive->device_id);
    if (!drive->driven) {
        text_print("no driver has it");
    } else {
        text_print("driven by %s", drive->driver[0] != '\0' ? drive->driver : "a driver without a name");
    }
    text_print("%s\n", drive->boot ? "; this program was started from it" : "");
    if (drive->statistics != NULL) {
        text_print("    that driver so far: %" TEXT_64 "u reads, %" TEXT_64 "u bytes; %" TEXT_64
                   "u writes; %u disks\n",
                   drive->statistics->reads, drive->statistics->bytes_read, drive->statistics->writes,
                   drive->statistics->disks);
    }
}

const struct drives *main_list(void)
{
    const struct drives *drives = &main_drives;

    drives_find(&main_drives);
    text_print("NVMe controllers: %u\n", drives->count);
    for (uint32_t i = 0; i < drives->count; i++) {
        main_print_drive(i, &drives->found[i]);
    }
    for (uint32_t i = 0; i < drives->hidden_count; i++) {
        const struct drive_found *hidden = &drives->hidden[i];

        text_print("  drives may be hidden behind PCI %04x:%02x:%02x.%u, %04x:%04x:\n    %s\n",
                   hidden->segment, hidden->bus, hidden->device, hidden->function, hidden->vendor_id,
                   hidden->device_id, hidden->reason);
    }
    if (drives->count == 0) {
        text_print("no NVMe controller found (PCI class 01:08:02)%s\n",
                   drives->hidden_count != 0 ? ", see above"
                                             : "; drives on SATA, USB or eMMC are not for this program");
    }
    return drives;
}

bool main_read_line(char *line, uint32_t room)
{
    uint32_t length = 0;

    for (;;) { /* ends with the line, or with the console */
        const int key = platform_get(MAIN_KEY_WAIT_MS);

        if (key == PLATFORM_CLOSED) {
            return false;
        }
        if (key == '\r' || key == '\n') {
            break;
        }
        if ((key == MAIN_BACKSPACE || key == MAIN_DELETE) && length != 0) {
            length--;
            text_print("\b \b");
        } else if (key >= ' ' && key < MAIN_DELETE && length + 1u < room) {
            line[length] = (char)key;
            length++;
            platform_put((char)key);
        }
    }
    line[length] = '\0';
    text_print("\n");
    return true;
}

bool main_asked_yes(void)
{
    char line[MAIN_WORD_MAX];

    return main_read_line(line, sizeof(line)) && text_equal(line, "yes");
}

bool main_may(uint32_t number, bool may_write)
{
    if (number >= main_drives.count) {
        text_print("there is no drive %u\n", number);
        return false;
    }
    if (main_drives.found[number].boot && may_write) {
        text_print("drive %u: this program was started from it, so it is only looked at; start it from a USB "
                   "stick to write to the drive\n",
                   number);
        return false;
    }
    return true;
}

static bool main_session(const char *words, bool may_write)
{
    char line[MAIN_WORDS_MAX + MAIN_WORD_MAX];
    const char *reason = lwnvme_uefi_attach(&main_port, main_taken->pci);
    bool passed;

    if (reason != NULL) {
        text_print("the drive cannot be used: %s\n", reason);
        return false;
    }
    text_format(line, sizeof(line), "%s%s", words, may_write ? "" : " readonly=1");
    passed = demo_main(line);
    lwnvme_uefi_detach(&main_port);
    return passed;
}

bool main_run(uint32_t number, const char *words, bool may_write)
{
    struct drive_found *drive = &main_drives.found[number];
    const char *reason;
    bool passed;

    if (!main_may(number, may_write)) {
        return false;
    }
    if (drive->boot) {
        text_print("drive %u: this program was started from it; its file systems are away until it is given "
                   "back\n",
                   number);
    }
    reason = drives_take(drive);
    if (reason != NULL) {
        text_print("drive %u cannot be taken over: %s\n", number, reason);
        return false;
    }
    text_print("drive %u: taken over from %s\n", number,
               !drive->driven             ? "nobody"
               : drive->driver[0] != '\0' ? drive->driver
                                          : "the firmware's driver");
    main_taken = drive;
    passed = main_session(words, may_write);
    main_taken = NULL;
    drives_give_back(drive);
    text_print("drive %u: given back to the firmware\n", number);
    return passed;
}

/* What this program was given, as ASCII; "" when that is no text (boot managers hand over other things, too). */
static void main_load_options(char options[MAIN_OPTIONS_MAX])
{
    const struct efi_loaded_image *image = efi_protocol(efi_image, &efi_loaded_image_guid);
    const efi_char *text = image == NULL ? NULL : image->load_options;
    const uint32_t length = text == NULL ? 0 : image->load_options_bytes / (uint32_t)sizeof(efi_char);

    options[0] = '\0';
    for (uint32_t i = 0; i < length && text[i] != 0; i++) {
        if (text[i] < ' ' || text[i] >= 0x7f || i + 1u >= MAIN_OPTIONS_MAX) {
            options[0] = '\0';
            return;
        }
        options[i] = (char)text[i];
        options[i + 1u] = '\0';
    }
}

static bool main_is_program(const char *word)
{
    uint32_t length = 0;

    while (word[length] != '\0') {
        length++;
    }
    return length >= 4u && (text_equal(word + length - 4u, ".efi") || text_equal(word + length - 4u, ".EFI"));
}

static void main_take_word(struct main_words *words, const char *word)
{
    const char *device = text_after(word, "device=");
    char before[MAIN_WORDS_MAX];

    if (text_equal(word, "list")) {
        words->list = true;
    } else if (text_equal(word, "poweroff")) {
        words->power_off = true;
    } else if (text_equal(word, "write")) {
        words->write = true;
    } else if (device != NULL && text_number(device, &words->device)) {
        words->chosen = true;
    } else {
        words->write = words->write || text_equal(word, "write=1");
        text_format(before, sizeof(before), "%s", words->rest);
        text_format(words->rest, sizeof(words->rest), "%s%s%s", before, before[0] != '\0' ? " " : "", word);
    }
}

/* Copies the next word, cut to its room; returns where to go on. */
static const char *main_next(const char *from, char word[MAIN_WORD_MAX])
{
    uint32_t length = 0;

    while (*from == ' ') {
        from++;
    }
    for (; *from != ' ' && *from != '\0'; from++) {
        if (length + 1u < MAIN_WORD_MAX) {
            word[length] = *from;
            length++;
        }
    }
    word[length] = '\0';
    return from;
}

/* The first word is the program itself, where a shell started it. true: there are words. */
static bool main_parse(const char *options, struct main_words *words)
{
    char word[MAIN_WORD_MAX];
    const char *at = main_next(options, word);

    if (main_is_program(word)) {
        at = main_next(at, word);
    }
    while (word[0] != '\0') {
        main_take_word(words, word);
        at = main_next(at, word);
    }
    return words->list || words->chosen || words->power_off || words->write || words->rest[0] != '\0';
}

static bool main_command(const struct main_words *words)
{
    (void)main_list();
    if (words->rest[0] == '\0' && !words->write && !words->chosen) {
        return true; /* list, or nothing but poweroff */
    }
    if (!main_may(words->device > UINT32_MAX ? UINT32_MAX : (uint32_t)words->device, words->write)) {
        return false;
    }
    if (words->write) {
        text_print("drive %" TEXT_64
                   "u may be written to in this session; what is on it can be lost. Type yes to go "
                   "on: ",
                   words->device);
        if (!main_asked_yes()) {
            text_print("nothing was done\n");
            return false;
        }
    }
    return main_run((uint32_t)words->device, words->rest, words->write);
}

efi_status efi_main(efi_handle image, struct efi_system_table *system);

efi_status efi_main(efi_handle image, struct efi_system_table *system)
{
    static struct main_words words;
    static char options[MAIN_OPTIONS_MAX];
    bool passed;

    efi_begin(image, system);
    clock_init();
    (void)efi_boot->set_watchdog_timer(0, 0, 0, NULL); /* else the machine is reset after five minutes */
    main_load_options(options);
    text_print("\nlwnvme.efi %u.%u.%u. Nothing is written to a drive unless that is asked for twice.\n",
               (unsigned)LWNVME_VERSION_MAJOR, (unsigned)LWNVME_VERSION_MINOR,
               (unsigned)LWNVME_VERSION_PATCH);
    passed = main_parse(options, &words) ? main_command(&words) : menu_run();
    text_print("lwnvme.efi: %s\n", passed ? "passed" : "FAILED");
    console_flush();
    if (words.power_off) {
        system->runtime->reset_system(EFI_RESET_SHUTDOWN, EFI_SUCCESS, 0, NULL);
    }
    return passed ? EFI_SUCCESS : EFI_ABORTED;
}
