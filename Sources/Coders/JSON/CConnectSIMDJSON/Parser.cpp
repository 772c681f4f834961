// simdjson finds the tokens of a document, with vector instructions, and checks its UTF-8, its quotes and its control
// characters; what follows here checks the grammar and notes where each value stands. simdjson's own second half turns
// numbers into binary ones, which loses how they were written and refuses those that do not fit.
#include "include/CConnectSIMDJSON.h"

#include <simdjson.h>

#include <cstring>
#include <memory>
#include <new>

using simdjson::internal::dom_parser_implementation;

struct connect_json_parser {
    std::unique_ptr<dom_parser_implementation> scanner;
    size_t capacity = 0;
    std::unique_ptr<uint64_t[]> tape;
    size_t tape_capacity = 0;
};

namespace {

// What one parser keeps between documents, in bytes of text.
constexpr size_t small_capacity = size_t(1) << 20;

inline bool is_space(uint8_t byte) { return byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09; }

inline bool is_digit(uint8_t byte) { return uint8_t(byte - '0') < 10; }

inline int hexadecimal(const uint8_t *digits) {
    int code = 0;
    for (int index = 0; index < 4; index++) {
        const uint8_t byte = digits[index];
        const uint8_t letter = uint8_t(byte | 0x20);
        if (is_digit(byte)) {
            code = code << 4 | (byte - '0');
        } else if (letter >= 'a' && letter <= 'f') {
            code = code << 4 | (letter - 'a' + 10);
        } else {
            return -1;
        }
    }
    return code;
}

// The length of an escape that begins at `place`, with both halves of a surrogate pair; 0 where it is none.
inline size_t escape_length(const uint8_t *place, const uint8_t *end) {
    if (end - place < 2) return 0;
    switch (place[1]) {
    case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r': case 't': return 2;
    case 'u': break;
    default: return 0;
    }
    if (end - place < 6) return 0;
    const int code = hexadecimal(place + 2);
    if (code < 0 || (code >= 0xDC00 && code < 0xE000)) return 0;
    if (code < 0xD800 || code >= 0xE000) return 6;
    if (end - place < 12 || place[6] != '\\' || place[7] != 'u') return 0;
    const int low = hexadecimal(place + 8);
    return low >= 0xDC00 && low < 0xE000 ? 12 : 0;
}

// Walks over the tokens of one document.
//
// All state is in local variables of one function, which the compiler keeps in registers.
class Walk {
public:
    Walk(const uint8_t *text, size_t length, uint64_t *tape) : text(text), length(uint32_t(length)), tape(tape) {}

    // How many words of the tape are used.
    uint32_t used = 0;

