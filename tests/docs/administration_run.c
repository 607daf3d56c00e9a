/* SPDX-License-Identifier: MIT */
/*
 * Runs the examples of docs/administration.md on a software controller that has everything. tests/docs/check puts this
 * behind the C blocks of that page, which define what is called here, and links it with minimal_main.c.
 */
#include <stdio.h>
#include <string.h>

#define FILE_BYTES (64u << 10)

static struct lwnvme_sim_config administration_config;
static struct my_drive administration_drive;
static struct dump administration_dump;
static uint8_t administration_image[FILE_BYTES];
static char administration_said[4096];
static uint32_t administration_new;
static uint32_t administration_resized;
static uint64_t administration_file_end;

void kernel_console_line(const char *text)
{
    size_t length = strlen(administration_said);

    (void)snprintf(administration_said + length, sizeof(administration_said) - length, "%s\n", text);
}

int file_write(void *file, uint64_t offset_bytes, const void *data, uint32_t length_bytes)
{
    (void)file;
    (void)data;
    administration_file_end = offset_bytes + length_bytes;
    return 0;
}

void block_device_new(struct lwnvme_namespace *ns)
{
    administration_new += ns->nsid;
}

void block_device_resized(struct lwnvme_namespace *ns)
{
    administration_resized += ns->nsid;
}

void block_device_gone(struct lwnvme_namespace *ns)
{
    (void)ns;
}

/* What did not end as it should; the number of such things. */
static int administration_expect(const char *what, bool holds)
{
    if (!holds)
        printf("docs/administration.md: %s\n", what);
    return holds ? 0 : 1;
}

static int administration_status(const char *what, int status, int expected)
{
    if (status != expected)
        printf("docs/administration.md: %s: %s\n", what, lwnvme_status_string(status));
    return status == expected ? 0 : 1;
}

static int administration_look(struct lwnvme_controller *controller)
{
    uint32_t count = 0;
    uint64_t hours = UINT64_MAX;
    int celsius = 0;
    int wrong = administration_status("count_allocated", count_allocated(controller, &count), LWNVME_OK);

    wrong += administration_expect("one namespace is allocated", count == 1);
    wrong += administration_status("open_namespaces", open_namespaces(controller, &count), LWNVME_OK);
    wrong += administration_expect("it can be used",
                                   count == 1 && namespaces_usable[0].nsid == 1 && !namespaces_there.more);
    wrong += administration_status("show_health", show_health(controller), LWNVME_OK);
    wrong += administration_expect("health is shown", strstr(administration_said, "power_on_hours") != NULL);
    wrong += administration_status("age_and_heat", age_and_heat(controller, &hours, &celsius), LWNVME_OK);
    wrong +=
        administration_expect("it is neither ice nor steam", celsius > 0 && celsius < 100 && hours < 1000000);
    wrong += administration_expect("there is no such vendor log page",
                                   lwnvme_status_code(read_vendor_log(controller, administration_image)) ==
                                       LWNVME_SC_INVALID_LOG_PAGE);
    wrong +=
        administration_status("save_telemetry", save_telemetry(controller, &administration_dump), LWNVME_OK);
    return wrong + administration_expect("telemetry has been saved", administration_file_end > 512);
}

static int administration_change(struct lwnvme_controller *controller, struct lwnvme_namespace_set *set)
{
    static struct lwnvme_host_memory memory;
    struct lwnvme_operation *none = &set->operation;
    uint64_t failing_lba = 0;
    uint32_t percent;
    uint32_t left_s;
    int wrong = administration_status("warn_at_75_celsius", warn_at_75_celsius(controller), LWNVME_OK);

    wrong += administration_status("allow_rest", allow_rest(controller), LWNVME_OK);
    wrong += administration_status("lend_memory", lend_memory(controller, &memory), LWNVME_OK);
    wrong += administration_expect("memory is in use", memory.enabled);
    wrong += administration_status("add_namespace", add_namespace(controller, set, 2048), LWNVME_OK);
    wrong += administration_expect("two handles were added", administration_new == 1 + 2);
    wrong += administration_status("format_with",
                                   format_with(controller, lwnvme_namespace_set_find(set, 1), 1), LWNVME_OK);
    wrong +=
        administration_expect("blocks are larger", lwnvme_namespace_set_find(set, 1)->block_bytes == 4096);
    wrong += administration_status("short_self_test", short_self_test(controller, &failing_lba), LWNVME_OK);
    return wrong + administration_expect("nothing goes on", !long_work_goes_on(none, &percent, &left_s));
}

static int administration_end(struct lwnvme_controller *controller)
{
    static const struct lwnvme_sim_image image = {.revision = "2.0"};
    static struct lwnvme_suspension suspension;
    static struct lwnvme_sanitize sanitize;
    int wrong = administration_status("go_to_sleep", go_to_sleep(controller, &suspension), LWNVME_OK);

    wrong += administration_status("wake_up", wake_up(&suspension), LWNVME_OK);
    wrong += administration_status("erase", erase(controller, &sanitize), LWNVME_OK);
    wrong +=
        administration_expect("an image", lwnvme_sim_image_build(&image, administration_image, FILE_BYTES));
    wrong += administration_status("update_firmware",
                                   update_firmware(controller, administration_image, FILE_BYTES), LWNVME_OK);
    wrong += administration_expect("the new firmware runs", strstr(administration_said, "2.0\n") != NULL);
    wrong += administration_status(
        "shutdown", lwnvme_sync_controller_shutdown(controller, LWNVME_SHUTDOWN_NORMAL), LWNVME_OK);
    return wrong + administration_status("close", lwnvme_sync_controller_close(controller), LWNVME_OK);
}

int administration_run(void)
{
    static struct lwnvme_sanitize found;
    struct lwnvme_controller *controller = &administration_drive.controller;
    struct lwnvme_controller_config config = {.page_bytes = 4096};
    struct lwnvme_sim *sim;
    int wrong;

    lwnvme_sim_config_full(&administration_config);
    sim = lwnvme_sim_create(&administration_config);
    config.ops = lwnvme_sim_host_ops(sim);
    config.host = sim;
    config.bar_physical = lwnvme_sim_bar_physical(sim);
    config.bar_bytes = lwnvme_sim_bar_bytes(sim);
    wrong = administration_status("open", lwnvme_sync_controller_open(controller, &config), LWNVME_OK);
    wrong += administration_status("sanitize_check", sanitize_check(controller, &found), LWNVME_OK);
    wrong += administration_status("drive_watch", drive_watch(&administration_drive), LWNVME_OK);
    wrong += administration_look(controller);
    wrong += administration_change(controller, &administration_drive.set);
    wrong += administration_end(controller);
    wrong += administration_expect("nothing stays allocated", lwnvme_sim_outstanding_allocations(sim) == 0);
    wrong += administration_expect("the controller has no complaint", lwnvme_sim_violations(sim) == 0);
    lwnvme_sim_violations_print(sim);
    lwnvme_sim_destroy(sim);
    return wrong;
}
