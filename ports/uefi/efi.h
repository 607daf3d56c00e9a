/* SPDX-License-Identifier: MIT */
/*
 * UEFI port: of the UEFI Specification (2.10), what this port uses. Names follow the specification, in this tree's
 * spelling; members that nothing here calls are there to keep the others in their places.
 */
#ifndef LWNVME_PORT_UEFI_EFI_H
#define LWNVME_PORT_UEFI_EFI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The calling convention is that of the target the files are compiled for: *-unknown-windows has it. */
typedef uint16_t efi_char;
typedef uint64_t efi_status;
typedef void *efi_handle;
typedef void *efi_event;
typedef uint64_t efi_tpl;
typedef uint8_t efi_boolean;
typedef void (*efi_unused)(void);

#define EFI_ERROR_BIT (UINT64_C(1) << 63)
#define EFI_ERROR(n)  (EFI_ERROR_BIT | (n))

#define EFI_SUCCESS           UINT64_C(0)
#define EFI_INVALID_PARAMETER EFI_ERROR(2)
#define EFI_UNSUPPORTED       EFI_ERROR(3)
#define EFI_BAD_BUFFER_SIZE   EFI_ERROR(4)
#define EFI_NOT_READY         EFI_ERROR(6)
#define EFI_DEVICE_ERROR      EFI_ERROR(7)
#define EFI_WRITE_PROTECTED   EFI_ERROR(8)
#define EFI_OUT_OF_RESOURCES  EFI_ERROR(9)
#define EFI_NO_MEDIA          EFI_ERROR(12)
#define EFI_MEDIA_CHANGED     EFI_ERROR(13)
#define EFI_NOT_FOUND         EFI_ERROR(14)
#define EFI_ACCESS_DENIED     EFI_ERROR(15)
#define EFI_ALREADY_STARTED   EFI_ERROR(20)
#define EFI_ABORTED           EFI_ERROR(21)

static inline bool efi_failed(efi_status status)
{
    return (status & EFI_ERROR_BIT) != 0;
}

#define EFI_PAGE_BYTES 4096u

struct efi_guid {
    uint32_t data1;
    uint16_t data2;
    uint16_t data3;
    uint8_t data4[8];
};

struct efi_table_header {
    uint64_t signature;
    uint32_t revision;
    uint32_t header_bytes;
    uint32_t crc32;
    uint32_t reserved;
};

/* Section 10.2 "EFI Device Path Protocol". The length is little-endian and counts the header. */
struct efi_device_path {
    uint8_t type;
    uint8_t subtype;
    uint8_t length[2];
};

#define EFI_PATH_MESSAGING      3u
#define EFI_PATH_MESSAGING_NVME 0x17u
#define EFI_PATH_END            0x7fu
#define EFI_PATH_END_ENTIRE     0xffu

/* Section 12.3 and 12.4: text input and output. */
struct efi_input_key {
    uint16_t scan_code;
    efi_char unicode;
};

struct efi_text_input {
    efi_unused reset;
    efi_status (*read_key_stroke)(struct efi_text_input *self, struct efi_input_key *key);
    efi_event wait_for_key;
};

struct efi_text_output {
    efi_unused reset;
    efi_status (*output_string)(struct efi_text_output *self, const efi_char *text);
};

/* Section 7.2 "Memory Allocation Services". */
enum efi_allocate {
    EFI_ALLOCATE_ANY_PAGES = 0,
    EFI_ALLOCATE_MAX_ADDRESS,
    EFI_ALLOCATE_ADDRESS
};

enum efi_memory {
    EFI_LOADER_DATA = 2,
    EFI_BOOT_SERVICES_DATA = 4
};

/* Section 7.1 "Event, Timer, and Task Priority Services". */
#define EFI_TPL_APPLICATION 4u
#define EFI_TPL_CALLBACK    8u
#define EFI_TPL_NOTIFY      16u
#define EFI_TPL_HIGH_LEVEL  31u

#define EFI_EVENT_TIMER              0x80000000u
#define EFI_EVENT_NOTIFY_SIGNAL      0x00000200u
#define EFI_EVENT_EXIT_BOOT_SERVICES 0x00000201u

enum efi_timer {
    EFI_TIMER_CANCEL = 0,
    EFI_TIMER_PERIODIC,
    EFI_TIMER_RELATIVE
};

typedef void (*efi_notify)(efi_event event, void *context);

/* Section 7.3 "Protocol Handler Services". */
#define EFI_OPEN_GET_PROTOCOL        0x02u
#define EFI_OPEN_BY_CHILD_CONTROLLER 0x08u
#define EFI_OPEN_BY_DRIVER           0x10u
#define EFI_OPEN_EXCLUSIVE           0x20u

