/* SPDX-License-Identifier: MIT */
/* The menu of lwnvme.efi: a drive is chosen, then what is done with it. Application level. */
#include "main_uefi.h"

#include "console.h"
#include "drives.h"
#include "platform.h"
#include "report.h"
#include "text.h"

#define MENU_LINE_MAX 32u
/* A look of some seconds: what it reads is enough to see that reading works and how fast. */
#define MENU_TEST_WORDS "read=256 bench=2000"

static void menu_help_drive(uint32_t number)
{
    text_print(
        "drive %u: t test (identify, health, logs, 256 MiB read and hashed, random reads)\n"
        "         h hash (as t, with every block; hours on a large drive)\n"
        "         s shell, which only looks\n"
        "         w shell that may change the drive: asks now, and again before each command that does\n"
        "         b back\n",
        number);
}

static bool menu_write(uint32_t number)
{
    if (!main_may(number, true)) {
        return true;
    }
    text_print(
        "drive %u may be changed by commands of the shell; what is on it can be lost. Type yes to go on: ",
        number);
    if (!main_asked_yes()) {
        text_print("nothing was done\n");
        return true;
    }
    return main_run(number, "shell", true);
}

/* One drive, until `b`. false: something failed. */
static bool menu_drive(uint32_t number)
{
    char line[MENU_LINE_MAX];
    bool passed = true;

    menu_help_drive(number);
    for (;;) { /* ends with b, or with the console */
        text_print("drive %u> ", number);
        if (!main_read_line(line, sizeof(line)) || text_equal(line, "b")) {
            return passed;
        }
        if (text_equal(line, "t")) {
            passed = main_run(number, MENU_TEST_WORDS, false) && passed;
        } else if (text_equal(line, "h")) {
            passed = main_run(number, "", false) && passed;
        } else if (text_equal(line, "s")) {
            passed = main_run(number, "shell", false) && passed;
        } else if (text_equal(line, "w")) {
            passed = menu_write(number) && passed;
        } else {
            menu_help_drive(number);
        }
    }
}

static void menu_help(void)
{
    text_print(
        "a number chooses a drive; l lists again, r saves a report on the stick, q back to the firmware, "
        "p power off\n");
}

/* To the stick, and to no drive that this library is for. false: it was not saved. */
static bool menu_report(const struct drives *drives)
{
    const char *reason = NULL;

    for (uint32_t i = 0; i < drives->count; i++) {
        if (drives->found[i].boot) {
            reason = "this program was started from an NVMe drive, and writes to none";
        }
    }
    reason = reason != NULL ? reason : report_save();
    if (reason != NULL) {
        text_print("no report: %s\n", reason);
        return false;
    }
    text_print("saved as lwnvme.txt, %" TEXT_64 "u bytes%s\n", (uint64_t)report_bytes(),
               report_dropped() != 0 ? "; what came later did not fit" : "");
    return true;
}

bool menu_run(void)
{
    const struct drives *drives = main_list();
    char line[MENU_LINE_MAX];
    bool passed = true;
    uint64_t number;

    menu_help();
    for (;;) { /* ends with q or p, or with the console */
        text_print("lwnvme.efi> ");
        if (!main_read_line(line, sizeof(line)) || text_equal(line, "q")) {
            return passed;
        }
        if (text_equal(line, "p")) {
            console_flush();
            efi_system->runtime->reset_system(EFI_RESET_SHUTDOWN, EFI_SUCCESS, 0, NULL);
        } else if (text_number(line, &number) && number < drives->count) {
            passed = menu_drive((uint32_t)number) && passed;
            drives = main_list();
        } else if (text_number(line, &number)) {
            text_print("there is no drive %" TEXT_64 "u\n", number);
        } else if (text_equal(line, "l")) {
            drives = main_list();
        } else if (text_equal(line, "r")) {
            passed = menu_report(drives) && passed;
        } else {
            menu_help();
        }
    }
}
