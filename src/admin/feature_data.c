/* SPDX-License-Identifier: MIT */
/*
 * Get Features and Set Features with all their dwords and with data, and what the typed features stand on.
 *
 *     typed get: check, capability --> command --> ends --> decode into the caller's value --> callback
 *
 * The decoding step is kept in request->page_next, and the value in request->internal_context; of a feature with a row,
 * the row is kept there, and request->copy says where the value is. A feature with data
 * brings them to the caller's value through a page; its page_next is called by admin_page.c. A feature of one dword
 * needs no page: lwnvme_feature_word_done stands in for it.
 *
 * Controller owner's context.
 */
#include "feature_private.h"

#include <lwnvme/admin.h>

#include "../core/core.h"

/* Whether it is known here if the feature has data: those up to Controller Data Queue, and from Software Progress
 * Marker to Boot Partition Write Protection. */
static bool lwnvme_feature_is_known(uint8_t fid)
{
    return (fid > 0 && fid <= LWNVME_FEATURE_CONTROLLER_DATA_QUEUE) ||
           (fid >= LWNVME_FEATURE_SOFTWARE_PROGRESS_MARKER &&
            fid <= LWNVME_FEATURE_BOOT_PARTITION_WRITE_PROTECTION);
}

uint32_t lwnvme_feature_data_bytes(uint8_t fid)
{
    static const struct {
        uint8_t fid;
        uint8_t high; /* of the number of bytes */
        uint8_t low;
    } rows[] = {
#define LWNVME_FEATURE_BYTES(fid, bytes) {(fid), (uint8_t)((bytes) >> 8), (uint8_t)((bytes)&0xffu)}
        LWNVME_FEATURE_BYTES(LWNVME_FEATURE_LBA_RANGE_TYPE, LWNVME_FEATURE_DATA_MAX),
        LWNVME_FEATURE_BYTES(LWNVME_FEATURE_AUTONOMOUS_POWER_STATE_TRANSITION,
                             sizeof(struct lwnvme_apst_table)),
        LWNVME_FEATURE_BYTES(LWNVME_FEATURE_HOST_MEMORY_BUFFER, LWNVME_FEATURE_DATA_MAX),
        LWNVME_FEATURE_BYTES(LWNVME_FEATURE_TIMESTAMP, sizeof(struct lwnvme_timestamp_data)),
        LWNVME_FEATURE_BYTES(LWNVME_FEATURE_PREDICTABLE_LATENCY_MODE_CONFIG,
                             sizeof(struct lwnvme_plm_config_data)),
        LWNVME_FEATURE_BYTES(LWNVME_FEATURE_HOST_BEHAVIOR_SUPPORT,
                             sizeof(struct lwnvme_host_behavior_support)),
        LWNVME_FEATURE_BYTES(LWNVME_FEATURE_PERFORMANCE_CHARACTERISTICS, LWNVME_FEATURE_DATA_MAX),
        LWNVME_FEATURE_BYTES(LWNVME_FEATURE_FLEXIBLE_DATA_PLACEMENT_EVENTS,
                             LWNVME_FDP_EVENT_TYPES_MAX * sizeof(struct lwnvme_supported_fdp_event)),
        LWNVME_FEATURE_BYTES(LWNVME_FEATURE_NAMESPACE_ADMIN_LABEL, LWNVME_NAMESPACE_ADMIN_LABEL_BYTES),
        LWNVME_FEATURE_BYTES(LWNVME_FEATURE_EMBEDDED_MANAGEMENT_CONTROLLER_ADDRESS, 512u),
        LWNVME_FEATURE_BYTES(LWNVME_FEATURE_HOST_MANAGEMENT_AGENT_ADDRESS, 512u),
        LWNVME_FEATURE_BYTES(LWNVME_FEATURE_HOST_IDENTIFIER, 16u),
#undef LWNVME_FEATURE_BYTES
    };
    uint32_t row;

    for (row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        if (rows[row].fid == fid)
            return (uint32_t)rows[row].high << 8 | rows[row].low;
    }
    return lwnvme_feature_is_known(fid) ? 0 : LWNVME_FEATURE_DATA_MAX;
}

