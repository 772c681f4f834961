#include <zlib.h>

/* Macros that Swift does not see. */
static inline int fuzz_inflate_init(z_stream *stream) { return inflateInit2(stream, 15 + 16); }
static inline int fuzz_deflate_init(z_stream *stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}
