#include "include/CFuzzSIMDJSON.h"

#include <simdjson.h>

extern "C" int fuzz_simdjson(const uint8_t *text, size_t length) {
    simdjson::dom::parser parser;
    simdjson::dom::element document;
    switch (parser.parse(text, length, true).get(document)) {
    case simdjson::SUCCESS: return 1;
    case simdjson::NUMBER_ERROR: case simdjson::DEPTH_ERROR: case simdjson::CAPACITY: case simdjson::MEMALLOC: return -1;
    default: return 0;
    }
}