struct lwnvme_command lwnvme_feature_command(uint32_t opcode, const struct lwnvme_feature_select *select)
{
    struct lwnvme_command command = {.opcode = opcode};

    command.nsid = select->nsid;
    command.cdw10 = lwnvme_field_put(select->fid, LWNVME_GET_FEATURES_CDW10_FID);
    if (opcode == LWNVME_ADMIN_SET_FEATURES)
        command.cdw10 |= lwnvme_field_put(select->save ? 1u : 0u, LWNVME_SET_FEATURES_CDW10_SV);
    else
        command.cdw10 |= lwnvme_field_put(select->select, LWNVME_GET_FEATURES_CDW10_SEL);
    command.cdw11 = select->cdw11;
    command.cdw12 = select->cdw12;
    command.cdw13 = select->cdw13;
    command.cdw14 = lwnvme_field_put(select->uuid_index, LWNVME_FEATURES_CDW14_UIDX);
    command.cdw15 = select->cdw15;
    return command;
}

static bool lwnvme_feature_has_select(const struct lwnvme_controller *controller)
{
    return (controller->info.oncs & LWNVME_ONCS_SAVE_SELECT) != 0;
}

static int lwnvme_feature_uuid_check(const struct lwnvme_controller *controller, uint8_t uuid_index)
{
    uint32_t ctratt = lwnvme_le32_get(&lwnvme_identify_copy(controller)->ctratt);

    if (uuid_index > 127u)
        return LWNVME_ERR_INVALID_ARGUMENT;
    return uuid_index != 0 && (ctratt & LWNVME_CTRATT_UUID_LIST) == 0 ? LWNVME_ERR_NO_UUID_LIST : LWNVME_OK;
}

int lwnvme_feature_get_check(const struct lwnvme_controller *controller, struct lwnvme_request *request,
                             const void *value, uint8_t select)
{
    int status = lwnvme_admin_check(controller, request);

    if (status != LWNVME_OK)
        return status;
    if (value == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (select > LWNVME_SEL_SAVED)
        return LWNVME_ERR_INVALID_ARGUMENT;
    if (select != LWNVME_SEL_CURRENT && !lwnvme_feature_has_select(controller))
        return LWNVME_ERR_NO_SAVE_SELECT;
    return LWNVME_OK;
}

int lwnvme_feature_set_check(const struct lwnvme_controller *controller, struct lwnvme_request *request,
                             const void *value, bool save)
{
    int status = lwnvme_admin_check(controller, request);

    if (status != LWNVME_OK)
        return status;
    if (value == NULL)
        return LWNVME_ERR_NULL_ARGUMENT;
    return save && !lwnvme_feature_has_select(controller) ? LWNVME_ERR_NO_SAVE_SELECT : LWNVME_OK;
}

void *lwnvme_feature_value(const struct lwnvme_request *request)
{
    return request->status == LWNVME_OK ? request->internal_context : NULL;
}

/* Nothing more is sent: false, as page_next has it. */
bool lwnvme_feature_judge(struct lwnvme_request *request, bool is_sane)
{
    if (request->status == LWNVME_OK && !is_sane)
        request->status = LWNVME_ERR_FEATURE_DATA;
    return false;
}

static void lwnvme_feature_word_done(struct lwnvme_request *request)
{
    if (!request->page_next(request) && request->done != NULL)
        request->done(request);
}

int lwnvme_feature_word_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                            const struct lwnvme_feature_select *select, void *value,
                            lwnvme_feature_decode decode)
{
    struct lwnvme_command command = lwnvme_feature_command(LWNVME_ADMIN_GET_FEATURES, select);

    request->internal_done = lwnvme_feature_word_done;
    request->internal_context = value;
    request->page_next = decode;
    return lwnvme_submit_raw(&controller->admin, request, &command, NULL);
}

