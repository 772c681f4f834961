import ConnectTesting

/// A random JSON value, small and of all kinds.
indirect enum RandomJSON {
    case object([(String, RandomJSON)])
    case array([RandomJSON])
    case string(String)
    /// A number, true, false or null.
    case word(String)

    private static let numbers = [
        "0", "-0", "1", "-17", "3.25", "1e3", "-2.5E-7", "12345678901234567890123", "0.1", "1E+400", "9007199254740993",
    ]
    private static let texts = [
        "", "a", "name", "ä", "😀", "a b", "\"", "\\", "\n\t", "\u{1}", "x.y", "[0]", "\u{2028}",
    ]

    init(_ random: inout SplitMix, depth: Int = 0) {
        switch random.below(depth > 4 ? 2 : 4) {
        case 0: self = .word((RandomJSON.numbers + ["true", "false", "null"])[random.below(14)])
        case 1: self = .string(RandomJSON.word(&random))
        case 2: self = .array((0..<random.below(5)).map { _ in RandomJSON(&random, depth: depth + 1) })
        default:
            self = .object(
                (0..<random.below(5)).map { _ in (RandomJSON.word(&random), RandomJSON(&random, depth: depth + 1)) })
        }
    }

    private static func word(_ random: inout SplitMix) -> String {
        (0...random.below(3)).map { _ in texts[random.below(texts.count)] }.joined()
    }

    /// Without white space, and with as few escapes as can be.
    var canonical: String {
        switch self {
        case .object(let members):
            "{" + members.map { RandomJSON.quoted($0.0) + ":" + $0.1.canonical }.joined(separator: ",") + "}"
        case .array(let elements): "[" + elements.map(\.canonical).joined(separator: ",") + "]"
        case .string(let text): RandomJSON.quoted(text)
        case .word(let word): word
        }
    }

    /// With random white space and escapes.
    func text(_ random: inout SplitMix) -> String {
        let before = RandomJSON.space(&random)
        let inside: String
        switch self {
        case .object(let members):
            let written = members.map { name, value in
                RandomJSON.space(&random) + RandomJSON.escaped(name, &random) + RandomJSON.space(&random) + ":"
                    + value.text(&random)
            }
            inside = "{" + (written.isEmpty ? RandomJSON.space(&random) : written.joined(separator: ",")) + "}"
        case .array(let elements):
            let written = elements.map { $0.text(&random) }
            inside = "[" + (written.isEmpty ? RandomJSON.space(&random) : written.joined(separator: ",")) + "]"
        case .string(let text): inside = RandomJSON.escaped(text, &random)
        case .word(let word): inside = word
        }
        return before + inside + RandomJSON.space(&random)
    }

    private static func space(_ random: inout SplitMix) -> String {
        ["", "", "", " ", "\n", "\t ", "\r\n  "][random.below(7)]
    }

    private static func quoted(_ text: String) -> String {
        "\"" + text.unicodeScalars.map { escape($0, always: false) }.joined() + "\""
    }

    private static func escaped(_ text: String, _ random: inout SplitMix) -> String {
        "\"" + text.unicodeScalars.map { escape($0, always: random.oneIn(4)) }.joined() + "\""
    }

    private static func escape(_ scalar: Unicode.Scalar, always: Bool) -> String {
        switch scalar {
        case "\"" where !always: return "\\\""
        case "\\" where !always: return "\\\\"
        case "\n" where !always: return "\\n"
        case "\t" where !always: return "\\t"
        case "\u{1}" where !always: return "\\u0001"
        default:
            if !always { return String(scalar) }
            return String(scalar).utf16.map { unit in
                let digits = String(unit, radix: 16)
                return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }.joined()
        }
    }
}
