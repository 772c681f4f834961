import ProcessSupport
import Testing

@testable import Connect
@testable import ConnectText

/// Text from bytes and back: strict, nothing repaired.
@Suite struct StringCoderTests {
    struct Sample: Sendable {
        var name: String
        var bytes: [UInt8]
        /// The first byte that does not begin a valid sequence; nil where all are valid.
        var offset: Int64?
    }

    // RFC 3629, sections 3 and 4; the Unicode Standard, table 3-7.
    static let samples = [
        Sample(name: "empty", bytes: []),
        Sample(name: "NUL", bytes: [0]),
        Sample(name: "last of one byte", bytes: [0x7F]),
        Sample(name: "first and last of two", bytes: [0xC2, 0x80, 0xDF, 0xBF]),
        Sample(name: "first and last of three", bytes: [0xE0, 0xA0, 0x80, 0xEF, 0xBF, 0xBF]),
        Sample(name: "before and after the surrogates", bytes: [0xED, 0x9F, 0xBF, 0xEE, 0x80, 0x80]),
        Sample(name: "first and last of four", bytes: [0xF0, 0x90, 0x80, 0x80, 0xF4, 0x8F, 0xBF, 0xBF]),
        Sample(name: "byte order mark", bytes: [0xEF, 0xBB, 0xBF, 0x61]),
        Sample(name: "lone continuation", bytes: [0x61, 0x80], offset: 1),
        Sample(name: "lone 0xBF", bytes: [0xBF], offset: 0),
        Sample(name: "overlong slash in two", bytes: [0x61, 0x62, 0xC0, 0xAF], offset: 2),
        Sample(name: "overlong 0x7F in two", bytes: [0xC1, 0xBF], offset: 0),
        Sample(name: "overlong in three", bytes: [0xE0, 0x9F, 0xBF], offset: 0),
        Sample(name: "overlong in four", bytes: [0x61, 0xF0, 0x8F, 0xBF, 0xBF], offset: 1),
        Sample(name: "overlong NUL", bytes: [0xC0, 0x80], offset: 0),
        Sample(name: "first surrogate", bytes: [0x61, 0xED, 0xA0, 0x80], offset: 1),
        Sample(name: "last surrogate", bytes: [0xED, 0xBF, 0xBF], offset: 0),
        Sample(name: "pair of surrogates (CESU-8)", bytes: [0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80], offset: 0),
        Sample(name: "above U+10FFFF", bytes: [0x61, 0x62, 0x63, 0xF4, 0x90, 0x80, 0x80], offset: 3),
        Sample(name: "0xF5", bytes: [0xF5, 0x80, 0x80, 0x80], offset: 0),
        Sample(name: "five bytes", bytes: [0xF8, 0x88, 0x80, 0x80, 0x80], offset: 0),
        Sample(name: "0xFE", bytes: [0x61, 0xFE], offset: 1),
        Sample(name: "0xFF", bytes: [0xFF], offset: 0),
        Sample(name: "cut in two", bytes: [0x61, 0xC3], offset: 1),
        Sample(name: "cut in three", bytes: [0xC3, 0xA4, 0xE2, 0x82], offset: 2),
        Sample(name: "cut in four", bytes: [0xF0, 0x9F, 0x98], offset: 0),
        Sample(name: "cut and then text", bytes: [0xE2, 0x82, 0x61], offset: 0),
        Sample(name: "Latin-1", bytes: [0x4D, 0xFC, 0x6C, 0x6C, 0x65, 0x72], offset: 1),
        Sample(name: "UTF-16 LE", bytes: [0xFF, 0xFE, 0x61, 0x00], offset: 0),
    ]

    // Case 97, the other way round: what claims to be text is text.
    @Test("Only valid UTF-8 is text, and the error names the first byte that is not", arguments: samples)
    func table(_ sample: Sample) throws {
        var decoder = StringDecoder().makeInstance()
        var encoder = StringEncoder().makeInstance()
        // Long texts take another way through the standard library than short ones.
        for padding in [0, 1, 7, 8, 100] {
            let bytes = Bytes([UInt8](repeating: 0x61, count: padding) + sample.bytes)
            guard let offset = sample.offset else {
                let text = try decoder.convert(bytes)
                #expect(text.utf8.count == bytes.count)
                #expect(encoder.convert(text) == bytes)
                continue
            }
            let error = #expect(throws: CoderError.self) { try decoder.convert(bytes) }
            #expect(error?.code == .malformed)
            #expect(error?.coder == "STRING-DECODE")
            #expect(error?.offset == offset + Int64(padding))
            #expect(error?.description.contains("byte \(offset + Int64(padding)) of \(bytes.count)") == true)
        }
    }

    @Test("Random bytes are text exactly where decoding with repair changes nothing")
    func random() throws {
        var decoder = StringDecoder().makeInstance()
        for seed in seeds(5000) {
            var random = SeededRandom(seed: seed)
            let alphabet: [UInt8] = [0x41, 0x80, 0xBF, 0xC2, 0xE0, 0xA0, 0xED, 0x9F, 0xF0, 0x90, 0xF4, 0x8F, 0xFF]
            let bytes = (0..<Int.random(in: 0...6, using: &random)).map { _ in
                alphabet.randomElement(using: &random) ?? 0
            }
            let repaired = String(decoding: bytes, as: UTF8.self)
            let isValid = Array(repaired.utf8) == bytes
            do {
                let text = try decoder.convert(Bytes(bytes))
                #expect(isValid && text == repaired, "seed \(seed)")
            } catch {
                let error = try #require(error as? CoderError)
                let offset = Int(error.offset ?? -1)
                // All before is valid, and the place is where the repair begins.
                #expect(!isValid && String(validating: bytes.prefix(offset), as: UTF8.self) != nil, "seed \(seed)")
                let valid = repaired.unicodeScalars.prefix { $0 != "\u{FFFD}" }
                #expect(String(valid).utf8.count == offset, "seed \(seed)")
            }
        }
    }
}