    // `token` ... `last` are the tokens' offsets; `last` points at the text's length.
    int run(const uint32_t *token, const uint32_t *const last, const size_t deepest) {
        const uint8_t *const text = this->text;
        // Each array or object has a token that closes it as well, so that no valid document needs more words.
        uint64_t *const room = tape + (last - token);
        uint64_t *next = tape;
        uint64_t *open = nullptr;
        const uint8_t *escape = find_escape(text);
        size_t depth = 0;
        uint32_t start = 0;
        bool in_object = false;

    value:
        if (next == room) return CONNECT_JSON_MALFORMED;
        start = *token++;
        switch (text[start]) {
        case '{': case '[':
            if (++depth > deepest) return CONNECT_JSON_TOO_DEEP;
            if (room - next < 2) return CONNECT_JSON_MALFORMED;
            in_object = text[start] == '{';
            next[0] = word(in_object ? CONNECT_JSON_OBJECT : CONNECT_JSON_ARRAY, 0, start);
            // While it is open the second word holds the distance to the one it stands in, and the count.
            next[1] = uint64_t(open ? next - open : 0) << 32;
            open = next;
            next += 2;
            if (token == last) return CONNECT_JSON_MALFORMED;
            if (text[*token] == (in_object ? '}' : ']')) goto close;
            if (in_object) goto name;
            goto value;
        case '"':
            if (!string(start, *token, escape, *next++)) return CONNECT_JSON_MALFORMED;
            break;
        case 't':
            if (!literal(start, *token, "true", 4)) return CONNECT_JSON_MALFORMED;
            *next++ = word(CONNECT_JSON_TRUE, 4, start);
            break;
        case 'f':
            if (!literal(start, *token, "false", 5)) return CONNECT_JSON_MALFORMED;
            *next++ = word(CONNECT_JSON_FALSE, 5, start);
            break;
        case 'n':
            if (!literal(start, *token, "null", 4)) return CONNECT_JSON_MALFORMED;
            *next++ = word(CONNECT_JSON_NULL, 4, start);
            break;
        default: {
            const uint32_t end = end_of_number(start);
            if (end == 0 || !is_end(end, *token)) return CONNECT_JSON_MALFORMED;
            *next++ = word(CONNECT_JSON_NUMBER, end - start, start);
        }
        }

    behind_value:
        if (!open) {
            used = uint32_t(next - tape);
            return token == last ? CONNECT_JSON_VALID : CONNECT_JSON_MALFORMED;
        }
        open[1]++;
        if (token == last) return CONNECT_JSON_MALFORMED;
        if (text[*token] == ',') {
            token++;
            if (in_object) goto name;
            if (token == last) return CONNECT_JSON_MALFORMED;
            goto value;
        }
        if (text[*token] != (in_object ? '}' : ']')) return CONNECT_JSON_MALFORMED;

    close : {
        const uint64_t second = open[1];
        const uint32_t distance = uint32_t(second >> 32);
        open[0] |= uint64_t(next - tape) << 32;
        open[1] = second << 32 | (*token++ + 1);
        open = distance ? open - distance : nullptr;
        if (open) in_object = open[0] >> 61 == CONNECT_JSON_OBJECT;
        depth--;
        goto behind_value;
    }

    name:
        // A name, a colon and something behind it.
        if (last - token < 3 || next == room) return CONNECT_JSON_MALFORMED;
        start = *token++;
        if (text[start] != '"' || text[*token] != ':' || !string(start, *token, escape, *next++)) {
            return CONNECT_JSON_MALFORMED;
        }
        token++;
        goto value;
    }

private:
    const uint8_t *const text;
    const uint32_t length;
    uint64_t *const tape;

    static uint64_t word(uint64_t kind, uint64_t field, uint32_t start) { return kind << 61 | field << 32 | start; }

    // The first backslash that was not looked at yet, or the end: most documents have none.
    const uint8_t *find_escape(const uint8_t *from) const {
        const void *found = std::memchr(from, '\\', size_t(text + length - from));
        return found ? static_cast<const uint8_t *>(found) : text + length;
    }

    // Whether there is only white space from here to the next token, which ends where that begins.
    inline bool is_end(uint32_t end, uint32_t next_token) const {
        while (end < next_token && is_space(text[end])) end++;
        return end == next_token;
    }

    // The scanner has found where the string ends: before the white space before the next token.
    inline bool string(uint32_t start, uint32_t next_token, const uint8_t *&escape, uint64_t &target) const {
        uint32_t end = next_token;
        while (text[end - 1] != '"') end--;
        if (end - start < 2 || !is_end(end, next_token)) return false;
        target = word(CONNECT_JSON_STRING, end - start, start);
        if (escape >= text + end) return true;
        if (escape < text + start) return false;
        target |= uint64_t(1) << 60;
        return are_escapes(escape, text + end - 1);
    }

    // Checks the escapes up to a closing quote.
    bool are_escapes(const uint8_t *&escape, const uint8_t *closing) const {
        while (escape < closing) {
            const size_t count = escape_length(escape, closing);
            if (count == 0) return false;
            escape = find_escape(escape + count);
        }
        return true;
    }