int lwnvme_feature_word_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                            const struct lwnvme_feature_select *select)
{
    struct lwnvme_command command = lwnvme_feature_command(LWNVME_ADMIN_SET_FEATURES, select);

    return lwnvme_admin_submit(controller, request, &command, NULL);
}

int lwnvme_feature_place_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                             const struct lwnvme_feature_select *select,
                             const struct lwnvme_feature_place *place, void *value,
                             lwnvme_feature_decode decode)
{
    struct lwnvme_command command = lwnvme_feature_command(LWNVME_ADMIN_GET_FEATURES, select);
    int status = lwnvme_page_command(controller, request, &command, place->data, place->length_bytes);

    if (status != LWNVME_OK)
        return status;
    request->internal_context = value;
    request->page_next = decode;
    return LWNVME_OK;
}

int lwnvme_feature_place_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                             const struct lwnvme_feature_select *select, const void *data,
                             uint32_t length_bytes)
{
    struct lwnvme_command command = lwnvme_feature_command(LWNVME_ADMIN_SET_FEATURES, select);

    /* It is only read: the opcode says that data go to the controller. */
    return lwnvme_page_command(controller, request, &command, (void *)(uintptr_t)data, length_bytes);
}

int lwnvme_feature_get_data(struct lwnvme_controller *controller, struct lwnvme_request *request,
                            const struct lwnvme_feature_select *select, void *data, uint32_t length_bytes)
{
    struct lwnvme_command command;
    int status = lwnvme_admin_check(controller, request);

    if (status != LWNVME_OK)
        return status;
    if (select == NULL || (data == NULL && length_bytes != 0))
        return LWNVME_ERR_NULL_ARGUMENT;
    if (select->select > LWNVME_SEL_SUPPORTED_CAPABILITIES)
        return LWNVME_ERR_INVALID_ARGUMENT;
    if (select->select != LWNVME_SEL_CURRENT && !lwnvme_feature_has_select(controller))
        return LWNVME_ERR_NO_SAVE_SELECT;
    if (length_bytes > lwnvme_feature_data_bytes(select->fid))
        return LWNVME_ERR_BUFFER_LENGTH;
    status = lwnvme_feature_uuid_check(controller, select->uuid_index);
    if (status != LWNVME_OK)
        return status;
    command = lwnvme_feature_command(LWNVME_ADMIN_GET_FEATURES, select);
    /* What is not known here gets a page in any case: it may have data after all. Capabilities have none. */
    if (lwnvme_feature_data_bytes(select->fid) != 0 &&
        (select->select != LWNVME_SEL_SUPPORTED_CAPABILITIES || !lwnvme_feature_is_known(select->fid)))
        return lwnvme_page_command(controller, request, &command, data, length_bytes);
    return lwnvme_admin_submit(controller, request, &command, NULL);
}

int lwnvme_feature_set_data(struct lwnvme_controller *controller, struct lwnvme_request *request,
                            const struct lwnvme_feature_select *select, const void *data,
                            uint32_t length_bytes)
{
    int status = lwnvme_feature_set_check(controller, request, select, select != NULL && select->save);

    if (status != LWNVME_OK)
        return status;
    if (data == NULL && length_bytes != 0)
        return LWNVME_ERR_NULL_ARGUMENT;
    if (select->fid == LWNVME_FEATURE_NUMBER_OF_QUEUES || select->fid == LWNVME_FEATURE_HOST_MEMORY_BUFFER)
        return LWNVME_ERR_OPCODE_REFUSED;
    if (length_bytes > lwnvme_feature_data_bytes(select->fid))
        return LWNVME_ERR_BUFFER_LENGTH;
    status = lwnvme_feature_uuid_check(controller, select->uuid_index);
    if (status != LWNVME_OK)
        return status;
    if (lwnvme_feature_data_bytes(select->fid) == 0)
        return lwnvme_feature_word_set(controller, request, select);
    return lwnvme_feature_place_set(controller, request, select, data, length_bytes);
}

