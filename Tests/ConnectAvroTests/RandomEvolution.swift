import ConnectTesting

/// A random schema of a writer and what a reader has made of it: fields dropped, added, renamed and put in another order,
/// types promoted, symbols and branches added and taken away.
struct RandomEvolution {
    struct Pair {
        let writer: String
        let reader: String

        init(_ writer: String, _ reader: String) {
            self.writer = writer
            self.reader = reader
        }
    }

    var random: SplitMix
    private var count = 0
    /// The names that are declared on both sides so far.
    private var named: [Pair] = []
    /// Names that are used again must be declared before: then nothing changes its place.
    private let refersByName: Bool

    init(_ seed: UInt64) {
        random = SplitMix(seed: seed)
        refersByName = random.below(2) == 0
    }

    mutating func pair() -> Pair { record(depth: 0) }

    private mutating func name() -> String {
        count += 1
        return "N\(count)"
    }

    /// What only one side has: nothing declared in it is known to the other.
    private mutating func alone(_ depth: Int) -> Pair {
        let before = named
        defer { named = before }
        return type(depth: depth)
    }

    private static let plain = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"]
    private static let promotions = [
        "int": ["long", "float", "double"], "long": ["float", "double"], "float": ["double"], "string": ["bytes"],
        "bytes": ["string"],
    ]
    private static let defaults = [
        "null": "null", "boolean": "true", "int": "-7", "long": "8", "float": "0.5", "double": "2.25",
        "bytes": #""a\u0001b""#, "string": #""dflt""#, #"["null", "int"]"#: "null", #"["long", "null"]"#: "5",
        #"{"type": "array", "items": "int"}"#: "[1, 2]", #"{"type": "map", "values": "long"}"#: #"{"k": 3}"#,
        #"{"type": "array", "items": ["null", "string"]}"#: "[]",
    ]

    private mutating func primitive() -> Pair {
        let writer = Self.plain[random.below(8)]
        var reader = writer
        if random.below(3) == 0, let wider = Self.promotions[writer]?.randomElement(using: &random) { reader = wider }
        if random.below(40) == 0 { reader = Self.plain[random.below(8)] }
        return Pair("\"\(writer)\"", "\"\(reader)\"")
    }

