// JSON on simdjson, for Swift: C++ stays behind this header.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// A parser with the memory that one worker uses for all its documents. Never used by two threads at once.
typedef struct connect_json_parser connect_json_parser;

// What became of a document.
enum {
    CONNECT_JSON_VALID = 0,
    // It is not JSON (RFC 8259).
    CONNECT_JSON_MALFORMED = 1,
    // Arrays and objects stand too deep in each other.
    CONNECT_JSON_TOO_DEEP = 2,
    // It has more bytes than CONNECT_JSON_LONGEST.
    CONNECT_JSON_TOO_LONG = 3,
    // There is no memory for it.
    CONNECT_JSON_NO_MEMORY = 4
};

// The most bytes of a document: the words of the tape have room for no larger numbers.
#define CONNECT_JSON_LONGEST ((size_t)0x0FFFFFFF)

// The tape: one word for each name and each value that holds no others, in their order; two for each array or object,
// before what it holds. All offsets count bytes of the text.
//
//   bits 61...63  what it is, one of the kinds below
//   bit  60       of a string or name: whether it has escapes
//   bits 32...59  the length with its quotes; of an array or object the index of the word behind all that it holds
//   bits  0...31  where it begins
//
// The second word of an array or object: how many elements or members it has (bits 32...63), and the offset behind its
// closing bracket.
enum {
    CONNECT_JSON_OBJECT = 1,
    CONNECT_JSON_ARRAY = 2,
    CONNECT_JSON_STRING = 3,
    CONNECT_JSON_NUMBER = 4,
    CONNECT_JSON_TRUE = 5,
    CONNECT_JSON_FALSE = 6,
    CONNECT_JSON_NULL = 7
};

// A new parser; NULL where there is no memory.
connect_json_parser *connect_json_parser_create(void);

// Frees a parser.
void connect_json_parser_destroy(connect_json_parser *parser);

// Parses a document. `tape` and `count` are set where it is valid; the tape holds until the parser's next call.
int connect_json_parse(
    connect_json_parser *parser, const uint8_t *text, size_t length, size_t deepest, const uint64_t **tape,
    size_t *count);

// Frees what is more than small documents need.
void connect_json_parser_trim(connect_json_parser *parser);

// Leaves out the white space between the tokens of a valid document. `target` has room for `length` bytes and
// CONNECT_JSON_ROOM more. Returns how many bytes were written; 0 where it could not be done.
size_t connect_json_compact(const uint8_t *text, size_t length, uint8_t *target);
#define CONNECT_JSON_ROOM 64

#ifdef __cplusplus
}
#endif
