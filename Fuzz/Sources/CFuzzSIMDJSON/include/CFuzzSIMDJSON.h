#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// What simdjson's own parser says of a document: 1 it takes it, 0 it refuses it, -1 it refuses it for a number, which may
// only be too large for it, or for a limit.
int fuzz_simdjson(const uint8_t *text, size_t length);

#ifdef __cplusplus
}
#endif