    private mutating func type(depth: Int, inUnion: Bool = false) -> Pair {
        switch random.below(depth > 3 ? 8 : 16) {
        case 8: return record(depth: depth)
        case 9:
            let item = type(depth: depth + 1)
            return Pair(
                #"{"type": "array", "items": \#(item.writer)}"#, #"{"type": "array", "items": \#(item.reader)}"#)
        case 10:
            let item = type(depth: depth + 1)
            return Pair(#"{"type": "map", "values": \#(item.writer)}"#, #"{"type": "map", "values": \#(item.reader)}"#)
        case 11: return enumeration()
        case 12: return fixed()
        case 13 where refersByName: return named.randomElement(using: &random) ?? primitive()
        case 14 where !inUnion:
            // One side has a union.
            let inner = type(depth: depth + 1, inUnion: true)
            let isWriter = random.below(2) == 0
            let written = isWriter && inner.writer != "\"null\"" && !inner.writer.hasPrefix("[")
            let read = !isWriter && inner.reader != "\"null\"" && !inner.reader.hasPrefix("[")
            return Pair(
                written ? #"["null", \#(inner.writer)]"# : inner.writer,
                read ? #"["null", \#(inner.reader)]"# : inner.reader)
        case 15 where !inUnion: return union(depth: depth)
        default: return primitive()
        }
    }

    private mutating func union(depth: Int) -> Pair {
        var branches: [Pair] = []
        var kinds: Set<String> = []
        for _ in 0...random.below(4) {
            let branch: Pair
            switch random.below(4) {
            case 0: branch = record(depth: depth + 1)
            case 1: branch = fixed()
            default:
                let kind = "\"\(Self.plain[random.below(8)])\""
                branch = Pair(kind, kind)
            }
            if kinds.insert(branch.writer).inserted { branches.append(branch) }
        }
        var read = branches.map(\.reader)
        if !refersByName {
            read.shuffle(using: &random)
            if random.below(3) == 0, read.count > 1 { read.removeLast() }
        }
        if random.below(3) == 0 {
            let more = "\"\(Self.plain[random.below(8)])\""
            if !read.contains(more) { read.insert(more, at: random.below(read.count + 1)) }
        }
        return Pair("[\(branches.map(\.writer).joined(separator: ", "))]", "[\(read.joined(separator: ", "))]")
    }

    private mutating func enumeration() -> Pair {
        let name = name()
        let symbols = (0...random.below(5)).map { "\"S\($0)\"" }
        var read = symbols
        if random.below(2) == 0 { read.shuffle(using: &random) }
        if random.below(3) == 0, read.count > 1 { read.removeLast() }
        if random.below(3) == 0 { read.insert("\"T\"", at: random.below(read.count + 1)) }
        let fallback = random.below(2) == 0 ? ", \"default\": \(read[random.below(read.count)])" : ""
        named.append(Pair("\"\(name)\"", "\"\(name)\""))
        return Pair(
            #"{"type": "enum", "name": "\#(name)", "symbols": [\#(symbols.joined(separator: ", "))]}"#,
            #"{"type": "enum", "name": "\#(name)", "symbols": [\#(read.joined(separator: ", "))]\#(fallback)}"#)
    }

    private mutating func fixed() -> Pair {
        let name = name()
        let size = random.below(5) + 1
        let read = random.below(30) == 0 ? size + 1 : size
        named.append(Pair("\"\(name)\"", "\"\(name)\""))
        return Pair(
            #"{"type": "fixed", "name": "\#(name)", "size": \#(size)}"#,
            #"{"type": "fixed", "name": "\#(name)", "size": \#(read)}"#)
    }

    private mutating func record(depth: Int) -> Pair {
        let name = name()
        let isRenamed = random.below(6) == 0
        let readName = isRenamed ? "Renamed\(name)" : name
        let names = Pair("\"\(name)\"", "\"\(readName)\"")
        var written: [String] = []
        var read: [String] = []
        for place in 0..<random.below(6) {
            let field = "f\(place)"
            switch random.below(8) {
            case 0:
                written.append(#"{"name": "\#(field)", "type": \#(alone(depth + 1).writer)}"#)
            case 1:
                let (type, value) = Self.defaults.sorted { $0.key < $1.key }[random.below(Self.defaults.count)]
                let added = Self.plain.contains(type) ? "\"\(type)\"" : type
                read.append(#"{"name": "\#(field)", "type": \#(added), "default": \#(value)}"#)
            case 2:
                let type = type(depth: depth + 1)
                written.append(#"{"name": "\#(field)", "type": \#(type.writer)}"#)
                read.append(#"{"name": "new\#(field)", "aliases": ["x", "\#(field)"], "type": \#(type.reader)}"#)
            case 3 where depth < 3:
                written.append(#"{"name": "\#(field)", "type": ["null", \#(names.writer)]}"#)
                read.append(#"{"name": "\#(field)", "type": ["null", \#(names.reader)]}"#)
            default:
                let type = type(depth: depth + 1)
                written.append(#"{"name": "\#(field)", "type": \#(type.writer)}"#)
                read.append(#"{"name": "\#(field)", "type": \#(type.reader)}"#)
            }
        }
        if !refersByName, random.below(3) == 0, !read.contains(where: { $0.contains(names.reader) }) {
            read.shuffle(using: &random)
        }
        if random.below(50) == 0 { read.append(#"{"name": "unknown", "type": "int"}"#) }
        named.append(names)
        let aliases = isRenamed ? #" "aliases": ["\#(name)"],"# : ""
        return Pair(
            #"{"type": "record", "name": \#(names.writer), "fields": [\#(written.joined(separator: ", "))]}"#,
            #"{"type": "record", "name": \#(names.reader),\#(aliases) "fields": [\#(read.joined(separator: ", "))]}"#)
    }
}
