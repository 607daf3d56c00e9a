/* SPDX-License-Identifier: MIT */
#include "qemu.h"

#include <fcntl.h>
#include <inttypes.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define ANSWER_LIMIT_MS 60000
#define EVENT_TURNS     5000
#define BIOS_BYTES      65536
#define CONFIG_ADDRESS  0xcf8u
#define CONFIG_DATA     0xcfcu

static const char *qemu_program(void)
{
    const char *named = getenv("QEMU");

    return named != NULL && named[0] != '\0' ? named : "qemu-system-x86_64";
}

unsigned qemu_version(void)
{
    static unsigned major;
    char command[1024];
    FILE *output;

    if (major != 0)
        return major;
    (void)snprintf(command, sizeof(command), "'%s' --version", qemu_program());
    output = popen(command, "r");
    if (output == NULL || fscanf(output, "QEMU emulator version %u", &major) != 1)
        fail_msg("%s does not say its version", qemu_program());
    (void)pclose(output);
    return major;
}

void qemu_word(struct qemu_command *command, const char *format, ...)
{
    va_list arguments;
    char *word = NULL;

    va_start(arguments, format);
    assert_true(vasprintf(&word, format, arguments) >= 0);
    va_end(arguments);
    assert_in_range(command->count, 0, QEMU_WORDS - 2);
    command->words[command->count++] = word;
    command->words[command->count] = NULL;
}

/* What the processor finds at its reset vector: it disables interrupts and halts. */
static int halting_bios(void)
{
    static const uint8_t halt[] = {0xfa, 0xf4, 0xeb, 0xfd};
    int fd = memfd_create("bios", 0);

    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, BIOS_BYTES), 0);
    assert_int_equal(pwrite(fd, halt, sizeof(halt), BIOS_BYTES - 16), sizeof(halt));
    return fd;
}

static int file_add(struct qemu_command *command, int fd)
{
    assert_in_range(command->file_count, 0, QEMU_FILES - 1);
    command->files[command->file_count] = fd;
    return QEMU_FILES_FIRST + (int)command->file_count++;
}

/* What every machine needs: memory in our file, the two sockets, and to hear what the driver did wrong. */
static void machine_words(struct qemu_command *command, const struct qemu *qemu, int qtest, int qmp)
{
    static const char *const fixed[] = {"-machine",    "pc,memory-backend=ram",
                                        "-accel",      "tcg,tb-size=1",
                                        "-nodefaults", "-no-user-config",
                                        "-trace",      "enable=pci_nvme_ub_*",
                                        "-qtest-log",  "none",
                                        "-qtest",      "chardev:qtest",
                                        "-mon",        "chardev=qmp,mode=control",
                                        "-display",    "none"};
    const uint64_t bytes = QEMU_LOW_BYTES + QEMU_HIGH_BYTES;

    qemu_word(command, "%s", qemu_program());
    qemu_word(command, "-object");
    qemu_word(command, "memory-backend-file,id=ram,mem-path=/proc/self/fd/%d,size=%" PRIu64 ",share=on",
              file_add(command, qemu->memory_fd), bytes);
    qemu_word(command, "-m");
    qemu_word(command, "%" PRIu64 "M", bytes >> 20);
    qemu_word(command, "-bios");
    qemu_word(command, "/proc/self/fd/%d", file_add(command, qemu->bios_fd));
    qemu_word(command, "-chardev");
    qemu_word(command, "socket,id=qtest,fd=%d", file_add(command, qtest));
    qemu_word(command, "-chardev");
    qemu_word(command, "socket,id=qmp,fd=%d", file_add(command, qmp));
    for (size_t index = 0; index < sizeof(fixed) / sizeof(fixed[0]); index++)
        qemu_word(command, "%s", fixed[index]);
}

/* In the new process: our files under their numbers, and no others. */
static void run_program(const struct qemu *qemu, const struct qemu_command *command)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)dup2(qemu->log_fd, STDERR_FILENO);
    (void)dup2(qemu->log_fd, STDOUT_FILENO);
    for (size_t index = 0; index < command->file_count; index++)
        (void)dup2(command->files[index], QEMU_FILES_FIRST + (int)index);
    (void)close_range(STDERR_FILENO + 1, QEMU_FILES_FIRST - 1, 0);
    (void)close_range((unsigned)QEMU_FILES_FIRST + (unsigned)command->file_count, ~0u, 0);
    (void)execvp(command->words[0], command->words);
    _exit(127);
}