    inline bool literal(uint32_t start, uint32_t next_token, const char *expected, uint32_t count) const {
        return next_token - start >= count && std::memcmp(text + start, expected, count) == 0
            && is_end(start + count, next_token);
    }

    // The offset behind a number; 0 where there is none.
    inline uint32_t end_of_number(uint32_t start) const {
        const uint8_t *place = text + start;
        const uint8_t *const end = text + length;
        if (*place == '-') place++;
        if (place == end) return 0;
        if (*place == '0') {
            place++;
        } else {
            if (!is_digit(*place)) return 0;
            while (place < end && is_digit(*place)) place++;
        }
        if (place < end && *place == '.') {
            place++;
            if (place == end || !is_digit(*place)) return 0;
            while (place < end && is_digit(*place)) place++;
        }
        if (place < end && (*place | 0x20) == 'e') {
            place++;
            if (place < end && (*place == '+' || *place == '-')) place++;
            if (place == end || !is_digit(*place)) return 0;
            while (place < end && is_digit(*place)) place++;
        }
        return uint32_t(place - text);
    }
};

bool reserve(connect_json_parser &parser, size_t length) {
    if (length <= parser.capacity) return true;
    const size_t capacity = length < 4096 ? 4096 : length + length / 4;
    parser.capacity = 0;
    parser.scanner.reset();
    if (simdjson::get_active_implementation()->create_dom_parser_implementation(capacity, 1, parser.scanner)) return false;
    parser.capacity = capacity;
    return true;
}

bool reserve_tape(connect_json_parser &parser, size_t count) {
    if (count <= parser.tape_capacity) return true;
    const size_t capacity = count < 512 ? 512 : count + count / 4;
    parser.tape_capacity = 0;
    parser.tape.reset(new (std::nothrow) uint64_t[capacity]);
    if (!parser.tape) return false;
    parser.tape_capacity = capacity;
    return true;
}

} // namespace

extern "C" connect_json_parser *connect_json_parser_create(void) { return new (std::nothrow) connect_json_parser; }

extern "C" void connect_json_parser_destroy(connect_json_parser *parser) { delete parser; }

extern "C" int connect_json_parse(
    connect_json_parser *parser, const uint8_t *text, size_t length, size_t deepest, const uint64_t **tape,
    size_t *count
) {
    if (length == 0) return CONNECT_JSON_MALFORMED;
    if (length > CONNECT_JSON_LONGEST) return CONNECT_JSON_TOO_LONG;
    if (!reserve(*parser, length)) return CONNECT_JSON_NO_MEMORY;
    const auto error = parser->scanner->stage1(text, length, simdjson::stage1_mode::regular);
    if (error == simdjson::MEMALLOC || error == simdjson::CAPACITY) return CONNECT_JSON_NO_MEMORY;
    if (error) return CONNECT_JSON_MALFORMED;
    const uint32_t tokens = parser->scanner->n_structural_indexes;
    if (!reserve_tape(*parser, tokens)) return CONNECT_JSON_NO_MEMORY;
    // The scanner's memory has room for more offsets than there are bytes.
    uint32_t *const offsets = parser->scanner->structural_indexes.get();
    offsets[tokens] = uint32_t(length);
    Walk walk(text, length, parser->tape.get());
    const int result = walk.run(offsets, offsets + tokens, deepest);
    *tape = parser->tape.get();
    *count = walk.used;
    return result;
}

extern "C" void connect_json_parser_trim(connect_json_parser *parser) {
    if (parser->capacity > small_capacity) {
        parser->scanner.reset();
        parser->capacity = 0;
    }
    if (parser->tape_capacity > small_capacity / 8) {
        parser->tape.reset();
        parser->tape_capacity = 0;
    }
}

extern "C" size_t connect_json_compact(const uint8_t *text, size_t length, uint8_t *target) {
    size_t count = 0;
    const auto error = simdjson::get_active_implementation()->minify(text, length, target, count);
    return error ? 0 : count;
}
