#include "include/SIMDJSONLoop.h"

#include <simdjson.h>

extern "C" long simdjson_loop_parse(const char *path) {
    simdjson::padded_string text;
    if (simdjson::padded_string::load(path).get(text)) return -1;
    simdjson::dom::parser parser;
    simdjson::dom::document_stream documents;
    if (parser.parse_many(text).get(documents)) return -1;
    long count = 0;
    for (auto document : documents) {
        if (document.error()) return -1;
        count++;
    }
    return count;
}
