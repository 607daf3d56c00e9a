/* SPDX-License-Identifier: MIT */
/*
 * The default settings: a controller that does all that the model can, on a host that makes nothing easy.
 */
#include "sim_internal.h"

static void default_namespace(struct lwnvme_sim_namespace *ns)
{
    ns->active = true;
    ns->nsze = 131072;
    ns->ncap = ns->nsze;
    ns->nuse = ns->nsze;
    ns->nlbaf = 1;
    ns->formats[0].lbads = 9;
    ns->formats[1].lbads = 12;
    ns->nsfeat = 0;
    ns->mssrl = 4096;
    ns->mcl = 65536;
    ns->msrc = 127;
    ns->dlfeat = 1; /* deallocated blocks read as zeroes */
    for (unsigned i = 0; i < 16; i++) {
        ns->nguid[i] = (uint8_t)(0x10 + i);
        ns->uuid[i] = (uint8_t)(0x40 + i);
    }
    for (unsigned i = 0; i < 8; i++) {
        ns->eui64[i] = (uint8_t)(0x80 + i);
    }
}

static void default_capabilities(struct lwnvme_sim_config *config)
{
    config->cap_mqes = 1023;
    config->cap_cqr = true;
    config->cap_to = 10;
    config->cap_css = 1;
    config->cap_mpsmax = 4;
    config->cap_crms = 1;
    config->crto_crwmt = 10;
    config->vs = 0x00020000;
    config->bar_physical = 0xfe8000000000u;
    config->msix_vectors = 9;
}

/* Blank padded, as the specification has text. */
static void set_text(uint8_t *field, size_t bytes, const char *text)
{
    memset(field, ' ', bytes);
    memcpy(field, text, strlen(text));
}

static void default_identify(struct lwnvme_sim_config *config)
{
    config->vid = 0x1b36;
    config->ssvid = 0x1af4;
    config->cntlid = 1;
    set_text(config->serial, sizeof(config->serial), "SIM0000000001");
    set_text(config->model, sizeof(config->model), "lwnvme software controller");
    set_text(config->firmware, sizeof(config->firmware), "1.0");
    strcpy((char *)config->subnqn, "nqn.2014-08.org.nvmexpress:uuid:7d0a5a1c-1b5c-4b4c-8a57-3f1c7a3b9a01");
    config->mdts = 5;
    config->acl = 3;
    config->aerl = 3;
    config->frmw = 2;
    config->lpa = 0x06;
    config->elpe = 63;
    config->oaes = 0x100;
    config->rtd3r = 500000;
    config->rtd3e = 1000000;
    config->wctemp = 343;
    config->cctemp = 353;
    config->sqes = 0x66;
    config->cqes = 0x44;
    config->nn = -1;
    config->oncs = 0x009d;
    config->vwc = 0x07;
    config->identify_cns_max = 255;
    config->cntrltype = 1;
    config->command_sets = 1;
    config->kv.kvkml = 16;
    config->kv.kvvml = 1u << 20;
    config->kv.mnks = 1000000;
    config->kv.novg = 4096;
    config->kv.sorted = true;
    config->telemetry_blocks[0] = 8;
    config->telemetry_blocks[1] = 24;
    config->telemetry_blocks[2] = 64;
    config->telemetry_blocks[3] = 128;
    config->health.temperature = 308;
    config->health.sensors[0] = 308;
    config->health.available_spare = 100;
    config->health.spare_threshold = 10;
}

/* How long things take, and how large they may be; that they are there at all is said elsewhere. */
static void default_jobs(struct lwnvme_sim_config *config)
{
    config->fwug = 1;
    config->mtfa = 20;
    config->firmware_bytes_max = 16u << 20;
    config->firmware_activation_us = 500000;
    config->sanitize_block_us = 4000000;
    config->sanitize_crypto_us = 1000000;
    config->sanitize_pass_us = 8000000;
    config->sanitize_deallocate_us = 1000000;
    for (unsigned i = 0; i < 6; i++) {
        config->sanitize_estimates_s[i] = i % 3 == 0 ? 8 : i % 3 == 1 ? 4 : 1;
    }
    config->edstt = 1;
    config->dsto = 1;
    config->self_test_short_us = 2000000;
    config->self_test_vendor_us = 1000000;
    config->format_us = 1000000;
    config->hmb_touch_us = 100000;
    config->boot_partition_units = 2;
    config->boot_read_us = 5000;
    config->boot_write_us = 10000;
}

static void default_host(struct lwnvme_sim_config *config)
{
    config->clock_start_us = 1000000;
    config->clock_step_us = 1;
    config->relax_step_us = 10;
    config->ready_delay_us = 1000;
    config->disable_delay_us = 500;
    config->shutdown_delay_us = 2000;
    config->host_page_bytes = 4096;
    config->scattered = true;
    config->map_length_clamped = true;
    config->dma_base = 0x4000000000u;
    config->dma_address_bits = 64;
    config->track_maps = true;
    config->fence_works = true;
    config->strict_reserved = true;
    config->strict_prp_last_slot = true;
}

