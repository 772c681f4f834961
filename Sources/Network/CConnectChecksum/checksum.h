#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The instructions of processors for CRC-32C, which Swift has no words for. Each function continues `state`, which is
   not inverted at either end, over as many whole words of eight bytes as there are. */

#if defined(__x86_64__)
static inline int connect_has_checksum(void) { return __builtin_cpu_supports("sse4.2") != 0; }

__attribute__((target("sse4.2"))) static inline uint32_t connect_checksum(
    uint32_t state, const void *bytes, size_t words) {
    const unsigned char *next = (const unsigned char *)bytes;
    uint64_t wide = state;
    for (size_t index = 0; index < words; index++, next += 8) {
        uint64_t word;
        memcpy(&word, next, 8);
        wide = __builtin_ia32_crc32di(wide, word);
    }
    return (uint32_t)wide;
}
#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)
static inline int connect_has_checksum(void) { return 1; }

static inline uint32_t connect_checksum(uint32_t state, const void *bytes, size_t words) {
    const unsigned char *next = (const unsigned char *)bytes;
    for (size_t index = 0; index < words; index++, next += 8) {
        uint64_t word;
        memcpy(&word, next, 8);
        state = __builtin_arm_crc32cd(state, word);
    }
    return state;
}
#else
static inline int connect_has_checksum(void) { return 0; }

static inline uint32_t connect_checksum(uint32_t state, const void *bytes, size_t words) {
    (void)bytes;
    (void)words;
    return state;
}
#endif