void qemu_words_free(struct qemu_command *command)
{
    for (size_t index = 0; index < command->count; index++)
        free(command->words[index]);
    command->count = 0;
}

struct qemu *qemu_start(const struct qemu_command *extra)
{
    struct qemu *qemu = calloc(1, sizeof(*qemu));
    struct qemu_command command = *extra;
    int qtest[2];
    int qmp[2];

    assert_non_null(qemu);
    command.count = 0;
    qemu->memory_fd = memfd_create("memory", 0);
    qemu->log_fd = memfd_create("log", 0);
    qemu->bios_fd = halting_bios();
    assert_true(qemu->memory_fd >= 0 && qemu->log_fd >= 0);
    assert_int_equal(ftruncate(qemu->memory_fd, (off_t)(QEMU_LOW_BYTES + QEMU_HIGH_BYTES)), 0);
    qemu->memory =
        mmap(NULL, QEMU_LOW_BYTES + QEMU_HIGH_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, qemu->memory_fd, 0);
    assert_true(qemu->memory != MAP_FAILED);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, qtest), 0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, qmp), 0);
    machine_words(&command, qemu, qtest[1], qmp[1]);
    for (size_t index = 0; index < extra->count; index++)
        qemu_word(&command, "%s", extra->words[index]);
    (void)fflush(NULL);
    qemu->process = fork();
    assert_true(qemu->process >= 0);
    if (qemu->process == 0)
        run_program(qemu, &command);
    (void)close(qtest[1]);
    (void)close(qmp[1]);
    qemu->qtest.fd = qtest[0];
    qemu->qmp.fd = qmp[0];
    qemu_words_free(&command);
    (void)qemu_qmp(qemu, "{\"execute\": \"qmp_capabilities\"}");
    return qemu;
}

void qemu_stop(struct qemu *qemu)
{
    (void)kill(qemu->process, SIGKILL);
    (void)waitpid(qemu->process, NULL, 0);
    (void)close(qemu->qtest.fd);
    (void)close(qemu->qmp.fd);
    (void)munmap(qemu->memory, QEMU_LOW_BYTES + QEMU_HIGH_BYTES);
    (void)close(qemu->memory_fd);
    (void)close(qemu->bios_fd);
    (void)close(qemu->log_fd);
    free(qemu);
}

static void qemu_lost(const struct qemu *qemu, const char *why)
{
    qemu_log_print(qemu);
    fail_msg("QEMU %s", why);
}

/* The next line, without its end; stays until the next call. */
static char *next_line(struct qemu *qemu, struct qemu_line *line)
{
    char *end;

    memmove(line->text, line->text + line->taken, line->held - line->taken);
    line->held -= line->taken;
    line->taken = 0;
    while ((end = memchr(line->text, '\n', line->held)) == NULL) {
        struct pollfd ready = {.fd = line->fd, .events = POLLIN};
        ssize_t got;

        if (poll(&ready, 1, ANSWER_LIMIT_MS) <= 0)
            qemu_lost(qemu, "does not answer");
        got = read(line->fd, line->text + line->held, sizeof(line->text) - 1 - line->held);
        if (got <= 0)
            qemu_lost(qemu, "has ended");
        line->held += (size_t)got;
    }
    *end = '\0';
    line->taken = (size_t)(end - line->text) + 1;
    return line->text;
}

/* Puts a line together and sends it. */
static void send_line(struct qemu *qemu, const struct qemu_line *line, const char *format, va_list arguments)
{
    char text[4096];
    int length = vsnprintf(text, sizeof(text) - 1, format, arguments);

    assert_in_range(length, 1, sizeof(text) - 2);
    text[length] = '\n';
    if (send(line->fd, text, (size_t)length + 1, MSG_NOSIGNAL) != length + 1)
        qemu_lost(qemu, "is not there");
    qemu->asked++;
}

uint64_t qemu_ask(struct qemu *qemu, const char *format, ...)
{
    va_list arguments;
    const char *answer;

    va_start(arguments, format);
    send_line(qemu, &qemu->qtest, format, arguments);
    va_end(arguments);
    do
        answer = next_line(qemu, &qemu->qtest);
    while (strncmp(answer, "IRQ ", 4) == 0);
    if (strncmp(answer, "OK", 2) != 0)
        fail_msg("QEMU says %s", answer);
    return answer[2] == ' ' ? strtoull(answer + 3, NULL, 0) : 0;
}

