public import Connect

/// Values that connectors and coders stumble over: empty, very large, non-ASCII, with characters that separate.
public enum ContractSamples {
    /// Texts without line breaks: empty, blank, quotes, separators, scripts of several planes, combining marks, long.
    public static let texts: [String] = [
        "", " ", "a", "plain", "tab\tand; comma, pipe|", "\"quoted\" and 'single'", "back\\slash", "%41%",
        "{}[]<>&amp;",
        "äöüß", "e\u{301}", "日本語", "العربية", "👩‍👩‍👧‍👦", "\u{10FFFF}", "\u{FEFF}mark", "nul\u{0}inside",
        String(repeating: "x", count: 4096), String(repeating: "é", count: 70_000),
    ]

    /// Byte sequences without a newline: those of ``texts``, and what is no text.
    public static var bytes: [Bytes] {
        texts.map { Bytes($0) } + [
            Bytes([0xFF, 0xFE, 0x00]), Bytes([0x80]), Bytes([0xC3]),
            Bytes((0...255).filter { $0 != 0x0A && $0 != 0x0D }),
        ]
    }
}