void lwnvme_sim_config_default(struct lwnvme_sim_config *config)
{
    memset(config, 0, sizeof(*config));
    default_capabilities(config);
    default_identify(config);
    default_host(config);
    default_jobs(config);
    config->io_queue_pairs = 8;
    config->seed = 1;
    config->cache_enabled = true;
    config->namespace_count = 1;
    for (size_t i = 0; i < LWNVME_SIM_NAMESPACES; i++) {
        default_namespace(&config->ns[i]);
        config->ns[i].nguid[15] = (uint8_t)i;
        config->ns[i].uuid[15] = (uint8_t)i;
        config->ns[i].eui64[7] = (uint8_t)i;
    }
}

/* What goes on beyond one command. */
static void full_jobs(struct lwnvme_sim_config *config)
{
    config->oacs |= SIM_OACS_FORMAT | SIM_OACS_FIRMWARE | SIM_OACS_SELF_TEST;
    config->frmw = 1u | 3u << 1 | 0x10u; /* three slots, the first read-only, activation without reset */
    config->oaes |= 1u << 9;
    config->sanicap = 0x4000000fu; /* all three kinds, verification; nothing else changes the medium */
    config->fna |= 4u;             /* crypto erase */
    config->hmpre = 1024;
    config->hmmin = 64;
    config->hmminds = 1;
    config->hmmaxd = 64;
    config->cap_bps = true;
    config->bpcap = 4; /* write protection by Set Features */
}

/* Five power states, two of which are non-operational. */
static void full_power(struct lwnvme_sim_config *config)
{
    static const struct lwnvme_sim_power_state states[] = {
        {.mp = 900, .enlat = 0, .exlat = 0, .actp = 800, .apw = 1, .aps = 2, .idlp = 40, .ips = 2},
        {.mp = 460, .rrt = 1, .rrl = 1, .rwt = 1, .rwl = 1, .actp = 400, .apw = 1, .aps = 2},
        {.mp = 380, .rrt = 2, .rrl = 2, .rwt = 2, .rwl = 2},
        {.mp = 450,
         .mxps = true,
         .nops = true,
         .enlat = 2000,
         .exlat = 1200,
         .rrt = 3,
         .rrl = 3,
         .rwt = 3,
         .rwl = 3},
        {.mp = 40,
         .mxps = true,
         .nops = true,
         .enlat = 15000,
         .exlat = 20000,
         .rrt = 4,
         .rrl = 4,
         .rwt = 4,
         .rwl = 4},
    };
    memcpy(config->psd, states, sizeof(states));
    config->npss = 4;
    config->apsta = 1;
    config->hctma = 1;
    config->mntmt = 273;
    config->mxtmt = 373;
    config->tmpthha = 2;
}

/* Everything that is reported in bits, and what it needs to be there. */
static void full_bits(struct lwnvme_sim_config *config)
{
    config->vs = 0x00020100;
    config->cap_nssrs = true;
    config->cmic = 0x0a; /* several controllers, ANA */
    config->oacs = 0x06bf;
    config->oncs = 0x00fd;
    config->lpa = 0x7f;
    config->oaes = 0x0801fb00;
    config->ctratt = 0x000876ff;
    config->frmw = 0x16;
    config->nwpc = 7;
    config->kas = 10;
    config->rrls = 0x8011;
    config->pels = 16;
    config->anacap = 0x5f;
    config->anatt = 10;
    config->anagrpmax = 4;
    config->nanagrpid = 4;
    config->nsetidmax = 4;
    config->endgidmax = 4;
    config->did = 1;
    config->lba_range_types = true;
    config->software_progress = true;
    config->host_identifier = true;
}

static void full_subsystem(struct lwnvme_sim_config *config)
{
    config->namespace_room = LWNVME_SIM_NAMESPACES;
    config->tnvmcap = (uint64_t)16 << 30;
    config->other_controllers = 1;
    config->other_cntlids[0] = 2;
    config->secondary_controllers = 4;
    config->secondary_cntlid = 0x101;
    config->vq_flexible = 32;
    config->vi_flexible = 32;
    config->vq_private = 9;
    config->vi_private = 9;
    config->endurance_groups = 2;
    config->nvm_sets = 2;
    config->domains = 1;
    config->uuids = 2;
    config->granularity_bytes = 1u << 20;
    for (size_t i = 0; i < LWNVME_SIM_NAMESPACES; i++) {
        config->ns[i].endgid = 1;
        config->ns[i].nvmsetid = 1;
        config->ns[i].anagrpid = 1;
        config->ns[i].rescap = 0xff;
        config->ns[i].nmic = 1;
    }
}

void lwnvme_sim_config_full(struct lwnvme_sim_config *config)
{
    lwnvme_sim_config_default(config);
    full_jobs(config);
    full_bits(config);
    full_power(config);
    full_subsystem(config);
}
