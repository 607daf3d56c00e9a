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

/* The checks that all typed gets (select) and sets (save) have in common. */
int lwnvme_feature_get_check(const struct lwnvme_controller *controller, const struct lwnvme_request *request,
                             const void *value, uint8_t select);
int lwnvme_feature_set_check(const struct lwnvme_controller *controller, const struct lwnvme_request *request,
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

/* Get or Set Features by its fields. */
struct lwnvme_command lwnvme_feature_command(uint32_t opcode, const struct lwnvme_feature_select *select);

#endif
