#pragma once

#ifdef __cplusplus
extern "C" {
#endif

// Parses all documents of a file of NDJSON by simdjson's own parser, the limit that stages over JSON are measured
// against. Returns how many there were; -1 where the file cannot be read or one is not JSON.
long simdjson_loop_parse(const char *path);

#ifdef __cplusplus
}
#endif