static bool lwnvme_feature_abilities_decode(struct lwnvme_request *request)
{
    struct lwnvme_feature_abilities *value = (struct lwnvme_feature_abilities *)lwnvme_feature_value(request);

    if (value == NULL)
        return false;
    value->saveable = (request->result_dw0 & LWNVME_FEATURE_CAPABILITY_SAVEABLE) != 0;
    value->namespace_specific = (request->result_dw0 & LWNVME_FEATURE_CAPABILITY_NAMESPACE_SPECIFIC) != 0;
    value->changeable = (request->result_dw0 & LWNVME_FEATURE_CAPABILITY_CHANGEABLE) != 0;
    return lwnvme_feature_judge(request, true);
}

int lwnvme_feature_abilities_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                 uint8_t fid, uint32_t nsid, struct lwnvme_feature_abilities *abilities)
{
    struct lwnvme_feature_select select = {.fid = fid, .nsid = nsid};
    struct lwnvme_feature_place place = {NULL, 0};
    int status = lwnvme_feature_get_check(controller, request, abilities, LWNVME_SEL_SAVED);

    if (status != LWNVME_OK)
        return status;
    select.select = LWNVME_SEL_SUPPORTED_CAPABILITIES;
    if (lwnvme_feature_is_known(fid))
        return lwnvme_feature_word_get(controller, request, &select, abilities,
                                       lwnvme_feature_abilities_decode);
    return lwnvme_feature_place_get(controller, request, &select, &place, abilities,
                                    lwnvme_feature_abilities_decode);
}

/* ---- Rows -------------------------------------------------------------------------------------------------- */

static uint32_t lwnvme_member_load(const struct lwnvme_feature_member *member, const void *value)
{
    const void *at = (const uint8_t *)value + member->at;

    switch (member->kind & 3u) {
    case 0:
        return *(const uint8_t *)at;
    case 1:
        return *(const uint16_t *)at;
    default:
        return *(const uint32_t *)at;
    }
}

static void lwnvme_member_store(const struct lwnvme_feature_member *member, void *value, uint32_t number)
{
    void *at = (uint8_t *)value + member->at;

    switch (member->kind & 3u) {
    case 0:
        *(uint8_t *)at = (uint8_t)number;
        break;
    case 1:
        *(uint16_t *)at = (uint16_t)number;
        break;
    default:
        *(uint32_t *)at = number;
        break;
    }
}

static uint32_t lwnvme_member_mask(const struct lwnvme_feature_member *member)
{
    return UINT32_MAX >> (32u - member->bits);
}

/* The field of a number, beyond all fields if there is none. */
static uint32_t lwnvme_member_encode(const struct lwnvme_feature_member *member, uint32_t number)
{
    const uint32_t most = lwnvme_member_mask(member);
    uint32_t field;

    if ((member->kind & LWNVME_MEMBER_MINUS_1) != 0)
        return number - 1u;
    if ((member->kind & LWNVME_MEMBER_ONE_TWO) != 0)
        return 2u - number;
    if ((member->kind & LWNVME_MEMBER_TIMES) != 0) {
        field = lwnvme_divide(number, 100u);
        return field * 100u == number ? field : UINT32_MAX;
    }
    if ((member->kind & LWNVME_MEMBER_POWER) != 0 && number == 0)
        return most;
    if ((member->kind & LWNVME_MEMBER_POWER) != 0) {
        for (field = 0; field < most && number != 1u << field; field++) {
        }
        return field < most ? field : UINT32_MAX;
    }
    return number;
}

static uint32_t lwnvme_member_decode(const struct lwnvme_feature_member *member, uint32_t dword)
{
    const uint32_t field = dword >> member->low_bit & lwnvme_member_mask(member);

    if ((member->kind & LWNVME_MEMBER_MINUS_1) != 0)
        return field + 1u;
    if ((member->kind & LWNVME_MEMBER_ONE_TWO) != 0)
        return field & 1u;
    if ((member->kind & LWNVME_MEMBER_TIMES) != 0)
        return field * 100u;
    if ((member->kind & LWNVME_MEMBER_POWER) != 0)
        return field == lwnvme_member_mask(member) ? 0 : 1u << field;
    return field;
}