struct efi_open_entry {
    efi_handle agent;
    efi_handle controller;
    uint32_t attributes;
    uint32_t open_count;
};

enum efi_locate {
    EFI_LOCATE_ALL = 0,
    EFI_LOCATE_BY_NOTIFY,
    EFI_LOCATE_BY_PROTOCOL
};

/* Section 4.4 "EFI Boot Services Table". */
struct efi_boot_services {
    struct efi_table_header header;
    efi_tpl (*raise_tpl)(efi_tpl tpl);
    void (*restore_tpl)(efi_tpl tpl);
    efi_status (*allocate_pages)(enum efi_allocate type, enum efi_memory memory, size_t pages,
                                 uint64_t *address);
    efi_status (*free_pages)(uint64_t address, size_t pages);
    efi_status (*get_memory_map)(size_t *map_bytes, void *map, size_t *key, size_t *descriptor_bytes,
                                 uint32_t *descriptor_version);
    efi_status (*allocate_pool)(enum efi_memory memory, size_t size_bytes, void **memory_out);
    efi_status (*free_pool)(void *memory);
    efi_status (*create_event)(uint32_t type, efi_tpl tpl, efi_notify notify, void *context,
                               efi_event *event);
    efi_status (*set_timer)(efi_event event, enum efi_timer type, uint64_t trigger_100ns);
    efi_unused wait_for_event;
    efi_status (*signal_event)(efi_event event);
    efi_status (*close_event)(efi_event event);
    efi_status (*check_event)(efi_event event);
    efi_unused install_protocol_interface;
    efi_unused reinstall_protocol_interface;
    efi_unused uninstall_protocol_interface;
    efi_status (*handle_protocol)(efi_handle handle, const struct efi_guid *protocol, void **interface);
    void *reserved;
    efi_unused register_protocol_notify;
    efi_unused locate_handle;
    efi_unused locate_device_path;
    efi_unused install_configuration_table;
    efi_unused load_image;
    efi_unused start_image;
    efi_unused exit;
    efi_unused unload_image;
    efi_status (*exit_boot_services)(efi_handle image, size_t key);
    efi_unused get_next_monotonic_count;
    efi_status (*stall)(size_t microseconds);
    efi_status (*set_watchdog_timer)(size_t timeout_s, uint64_t code, size_t data_bytes,
                                     const efi_char *data);
    efi_status (*connect_controller)(efi_handle controller, efi_handle *drivers,
                                     struct efi_device_path *remaining, efi_boolean recursive);
    efi_status (*disconnect_controller)(efi_handle controller, efi_handle driver, efi_handle child);
    efi_status (*open_protocol)(efi_handle handle, const struct efi_guid *protocol, void **interface,
                                efi_handle agent, efi_handle controller, uint32_t attributes);
    efi_status (*close_protocol)(efi_handle handle, const struct efi_guid *protocol, efi_handle agent,
                                 efi_handle controller);
    efi_status (*open_protocol_information)(efi_handle handle, const struct efi_guid *protocol,
                                            struct efi_open_entry **entries, size_t *count);
    efi_unused protocols_per_handle;
    efi_status (*locate_handle_buffer)(enum efi_locate how, const struct efi_guid *protocol, void *key,
                                       size_t *count, efi_handle **handles);
    efi_status (*locate_protocol)(const struct efi_guid *protocol, void *registration, void **interface);
    efi_status (*install_multiple)(efi_handle *handle, ...);
    efi_status (*uninstall_multiple)(efi_handle handle, ...);
    efi_unused calculate_crc32;
    efi_unused copy_mem;
    efi_unused set_mem;
    efi_unused create_event_ex;
};

/* Section 4.5 "EFI Runtime Services Table". */
enum efi_reset {
    EFI_RESET_COLD = 0,
    EFI_RESET_WARM,
    EFI_RESET_SHUTDOWN
};

struct efi_runtime_services {
    struct efi_table_header header;
    efi_unused time_and_variables[10];
    void (*reset_system)(enum efi_reset type, efi_status status, size_t data_bytes, void *data);
};

/* Section 4.3 "EFI System Table". */
struct efi_system_table {
    struct efi_table_header header;
    efi_char *firmware_vendor;
    uint32_t firmware_revision;
    efi_handle console_in_handle;
    struct efi_text_input *console_in;
    efi_handle console_out_handle;
    struct efi_text_output *console_out;
    efi_handle standard_error_handle;
    struct efi_text_output *standard_error;
    struct efi_runtime_services *runtime;
    struct efi_boot_services *boot;
    size_t table_count;
    void *tables;
};

