import Connect
import ConnectTesting

@testable import ConnectXML

/// A random document: small, with namespaces, of all kinds of nodes.
struct RandomXML {
    private static let names = ["a", "b", "entry", "x-1", "Größe", "要素", "_"]
    private static let prefixes = ["p", "q", "ns1"]
    private static let uris = ["urn:1", "urn:2?a=b&c", "http://example.org/\"quoted\""]
    /// Strings that have broken programs before.
    static let naughty = [
        "", " ", "a", "ä€😀", "<", "&", ">", "\"", "'", "]]>", "]]", "&amp;", "&lt;b&gt;", "<![CDATA[", "-->", "<!--",
        "?>",
        "\t", "\n", "\r", "\r\n", " \r ", "\u{A0}", "\u{2028}", "\u{FEFF}", "\u{85}", "e\u{301}", "𝒳", "👩‍👩‍👧", "שלום",
        "\u{202E}rtl", "\u{200B}", "%s%n", "${x}", "null", "NaN", "1e400", "0x", "../../etc/passwd", "' OR 1=1 --",
        "{\"a\":1}", "\\u0041", "\u{7F}", "\u{9F}", "\u{FFFD}", "\u{10FFFF}", "&#65;", "&#x0;", "&bomb;", "xmlns:p='x'",
        "<?xml version='1.0'?>", "</a>", "]]]]>>", "a]]>b]]>c", "&&&", "<<>>",
    ]

    static func document(_ random: inout SplitMix) throws -> XML.Document {
        var source = random
        defer { random = source }
        return try XML.Document(root: "root", namespaces: ["p": "urn:1"]) { root in
            try fill(&root, ["p"], depth: 0, &source)
        }
    }

    private static func fill(
        _ builder: inout XML.Builder, _ bound: [String], depth: Int, _ random: inout SplitMix
    ) throws {
        for _ in 0..<random.below(depth > 4 ? 2 : 5) {
            switch random.below(8) {
            case 0, 1: try builder.text(text(&random))
            case 2: try builder.characterData(withoutReturns(text(&random)))
            case 3: try builder.comment(withoutReturns(text(&random)).split(separator: "-").joined(separator: "+"))
            case 4:
                let words = withoutReturns(text(&random)).split(separator: ">").joined(separator: "+")
                try builder.instruction("target", "x\(words)")
            default: try element(&builder, bound, depth: depth, &random)
            }
        }
    }

    private static func element(
        _ builder: inout XML.Builder, _ bound: [String], depth: Int, _ random: inout SplitMix
    ) throws {
        var bound = bound
        let declared = random.oneIn(3) ? prefixes[random.below(prefixes.count)] : nil
        if let declared { bound.append(declared) }
        let prefix = random.oneIn(2) ? bound[random.below(bound.count)] + ":" : ""
        var attributes: [(String, String)] = []
        for place in 0..<random.below(4) {
            let prefix = random.oneIn(3) ? bound[random.below(bound.count)] + ":" : ""
            attributes.append(("\(prefix)\(names[random.below(names.count)])\(place)", text(&random)))
        }
        let uri = uris[random.below(uris.count)]
        let name = prefix + names[random.below(names.count)]
        var source = random
        defer { random = source }
        let content = { (inner: inout XML.Builder) in
            try fill(&inner, bound, depth: depth + 1, &source)
        }
        if let declared {
            try builder.element(name, attributes, namespaces: [declared: uri], content: content)
        } else if source.oneIn(6) {
            try builder.element(name, attributes, namespaces: ["": source.oneIn(2) ? uri : ""], content: content)
        } else {
            try builder.element(name, attributes, content: content)
        }
    }

    static func withoutReturns(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.filter { $0 != "\r" }))
    }

    static func text(_ random: inout SplitMix) -> String {
        (0...random.below(3)).map { _ in naughty[random.below(naughty.count)] }.joined()
    }
}
