/* SPDX-License-Identifier: MIT */
/*
 * The memory barriers, and byte order. Each barrier is a macro of its own, so that a host can override
 * one from its configuration file, and a test can take one away and see that it was needed.
 *
 *   LWNVME_BARRIER_BEFORE_SQ_DOORBELL  commands and PRP lists in memory before the doorbell that tells of them
 *   LWNVME_BARRIER_AFTER_PHASE         the phase bit before the rest of the completion and the data it tells of
 *   LWNVME_BARRIER_BEFORE_CQ_DOORBELL  completions read before the doorbell that gives their places back
 *   LWNVME_BARRIER_SHADOW_DOORBELL     a shadow doorbell's new value before EventIdx is read: a full barrier
 *   LWNVME_BARRIER_AFTER_REGISTER      a register read (CSTS) before memory that the controller wrote
 *   LWNVME_BARRIER_BEFORE_IDLE         a request's results before the state that says that they are there
 *   LWNVME_BARRIER_AFTER_IDLE          that state before the results, on another CPU that waits for them
 */
#ifndef LWNVME_CORE_BARRIER_H
#define LWNVME_CORE_BARRIER_H

#include <stdint.h>

#include <lwnvme/config.h>

#if defined(__x86_64__) || defined(__i386__)
/* Loads are not reordered with loads, nor stores with stores, uncached ones included. */
#define LWNVME_BARRIER_STORE_STORE() __asm__ __volatile__("" ::: "memory")
#define LWNVME_BARRIER_LOAD_LOAD()   __asm__ __volatile__("" ::: "memory")
#define LWNVME_BARRIER_LOAD_STORE()  __asm__ __volatile__("" ::: "memory")
#elif defined(__aarch64__)
#define LWNVME_BARRIER_STORE_STORE() __asm__ __volatile__("dmb oshst" ::: "memory")
#define LWNVME_BARRIER_LOAD_LOAD()   __asm__ __volatile__("dmb oshld" ::: "memory")
#define LWNVME_BARRIER_LOAD_STORE()  __asm__ __volatile__("dmb osh" ::: "memory")
#elif defined(__arm__) && defined(__ARM_ARCH) && __ARM_ARCH >= 7
#define LWNVME_BARRIER_STORE_STORE() __asm__ __volatile__("dsb st" ::: "memory")
#define LWNVME_BARRIER_LOAD_LOAD()   __asm__ __volatile__("dmb" ::: "memory")
#define LWNVME_BARRIER_LOAD_STORE()  __asm__ __volatile__("dmb" ::: "memory")
#elif defined(__riscv)
#define LWNVME_BARRIER_STORE_STORE() __asm__ __volatile__("fence w, ow" ::: "memory")
#define LWNVME_BARRIER_LOAD_LOAD()   __asm__ __volatile__("fence ir, ir" ::: "memory")
#define LWNVME_BARRIER_LOAD_STORE()  __asm__ __volatile__("fence r, ow" ::: "memory")
#elif defined(__powerpc__) || defined(__powerpc64__)
#define LWNVME_BARRIER_STORE_STORE() __asm__ __volatile__("sync" ::: "memory")
#define LWNVME_BARRIER_LOAD_LOAD()   __asm__ __volatile__("sync" ::: "memory")
#define LWNVME_BARRIER_LOAD_STORE()  __asm__ __volatile__("sync" ::: "memory")
#elif defined(__s390x__)
#define LWNVME_BARRIER_STORE_STORE() __asm__ __volatile__("bcr 15, 0" ::: "memory")
#define LWNVME_BARRIER_LOAD_LOAD()   __asm__ __volatile__("" ::: "memory")
#define LWNVME_BARRIER_LOAD_STORE()  __asm__ __volatile__("bcr 15, 0" ::: "memory")
#else
#define LWNVME_BARRIER_STORE_STORE() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define LWNVME_BARRIER_LOAD_LOAD()   __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define LWNVME_BARRIER_LOAD_STORE()  __atomic_thread_fence(__ATOMIC_SEQ_CST)
#endif

#ifndef LWNVME_BARRIER_BEFORE_SQ_DOORBELL
#define LWNVME_BARRIER_BEFORE_SQ_DOORBELL() LWNVME_BARRIER_STORE_STORE()
#endif
#ifndef LWNVME_BARRIER_AFTER_PHASE
#define LWNVME_BARRIER_AFTER_PHASE() LWNVME_BARRIER_LOAD_LOAD()
#endif
#ifndef LWNVME_BARRIER_BEFORE_CQ_DOORBELL
#define LWNVME_BARRIER_BEFORE_CQ_DOORBELL() LWNVME_BARRIER_LOAD_STORE()
#endif
#ifndef LWNVME_BARRIER_SHADOW_DOORBELL
#if defined(__x86_64__)
#define LWNVME_BARRIER_SHADOW_DOORBELL() __asm__ __volatile__("lock; addl $0, (%%rsp)" ::: "memory", "cc")
#elif defined(__i386__)
#define LWNVME_BARRIER_SHADOW_DOORBELL() __asm__ __volatile__("lock; addl $0, (%%esp)" ::: "memory", "cc")
#elif defined(__aarch64__)
#define LWNVME_BARRIER_SHADOW_DOORBELL() __asm__ __volatile__("dmb osh" ::: "memory")
#elif defined(__arm__) && defined(__ARM_ARCH) && __ARM_ARCH >= 7
#define LWNVME_BARRIER_SHADOW_DOORBELL() __asm__ __volatile__("dmb" ::: "memory")
#elif defined(__riscv)
#define LWNVME_BARRIER_SHADOW_DOORBELL() __asm__ __volatile__("fence rw, rw" ::: "memory")
#elif defined(__powerpc__) || defined(__powerpc64__)
#define LWNVME_BARRIER_SHADOW_DOORBELL() __asm__ __volatile__("sync" ::: "memory")
#elif defined(__s390x__)
#define LWNVME_BARRIER_SHADOW_DOORBELL() __asm__ __volatile__("bcr 15, 0" ::: "memory")
#else
#define LWNVME_BARRIER_SHADOW_DOORBELL() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#endif
#endif
#ifndef LWNVME_BARRIER_AFTER_REGISTER
#define LWNVME_BARRIER_AFTER_REGISTER() LWNVME_BARRIER_LOAD_LOAD()
#endif
#ifndef LWNVME_BARRIER_BEFORE_IDLE
#define LWNVME_BARRIER_BEFORE_IDLE() LWNVME_BARRIER_STORE_STORE()
#endif
#ifndef LWNVME_BARRIER_AFTER_IDLE
#define LWNVME_BARRIER_AFTER_IDLE() LWNVME_BARRIER_LOAD_LOAD()
#endif

/* Rings, PRP lists and registers are little-endian. */
#if defined(__BYTE_ORDER__) && __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
static inline uint32_t lwnvme_order32(uint32_t value)
{
    return value << 24 | (value & 0xff00u) << 8 | (value >> 8 & 0xff00u) | value >> 24;
}

static inline uint64_t lwnvme_order64(uint64_t value)
{
    return (uint64_t)lwnvme_order32((uint32_t)value) << 32 | lwnvme_order32((uint32_t)(value >> 32));
}
#else
static inline uint32_t lwnvme_order32(uint32_t value)
{
    return value;
}

static inline uint64_t lwnvme_order64(uint64_t value)
{
    return value;
}
#endif

#endif