/* Section 8.5.1.1 "EFI Reset Notification Protocol": functions that are called before a reset, as the runtime service. */
typedef void (*efi_reset_notify)(enum efi_reset type, efi_status status, size_t data_bytes, void *data);

struct efi_reset_notification {
    efi_status (*register_notify)(struct efi_reset_notification *self, efi_reset_notify notify);
    efi_status (*unregister_notify)(struct efi_reset_notification *self, efi_reset_notify notify);
};

/* Sections 13.4 and 13.5: Simple File System, File. */
#define EFI_FILE_READ   UINT64_C(0x0000000000000001)
#define EFI_FILE_WRITE  UINT64_C(0x0000000000000002)
#define EFI_FILE_CREATE UINT64_C(0x8000000000000000)

struct efi_file {
    uint64_t revision;
    efi_status (*open)(struct efi_file *self, struct efi_file **file, const efi_char *name, uint64_t mode,
                       uint64_t attributes);
    efi_status (*close)(struct efi_file *self);
    efi_status (*remove)(struct efi_file *self); /* closes it, too */
    efi_unused read;
    efi_status (*write)(struct efi_file *self, size_t *size_bytes, const void *data);
};

struct efi_simple_file_system {
    uint64_t revision;
    efi_status (*open_volume)(struct efi_simple_file_system *self, struct efi_file **root);
};

/* Section 9.1 "EFI Loaded Image Protocol". */
struct efi_loaded_image {
    uint32_t revision;
    efi_handle parent;
    struct efi_system_table *system;
    efi_handle device;
    struct efi_device_path *file_path;
    void *reserved;
    uint32_t load_options_bytes;
    void *load_options;
    void *image_base;
    uint64_t image_bytes;
    uint32_t code_type;
    uint32_t data_type;
    efi_status (*unload)(efi_handle image);
};

/* Section 14.4 "EFI PCI I/O Protocol". */
enum efi_pci_width {
    EFI_PCI_WIDTH_8 = 0,
    EFI_PCI_WIDTH_16,
    EFI_PCI_WIDTH_32
};

enum efi_pci_operation {
    EFI_PCI_BUS_MASTER_READ = 0, /* the device reads memory */
    EFI_PCI_BUS_MASTER_WRITE,
    EFI_PCI_COMMON_BUFFER
};

enum efi_pci_attribute_operation {
    EFI_PCI_ATTRIBUTE_GET = 0,
    EFI_PCI_ATTRIBUTE_SET,
    EFI_PCI_ATTRIBUTE_ENABLE,
    EFI_PCI_ATTRIBUTE_DISABLE,
    EFI_PCI_ATTRIBUTE_SUPPORTED
};

#define EFI_PCI_ATTRIBUTE_MEMORY             UINT64_C(0x0200)
#define EFI_PCI_ATTRIBUTE_BUS_MASTER         UINT64_C(0x0400)
#define EFI_PCI_ATTRIBUTE_DUAL_ADDRESS_CYCLE UINT64_C(0x8000)

struct efi_pci_io;
typedef efi_status (*efi_pci_bar_access)(struct efi_pci_io *self, enum efi_pci_width width, uint8_t bar,
                                         uint64_t offset, size_t count, void *buffer);
typedef efi_status (*efi_pci_config_access)(struct efi_pci_io *self, enum efi_pci_width width,
                                            uint32_t offset, size_t count, void *buffer);

struct efi_pci_io {
    efi_unused poll_mem;
    efi_unused poll_io;
    efi_pci_bar_access mem_read;
    efi_pci_bar_access mem_write;
    efi_pci_bar_access io_read;
    efi_pci_bar_access io_write;
    efi_pci_config_access pci_read;
    efi_pci_config_access pci_write;
    efi_unused copy_mem;
    efi_status (*map)(struct efi_pci_io *self, enum efi_pci_operation operation, void *host_address,
                      size_t *length_bytes, uint64_t *device_address, void **mapping);
    efi_status (*unmap)(struct efi_pci_io *self, void *mapping);
    efi_status (*allocate_buffer)(struct efi_pci_io *self, enum efi_allocate type, enum efi_memory memory,
                                  size_t pages, void **host_address, uint64_t attributes);
    efi_status (*free_buffer)(struct efi_pci_io *self, size_t pages, void *host_address);
    efi_status (*flush)(struct efi_pci_io *self);
    efi_status (*get_location)(struct efi_pci_io *self, size_t *segment, size_t *bus, size_t *device,
                               size_t *function);
    efi_status (*attributes)(struct efi_pci_io *self, enum efi_pci_attribute_operation operation,
                             uint64_t attributes, uint64_t *result);
    efi_status (*get_bar_attributes)(struct efi_pci_io *self, uint8_t bar, uint64_t *supported,
                                     void **resources);
    efi_unused set_bar_attributes;
    uint64_t rom_bytes;
    void *rom;
};

