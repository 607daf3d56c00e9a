/* SPDX-License-Identifier: MIT */
#include "hand.h"

uint64_t hand_get(const struct mini *mini, size_t offset, unsigned bytes)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < bytes; i++) {
        value |= (uint64_t)mini->page[offset + i] << (8 * i);
    }
    return value;
}

void hand_set(struct mini *mini, size_t offset, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++) {
        mini->page[offset + i] = (uint8_t)(value >> (8 * i));
    }
}

void hand_clear(struct mini *mini)
{
    memset(mini->page, 0, 4096);
}

uint32_t hand_admin(struct mini *mini, uint8_t opcode, uint32_t nsid, const uint32_t dwords[6], bool data)
{
    uint32_t command[16] = {opcode, nsid};
    if (data) {
        command[6] = (uint32_t)mini->page_dma;
        command[7] = (uint32_t)(mini->page_dma >> 32);
    }
    memcpy(&command[10], dwords, 6 * sizeof(uint32_t));
    return mini_do(mini, &mini->admin, command);
}

uint32_t hand_log(struct mini *mini, uint8_t lid, uint32_t nsid, uint32_t length, uint32_t lsp, uint32_t lsi,
                  uint64_t offset, bool retain)
{
    uint32_t numd = length / 4 - 1;
    uint32_t dwords[6] = {lid | lsp << 8 | (retain ? 0x8000u : 0) | numd << 16,
                          numd >> 16 | lsi << 16,
                          (uint32_t)offset,
                          (uint32_t)(offset >> 32),
                          0,
                          0};
    return hand_admin(mini, 0x02, nsid, dwords, true);
}

uint32_t hand_log_all(struct mini *mini, uint8_t lid, uint32_t length)
{
    return hand_log(mini, lid, HAND_ALL, length, 0, 0, 0, false);
}

uint32_t hand_get_feature(struct mini *mini, uint8_t fid, uint32_t select, uint32_t nsid, uint32_t dword11,
                          bool data)
{
    uint32_t dwords[6] = {fid | select << 8, dword11, 0, 0, 0, 0};
    return hand_admin(mini, 0x0a, nsid, dwords, data);
}

uint32_t hand_set_feature(struct mini *mini, uint8_t fid, uint32_t nsid, uint32_t dword11, uint32_t dword12,
                          bool data)
{
    uint32_t dwords[6] = {fid, dword11, dword12, 0, 0, 0};
    return hand_admin(mini, 0x09, nsid, dwords, data);
}

uint32_t hand_identify_status(struct mini *mini, uint8_t cns, uint32_t nsid, uint32_t cntid, uint32_t dword11)
{
    uint32_t dwords[6] = {cns | cntid << 16, dword11, 0, 0, 0, 0};
    return hand_admin(mini, 0x06, nsid, dwords, true);
}

uint32_t hand_create_namespace(struct mini *mini, uint64_t blocks, uint8_t flbas, uint8_t nmic)
{
    static const uint32_t dwords[6] = {0, 0, 0, 0, 0, 0};
    hand_clear(mini);
    hand_set(mini, 0, blocks, 8);
    hand_set(mini, 8, blocks, 8);
    hand_set(mini, 26, flbas, 1);
    hand_set(mini, 30, nmic, 1);
    return hand_admin(mini, 0x0d, 0, dwords, true);
}

uint32_t hand_attach(struct mini *mini, uint32_t nsid, bool detach, const uint16_t *controllers,
                     unsigned count)
{
    uint32_t dwords[6] = {detach ? 1 : 0, 0, 0, 0, 0, 0};
    hand_clear(mini);
    hand_set(mini, 0, count, 2);
    for (unsigned i = 0; i < count; i++) {
        hand_set(mini, 2 + 2 * (size_t)i, controllers[i], 2);
    }
    return hand_admin(mini, 0x15, nsid, dwords, true);
}

void hand_hold_event(struct mini *mini)
{
    static const uint32_t command[16] = {0x0c};
    (void)mini_put(mini, &mini->admin, command);
    mini_ring(mini, &mini->admin);
}

bool hand_event(struct mini *mini, uint32_t *dword0)
{
    bool taken = mini_take(mini, &mini->admin);
    *dword0 = taken ? mini->cqe[0] : 0;
    return taken && mini->cqe[3] >> 17 == 0;
}