/* Takes the line for an event and notes its name. */
static bool event_noted(struct qemu *qemu, const char *line)
{
    const char *name = strstr(line, "\"event\": \"");
    size_t used = strlen(qemu->events);

    if (name == NULL)
        return false;
    name += strlen("\"event\": \"");
    if (used + 64 < sizeof(qemu->events))
        (void)snprintf(qemu->events + used, 64, "%.*s ", (int)strcspn(name, "\""), name);
    return true;
}

const char *qemu_qmp(struct qemu *qemu, const char *format, ...)
{
    va_list arguments;
    const char *answer;

    va_start(arguments, format);
    send_line(qemu, &qemu->qmp, format, arguments);
    va_end(arguments);
    do {
        answer = next_line(qemu, &qemu->qmp);
        if (strncmp(answer, "{\"error\"", 8) == 0)
            fail_msg("QEMU says %s", answer);
    } while (event_noted(qemu, answer) || strncmp(answer, "{\"return\"", 9) != 0);
    return answer;
}

bool qemu_event(struct qemu *qemu, const char *name)
{
    char wanted[64];

    (void)snprintf(wanted, sizeof(wanted), "%s ", name);
    for (unsigned turn = 0; turn < EVENT_TURNS && strstr(qemu->events, wanted) == NULL; turn++) {
        (void)usleep(1000);
        (void)qemu_qmp(qemu, "{\"execute\": \"query-name\"}");
    }
    return strstr(qemu->events, wanted) != NULL;
}

void qemu_reset(struct qemu *qemu)
{
    qemu->events[0] = '\0';
    (void)qemu_qmp(qemu, "{\"execute\": \"system_reset\"}");
    assert_true(qemu_event(qemu, "RESET"));
}

void qemu_wipe(struct qemu *qemu)
{
    assert_int_equal(fallocate(qemu->memory_fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 0,
                               (off_t)(QEMU_LOW_BYTES + QEMU_HIGH_BYTES)),
                     0);
    assert_int_equal(ftruncate(qemu->log_fd, 0), 0);
    assert_int_equal(lseek(qemu->log_fd, 0, SEEK_SET), 0);
}

uint32_t qemu_read32(struct qemu *qemu, uint64_t address)
{
    return (uint32_t)qemu_ask(qemu, "readl 0x%" PRIx64, address);
}

void qemu_write32(struct qemu *qemu, uint64_t address, uint32_t value)
{
    (void)qemu_ask(qemu, "writel 0x%" PRIx64 " 0x%x", address, value);
}

uint32_t qemu_config_read(struct qemu *qemu, unsigned slot, unsigned offset)
{
    (void)qemu_ask(qemu, "outl 0x%x 0x%x", CONFIG_ADDRESS, 0x80000000u | slot << 11 | offset);
    return (uint32_t)qemu_ask(qemu, "inl 0x%x", CONFIG_DATA);
}

void qemu_config_write(struct qemu *qemu, unsigned slot, unsigned offset, uint32_t value)
{
    (void)qemu_ask(qemu, "outl 0x%x 0x%x", CONFIG_ADDRESS, 0x80000000u | slot << 11 | offset);
    (void)qemu_ask(qemu, "outl 0x%x 0x%x", CONFIG_DATA, value);
}

uint8_t *qemu_memory_at(const struct qemu *qemu, uint64_t address)
{
    if (address < QEMU_LOW_BYTES)
        return qemu->memory + address;
    if (address >= QEMU_HIGH_START && address < QEMU_HIGH_START + QEMU_HIGH_BYTES)
        return qemu->memory + QEMU_LOW_BYTES + (address - QEMU_HIGH_START);
    return NULL;
}

/* All that it has said; to be freed. */
static char *log_text(const struct qemu *qemu)
{
    off_t length = lseek(qemu->log_fd, 0, SEEK_END);
    char *text = calloc(1, (size_t)length + 1);

    assert_non_null(text);
    (void)pread(qemu->log_fd, text, (size_t)length, 0);
    return text;
}

unsigned qemu_logged(const struct qemu *qemu, const char *words)
{
    char *text = log_text(qemu);
    unsigned count = 0;

    for (const char *at = strstr(text, words); at != NULL; at = strstr(at + 1, words))
        count++;
    free(text);
    return count;
}

void qemu_log_print(const struct qemu *qemu)
{
    char *text = log_text(qemu);

    (void)fprintf(stderr, "%s", text);
    free(text);
}
