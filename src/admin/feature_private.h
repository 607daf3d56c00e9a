/* SPDX-License-Identifier: MIT */
/*
 * What the files of typed features share: checks before a command, the command itself, and the step between its end
 * and the caller's callback in which the value is decoded. Not for users of the library.
 */
#ifndef LWNVME_ADMIN_FEATURE_PRIVATE_H
#define LWNVME_ADMIN_FEATURE_PRIVATE_H

#include <lwnvme/feature.h>

/*
 * The step between the end of a Get Features command and its callback: decodes what it brought, from
 * request->result_dw0 and from data in the value itself. Returns lwnvme_feature_judge's result. lwnvme_feature_value
 * is the caller's value, NULL when the command failed.
 */
typedef bool (*lwnvme_feature_decode)(struct lwnvme_request *request);
void *lwnvme_feature_value(const struct lwnvme_request *request);
bool lwnvme_feature_judge(struct lwnvme_request *request, bool is_sane);

/* Whether a namespace may be named. */
int lwnvme_feature_nsid_check(const struct lwnvme_controller *controller, uint32_t nsid, bool is_all_allowed);

/* The checks that all typed gets (select) and sets (save) have in common. */
int lwnvme_feature_get_check(const struct lwnvme_controller *controller, struct lwnvme_request *request,
                             const void *value, uint8_t select);
int lwnvme_feature_set_check(const struct lwnvme_controller *controller, struct lwnvme_request *request,
                             const void *value, bool save);

/* A feature that is one dword. `value` is decoded into before the callback. */
int lwnvme_feature_word_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                            const struct lwnvme_feature_select *select, void *value,
                            lwnvme_feature_decode decode);
int lwnvme_feature_word_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                            const struct lwnvme_feature_select *select);

/* A feature with a structure, which lies in the value: `data` points there. */
struct lwnvme_feature_place {
    void *data;
    uint32_t length_bytes;
};
int lwnvme_feature_place_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                             const struct lwnvme_feature_select *select,
                             const struct lwnvme_feature_place *place, void *value,
                             lwnvme_feature_decode decode);

/* The data must stay until the callback. */
int lwnvme_feature_place_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                             const struct lwnvme_feature_select *select, const void *data,
                             uint32_t length_bytes);

/*
 * A typed feature in a table: which one it is, what the controller must have for it, and where the members of the
 * caller's value lie in the dword that is got and set. Most features are nothing else.
 */
enum lwnvme_feature_scope {
    LWNVME_ROW_CONTROLLER,
    LWNVME_ROW_NAMESPACE,       /* one of them */
    LWNVME_ROW_NAMESPACES,      /* one, or all of them on set */
    LWNVME_ROW_NVM_SET,         /* the value's first member, which goes into CDW11 */
    LWNVME_ROW_ENDURANCE_GROUP, /* the same */
};

/* How a member of the value differs from the field; the two lowest bits are the logarithm of its size. */
#define LWNVME_MEMBER_MINUS_1 0x04u /* the field is 0's based */
#define LWNVME_MEMBER_TIMES   0x08u /* the field counts hundreds */
#define LWNVME_MEMBER_POWER   0x10u /* the field is a logarithm; its largest value is 0, no limit */
#define LWNVME_MEMBER_INPUT   0x20u /* given on get too, and not got */
#define LWNVME_MEMBER_ONE_TWO 0x40u /* true is 1, false is 2 */

struct lwnvme_feature_member {
    uint8_t at; /* in the value */
    uint8_t low_bit;
    uint8_t bits; /* 0: no further members */
    uint8_t kind;
};

#define LWNVME_FEATURE_MEMBERS 4u

enum lwnvme_feature_phase {
    LWNVME_PHASE_GET,
    LWNVME_PHASE_SET,
    LWNVME_PHASE_GOT
};

struct lwnvme_feature_row {
    uint8_t fid;
    uint8_t scope;
    int16_t missing;     /* the status if the controller has none of these bits */
    uint16_t ability_at; /* a byte of Identify Controller */
    uint8_t ability;     /* 0: no bit says */
    bool in_cdw12;       /* the dword that is set; else CDW11 */
    uint16_t data_at;    /* a structure in the value */
    uint16_t data_bytes; /* 0: none */
    struct lwnvme_feature_member member[LWNVME_FEATURE_MEMBERS];
    /* What else there is to check, or NULL. The dword is that to be sent (on get: its input alone), or what came;
     * any refusal of that is LWNVME_ERR_FEATURE_DATA. */
    int (*judge)(const struct lwnvme_controller *controller, const void *value, uint32_t dword,
                 enum lwnvme_feature_phase phase);
};

/* .ability_at, .ability and .missing of bits of a member of Identify Controller, which do not cross bytes. */
#define LWNVME_FEATURE_NEEDS(identify_member, mask, error)                                                   \
    .missing = (error),                                                                                      \
    .ability_at = (uint16_t)(offsetof(struct lwnvme_identify_controller, identify_member) +                  \
                             LWNVME_FEATURE_BYTE(mask)),                                                     \
    .ability = (uint8_t)((mask) >> (8u * LWNVME_FEATURE_BYTE(mask)))
#define LWNVME_FEATURE_BYTE(mask) ((mask) > 0xffffffu ? 3u : (mask) > 0xffffu ? 2u : (mask) > 0xffu ? 1u : 0u)

/* A member of a value that is a structure, and of one that is a number. `field` is the field's high and low bit. */
#define LWNVME_FEATURE_MEMBER(type, name, kind, field)                                                       \
    LWNVME_FEATURE_MEMBER_BITS(offsetof(struct type, name), sizeof(((struct type *)0)->name), kind, field)
#define LWNVME_FEATURE_NUMBER(type, field) LWNVME_FEATURE_MEMBER_BITS(0, sizeof(type), 0u, field)
#define LWNVME_FEATURE_MEMBER_BITS(offset, size, kind, high, low)                                            \
    {                                                                                                        \
        (uint8_t)(offset), (low), (high) - (low) + 1u, (uint8_t)((kind) | (size) >> 1)                       \
    }

/* Get and set of a row's feature, and set of a value that is a number. */
int lwnvme_feature_row_get(struct lwnvme_controller *controller, struct lwnvme_request *request,
                           uint8_t select, void *value, const struct lwnvme_feature_row *row);
int lwnvme_feature_row_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                           const void *value, bool save, const struct lwnvme_feature_row *row);
int lwnvme_feature_number_set(struct lwnvme_controller *controller, struct lwnvme_request *request,
                              uint32_t number, bool save, const struct lwnvme_feature_row *row);

/* The same of a namespace's feature. */
int lwnvme_feature_row_get_of(struct lwnvme_controller *controller, struct lwnvme_request *request,
                              uint8_t select, void *value, const struct lwnvme_feature_row *row,
                              uint32_t nsid);
int lwnvme_feature_row_set_of(struct lwnvme_controller *controller, struct lwnvme_request *request,
                              const void *value, bool save, const struct lwnvme_feature_row *row,
                              uint32_t nsid);
int lwnvme_feature_number_set_of(struct lwnvme_controller *controller, struct lwnvme_request *request,
                                 uint32_t number, bool save, const struct lwnvme_feature_row *row,
                                 uint32_t nsid);

/* Get or Set Features by its fields. */
struct lwnvme_command lwnvme_feature_command(uint32_t opcode, const struct lwnvme_feature_select *select);

#endif
