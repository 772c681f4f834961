#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* The instructions of processors for CRC-32C, which Swift has no words for. */

#if defined(__x86_64__)
#define CONNECT_CHECKSUM __attribute__((target("sse4.2"))) static inline

static inline int connect_has_checksum(void) { return __builtin_cpu_supports("sse4.2") != 0; }

CONNECT_CHECKSUM uint32_t connect_checksum_word(uint32_t state, uint64_t word) {
    return (uint32_t)__builtin_ia32_crc32di(state, word);
}
#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)
#define CONNECT_CHECKSUM static inline

static inline int connect_has_checksum(void) { return 1; }

CONNECT_CHECKSUM uint32_t connect_checksum_word(uint32_t state, uint64_t word) {
    return __builtin_arm_crc32cd(state, word);
}
#else
#define CONNECT_CHECKSUM static inline

static inline int connect_has_checksum(void) { return 0; }

CONNECT_CHECKSUM uint32_t connect_checksum_word(uint32_t state, uint64_t word) {
    (void)word;
    return state;
}
#endif

static inline uint64_t connect_checksum_load(const unsigned char *bytes) {
    uint64_t word;
    memcpy(&word, bytes, 8);
    return word;
}

/* Continues `state`, which is not inverted at either end, over whole words of eight bytes. */
CONNECT_CHECKSUM uint32_t connect_checksum(uint32_t state, const void *bytes, size_t words) {
    const unsigned char *next = (const unsigned char *)bytes;
    for (size_t index = 0; index < words; index++, next += 8) {
        state = connect_checksum_word(state, connect_checksum_load(next));
    }
    return state;
}

/* The states behind three lanes of bytes, one behind the other, each as if it were alone. */
typedef struct {
    uint32_t first, second, third;
} connect_checksum_lanes;

/* Continues three states over three lanes at once: the instruction takes a word in each cycle, and is through with it
   only some cycles later. */
CONNECT_CHECKSUM connect_checksum_lanes connect_checksum_three(uint32_t state, const void *bytes, size_t words) {
    const unsigned char *next = (const unsigned char *)bytes;
    const size_t lane = words * 8;
    connect_checksum_lanes lanes = {state, 0, 0};
    for (size_t index = 0; index < words; index++, next += 8) {
        lanes.first = connect_checksum_word(lanes.first, connect_checksum_load(next));
        lanes.second = connect_checksum_word(lanes.second, connect_checksum_load(next + lane));
        lanes.third = connect_checksum_word(lanes.third, connect_checksum_load(next + 2 * lane));
    }
    return lanes;
}
