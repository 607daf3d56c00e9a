/* SPDX-License-Identifier: MIT */
/* Admin commands by hand, on top of the mini driver: one page of data in mini->page. */
#ifndef LWNVME_TESTS_HAND_H
#define LWNVME_TESTS_HAND_H

#include "mini_driver.h"

#define HAND_ALL 0xffffffffu

uint64_t hand_get(const struct mini *mini, size_t offset, unsigned bytes); /* of the page, little endian */
void hand_set(struct mini *mini, size_t offset, uint64_t value, unsigned bytes);
void hand_clear(struct mini *mini);
/* The status; with data the page is the data pointer. */
uint32_t hand_admin(struct mini *mini, uint8_t opcode, uint32_t nsid, const uint32_t dwords[6], bool data);
uint32_t hand_log(struct mini *mini, uint8_t lid, uint32_t nsid, uint32_t length, uint32_t lsp, uint32_t lsi,
                  uint64_t offset, bool retain);
uint32_t hand_log_all(struct mini *mini, uint8_t lid, uint32_t length); /* the plain one */
uint32_t hand_get_feature(struct mini *mini, uint8_t fid, uint32_t select, uint32_t nsid, uint32_t dword11,
                          bool data);
uint32_t hand_set_feature(struct mini *mini, uint8_t fid, uint32_t nsid, uint32_t dword11, uint32_t dword12,
                          bool data);
uint32_t hand_identify_status(struct mini *mini, uint8_t cns, uint32_t nsid, uint32_t cntid,
                              uint32_t dword11);
uint32_t hand_create_namespace(struct mini *mini, uint64_t blocks, uint8_t flbas, uint8_t nmic);
/* Attaches to, or with detach detaches from, `count` controllers. */
uint32_t hand_attach(struct mini *mini, uint32_t nsid, bool detach, const uint16_t *controllers,
                     unsigned count);
void hand_hold_event(struct mini *mini);              /* sends an Asynchronous Event Request */
bool hand_event(struct mini *mini, uint32_t *dword0); /* one that has been answered with success */

#endif
