#pragma once
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* Macros with casts, which Swift does not import. */
static const uint32_t connect_pcre2_jit_complete = PCRE2_JIT_COMPLETE;

static inline _Bool connect_pcre2_is_set(size_t offset) { return offset != PCRE2_UNSET; }