/* Section 13.9 and 13.10: Block I/O and Block I/O 2. */
#define EFI_BLOCK_IO_REVISION UINT64_C(0x0002001f) /* the third: with all members of the media structure */

struct efi_block_media {
    uint32_t media_id;
    efi_boolean removable_media;
    efi_boolean media_present;
    efi_boolean logical_partition;
    efi_boolean read_only;
    efi_boolean write_caching;
    uint32_t block_bytes;
    uint32_t io_align;
    uint64_t last_block;
    uint64_t lowest_aligned_lba;
    uint32_t logical_blocks_per_physical_block;
    uint32_t optimal_transfer_length_granularity;
};

struct efi_block_io {
    uint64_t revision;
    struct efi_block_media *media;
    efi_status (*reset)(struct efi_block_io *self, efi_boolean extended);
    efi_status (*read_blocks)(struct efi_block_io *self, uint32_t media_id, uint64_t lba, size_t size_bytes,
                              void *buffer);
    efi_status (*write_blocks)(struct efi_block_io *self, uint32_t media_id, uint64_t lba, size_t size_bytes,
                               void *buffer);
    efi_status (*flush_blocks)(struct efi_block_io *self);
};

struct efi_block_io2_token {
    efi_event event; /* NULL: the call blocks */
    efi_status status;
};

struct efi_block_io2 {
    struct efi_block_media *media;
    efi_status (*reset)(struct efi_block_io2 *self, efi_boolean extended);
    efi_status (*read_blocks)(struct efi_block_io2 *self, uint32_t media_id, uint64_t lba,
                              struct efi_block_io2_token *token, size_t size_bytes, void *buffer);
    efi_status (*write_blocks)(struct efi_block_io2 *self, uint32_t media_id, uint64_t lba,
                               struct efi_block_io2_token *token, size_t size_bytes, void *buffer);
    efi_status (*flush_blocks)(struct efi_block_io2 *self, struct efi_block_io2_token *token);
};

/* Section 11.1 "EFI Driver Binding Protocol". */
struct efi_driver_binding {
    efi_status (*supported)(struct efi_driver_binding *self, efi_handle controller,
                            struct efi_device_path *remaining);
    efi_status (*start)(struct efi_driver_binding *self, efi_handle controller,
                        struct efi_device_path *remaining);
    efi_status (*stop)(struct efi_driver_binding *self, efi_handle controller, size_t child_count,
                       efi_handle *children);
    uint32_t version;
    efi_handle image;
    efi_handle binding;
};

/* Section 11.5 "EFI Component Name Protocol", the second. */
struct efi_component_name2 {
    efi_status (*get_driver_name)(struct efi_component_name2 *self, const char *language, efi_char **name);
    efi_status (*get_controller_name)(struct efi_component_name2 *self, efi_handle controller,
                                      efi_handle child, const char *language, efi_char **name);
    const char *supported_languages;
};

/* Section 11.14 "EFI Driver Supported EFI Version Protocol": drivers of option ROMs have it. */
struct efi_supported_version {
    uint32_t length_bytes;
    uint32_t firmware_version;
};
#define EFI_SPECIFICATION_2_10 0x00020064u

extern const struct efi_guid efi_block_io_guid;
extern const struct efi_guid efi_block_io2_guid;
extern const struct efi_guid efi_component_name2_guid;
extern const struct efi_guid efi_device_path_guid;
extern const struct efi_guid efi_driver_binding_guid;
extern const struct efi_guid efi_loaded_image_guid;
extern const struct efi_guid efi_pci_io_guid;
extern const struct efi_guid efi_reset_notification_guid;
extern const struct efi_guid efi_simple_file_system_guid;
extern const struct efi_guid efi_supported_version_guid;

/* Set by efi_begin: what every program and driver is given. */
extern efi_handle efi_image;
extern struct efi_system_table *efi_system;
extern struct efi_boot_services *efi_boot;

/* First of all in an entry point. */
void efi_begin(efi_handle image, struct efi_system_table *system);
/* What `handle` has as `protocol`, without opening it for good; NULL: nothing. */
void *efi_protocol(efi_handle handle, const struct efi_guid *protocol);
#define EFI_DECIMAL_BYTES 21u
/* A number in decimal, within `digits`. */
const char *efi_decimal(char digits[EFI_DECIMAL_BYTES], uint64_t value);
/* Memory of the pool, cleared; NULL: none. efi_free takes NULL too. */
void *efi_allocate(size_t size_bytes);
void efi_free(void *memory);

#endif
