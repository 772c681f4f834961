#pragma once

#ifdef __cplusplus
extern "C" {
#endif

// Parses one document again and again by libxml2's SAX2 interface, pushed into one context, with functions that do nothing: the
// limit that the coder of documents is measured against. Returns how many were parsed; -1 where one is refused.
long xml2_loop_parse(const char *document, int length, long count);

#ifdef __cplusplus
}
#endif
