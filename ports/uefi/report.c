/* SPDX-License-Identifier: MIT */
/* UEFI port: the report. A PC seldom has a serial line, and what is on the screen scrolls away. The caller says whether
 * the file system may be written to; this file does not ask. */
#include "report.h"

#include "efi.h"

#define REPORT_BYTES_MAX 262144u

static const efi_char report_name[] = {'l', 'w', 'n', 'v', 'm', 'e', '.', 't', 'x', 't', 0};
static char report_text[REPORT_BYTES_MAX];
static size_t report_used;
static size_t report_lost;

void report_put(char c)
{
    if (report_used == REPORT_BYTES_MAX) {
        report_lost++;
        return;
    }
    report_text[report_used] = c;
    report_used++;
}

size_t report_bytes(void)
{
    return report_used;
}

size_t report_dropped(void)
{
    return report_lost;
}

static const char *report_write(struct efi_file *root)
{
    struct efi_file *file = NULL;
    size_t written = report_used;
    efi_status status;

    if (!efi_failed(root->open(root, &file, report_name, EFI_FILE_READ | EFI_FILE_WRITE, 0))) {
        (void)file->remove(file);
    }
    if (efi_failed(
            root->open(root, &file, report_name, EFI_FILE_READ | EFI_FILE_WRITE | EFI_FILE_CREATE, 0))) {
        return "the file cannot be made; is the stick write protected?";
    }
    status = file->write(file, &written, report_text);
    if (efi_failed(file->close(file)) || efi_failed(status) || written != report_used) {
        return "the file could not be written to its end";
    }
    return NULL;
}

const char *report_save(void)
{
    const struct efi_loaded_image *image = efi_protocol(efi_image, &efi_loaded_image_guid);
    struct efi_simple_file_system *files = image == NULL || image->device == NULL
                                               ? NULL
                                               : efi_protocol(image->device, &efi_simple_file_system_guid);
    struct efi_file *root = NULL;
    const char *reason;

    if (files == NULL || efi_failed(files->open_volume(files, &root))) {
        return "there is no file system where this program was started from";
    }
    reason = report_write(root);
    (void)root->close(root);
    return reason;
}