/* The dword of a value's members, on get of the input alone; false: one does not fit. */
static bool lwnvme_feature_row_encode(const struct lwnvme_feature_row *row, const void *value, bool is_get,
                                      uint32_t *dword)
{
    const struct lwnvme_feature_member *member = row->member;
    uint32_t field;

    *dword = 0;
    for (; member < &row->member[LWNVME_FEATURE_MEMBERS] && member->bits != 0; member++) {
        if (is_get && (member->kind & LWNVME_MEMBER_INPUT) == 0)
            continue;
        field = lwnvme_member_encode(member, lwnvme_member_load(member, value));
        if (field > lwnvme_member_mask(member))
            return false;
        *dword |= field << member->low_bit;
    }
    return true;
}

/* One that exists or may: not 0, not all of them unless that is allowed, not beyond the last. */
int lwnvme_feature_nsid_check(const struct lwnvme_controller *controller, uint32_t nsid, bool is_all_allowed)
{
    if (nsid == LWNVME_NSID_ALL && is_all_allowed)
        return LWNVME_OK;
    return nsid == 0 || nsid > controller->info.nn ? LWNVME_ERR_NS_INVALID_ID : LWNVME_OK;
}

/* An NVM set or endurance group, up to the last one. A controller without NVM sets ignores the identifier of one, which
 * is 0 then. */
static int lwnvme_feature_group_check(const struct lwnvme_controller *controller, uint32_t scope, uint16_t id)
{
    const struct lwnvme_identify_controller *identify = lwnvme_identify_copy(controller);
    const uint32_t ctratt = lwnvme_le32_get(&identify->ctratt);
    const struct lwnvme_le16 *most = &identify->endgidmax;

    if (scope == LWNVME_ROW_NVM_SET) {
        if ((ctratt & LWNVME_CTRATT_NVM_SETS) == 0)
            return id == 0 ? LWNVME_OK : LWNVME_ERR_NO_NVM_SETS;
        most = &identify->nsetidmax;
    } else if ((ctratt & LWNVME_CTRATT_ENDURANCE_GROUPS) == 0) {
        return LWNVME_ERR_NO_ENDURANCE_GROUPS;
    }
    return id == 0 || id > lwnvme_le16_get(most) ? LWNVME_ERR_INVALID_ARGUMENT : LWNVME_OK;
}

/* What gets and sets have in common: ability, scope, members; the command's dwords. */
static int lwnvme_feature_row_select(const struct lwnvme_controller *controller, const void *value,
                                     const struct lwnvme_feature_row *row, enum lwnvme_feature_phase phase,
                                     struct lwnvme_feature_select *chosen)
{
    const uint8_t *identify = (const uint8_t *)lwnvme_identify_copy(controller);
    uint32_t dword = 0;
    int status = LWNVME_OK;

    chosen->fid = row->fid;
    if (row->ability != 0 && (identify[row->ability_at] & row->ability) == 0)
        return row->missing;
    if (row->scope >= LWNVME_ROW_NVM_SET) {
        chosen->cdw11 = *(const uint16_t *)value;
        status = lwnvme_feature_group_check(controller, row->scope, *(const uint16_t *)value);
    } else if (row->scope != LWNVME_ROW_CONTROLLER) {
        status = lwnvme_feature_nsid_check(controller, chosen->nsid,
                                           row->scope == LWNVME_ROW_NAMESPACES && phase == LWNVME_PHASE_SET);
    }
    if (status == LWNVME_OK && !lwnvme_feature_row_encode(row, value, phase == LWNVME_PHASE_GET, &dword))
        status = LWNVME_ERR_INVALID_ARGUMENT;
    if (status != LWNVME_OK)
        return status;
    if (row->in_cdw12)
        chosen->cdw12 = dword;
    else
        chosen->cdw11 |= dword;
    return row->judge != NULL ? row->judge(controller, value, dword, phase) : LWNVME_OK;
}

static bool lwnvme_feature_row_decode(struct lwnvme_request *request)
{
    const struct lwnvme_feature_row *row = (const struct lwnvme_feature_row *)request->internal_context;
    const struct lwnvme_feature_member *member = row->member;
    void *value = (uint8_t *)request->copy - row->data_at;
    const uint32_t dword = request->result_dw0;

    if (request->status != LWNVME_OK)
        return false;
    if (row->judge != NULL &&
        row->judge(request->queue->controller, value, dword, LWNVME_PHASE_GOT) != LWNVME_OK)
        return lwnvme_feature_judge(request, false);
    for (; member < &row->member[LWNVME_FEATURE_MEMBERS] && member->bits != 0; member++) {
        if ((member->kind & LWNVME_MEMBER_INPUT) == 0)
            lwnvme_member_store(member, value, lwnvme_member_decode(member, dword));
    }
    return false;
}

int lwnvme_feature_row_get_of(struct lwnvme_controller *controller, struct lwnvme_request *request,
                              uint8_t select, void *value, const struct lwnvme_feature_row *row,
                              uint32_t nsid)
{
    struct lwnvme_feature_select chosen = {.select = select, .nsid = nsid};
    const struct lwnvme_feature_place place = {(uint8_t *)value + row->data_at, row->data_bytes};
    int status = lwnvme_feature_get_check(controller, request, value, select);

    if (status == LWNVME_OK)
        status = lwnvme_feature_row_select(controller, value, row, LWNVME_PHASE_GET, &chosen);
    if (status != LWNVME_OK)
        return status;
    /* Neither reads nor changes what the row is; a page keeps where its data go in `copy`, as is wanted here. */
    if (place.length_bytes != 0)
        return lwnvme_feature_place_get(controller, request, &chosen, &place, (void *)(uintptr_t)row,
                                        lwnvme_feature_row_decode);
    request->copy = place.data;
    return lwnvme_feature_word_get(controller, request, &chosen, (void *)(uintptr_t)row,
                                   lwnvme_feature_row_decode);
}

int lwnvme_feature_row_set_of(struct lwnvme_controller *controller, struct lwnvme_request *request,
                              const void *value, bool save, const struct lwnvme_feature_row *row,
                              uint32_t nsid)
{
    struct lwnvme_feature_select chosen = {.save = save, .nsid = nsid};
    int status = lwnvme_feature_set_check(controller, request, value, save);

    if (status == LWNVME_OK)
        status = lwnvme_feature_row_select(controller, value, row, LWNVME_PHASE_SET, &chosen);
    if (status != LWNVME_OK)
        return status;
    if (row->data_bytes == 0)
        return lwnvme_feature_word_set(controller, request, &chosen);
    return lwnvme_feature_place_set(controller, request, &chosen, (const uint8_t *)value + row->data_at,
                                    row->data_bytes);
}

int lwnvme_feature_number_set_of(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                 uint32_t number, bool save, const struct lwnvme_feature_row *row,
                                 uint32_t nsid)
{
    uint32_t value = 0;

    lwnvme_member_store(row->member, &value, number);
    return lwnvme_feature_row_set_of(controller, request, &value, save, row, nsid);
}

int lwnvme_feature_row_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                           uint8_t select, void *value, const struct lwnvme_feature_row *row)
{
    return lwnvme_feature_row_get_of(controller, request, select, value, row, 0);
}

int lwnvme_feature_row_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                           const void *value, bool save, const struct lwnvme_feature_row *row)
{
    return lwnvme_feature_row_set_of(controller, request, value, save, row, 0);
}

int lwnvme_feature_number_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                              uint32_t number, bool save, const struct lwnvme_feature_row *row)
{
    return lwnvme_feature_number_set_of(controller, request, number, save, row, 0);
}
