import Connect
import ConnectTesting

@testable import ConnectAvro

/// Random schemas and data.
struct RandomAvro {
    var random: SplitMix
    private var named: [String] = []
    private var count = 0

    init(_ seed: UInt64) { random = SplitMix(seed: seed) }

    /// A schema whose outermost type is a record, and nothing that the judges do not take.
    mutating func schema() -> String {
        named = []
        count = 0
        return record(depth: 0)
    }

    private mutating func name() -> String {
        count += 1
        return "N\(count)"
    }

    mutating func record(depth: Int) -> String {
        let name = name()
        // Only complete types can be named inside of themselves: the name is added where a way out is certain.
        let fields = (0..<random.below(depth == 0 ? 6 : 4) + (depth == 0 ? 1 : 0)).map { place in
            let type =
                random.below(12) == 0 && depth < 3 ? #"["null", "\#(name)"]"# : self.type(depth: depth + 1)
            return #"{"name": "f\#(place)", "type": \#(type)}"#
        }
        named.append(name)
        return #"{"type": "record", "name": "\#(name)", "fields": [\#(fields.joined(separator: ", "))]}"#
    }

    private static let primitives = ["null", "boolean", "int", "long", "float", "double", "bytes", "string"]

    mutating func type(depth: Int, inUnion: Bool = false) -> String {
        switch random.below(depth > 3 ? 8 : 14) {
        case 8: return record(depth: depth)
        case 9: return #"{"type": "array", "items": \#(type(depth: depth + 1))}"#
        case 10: return #"{"type": "map", "values": \#(type(depth: depth + 1))}"#
        case 11:
            let name = name()
            named.append(name)
            let symbols = (0...random.below(4)).map { "\"S\($0)\"" }.joined(separator: ", ")
            return #"{"type": "enum", "name": "\#(name)", "symbols": [\#(symbols)]}"#
        case 12:
            if random.below(2) == 0, let known = named.randomElement(using: &random) { return "\"\(known)\"" }
            let name = name()
            named.append(name)
            return #"{"type": "fixed", "name": "\#(name)", "size": \#(random.below(5) + 1)}"#
        case 13 where !inUnion:
            var kinds: Set<String> = []
            var branches: [String] = []
            for _ in 0...random.below(4) {
                let type = random.below(3) == 0 ? record(depth: depth + 1) : "\"\(Self.primitives[random.below(8)])\""
                if kinds.insert(type).inserted { branches.append(type) }
            }
            return "[\(branches.joined(separator: ", "))]"
        default: return "\"\(Self.primitives[random.below(8)])\""
        }
    }

    /// A value of a type, as decoding gives it.
    mutating func value(_ type: AvroType, depth: Int = 0) -> AvroValue {
        let most = depth > 5 ? 1 : 4
        switch type.kind {
        case .null: return .null
        case .boolean: return .boolean(random.below(2) == 0)
        case .int: return .int(Int32(truncatingIfNeeded: number()))
        case .long: return .long(number())
        case .float: return .float(Float(Int32(truncatingIfNeeded: number())) / 8)
        case .double: return .double(Double(number()) / 1024)
        case .bytes: return .bytes(bytes(random.below(6)))
        case .string: return .string(text())
        case .fixed: return .fixed(bytes(type.size))
        case .enumeration: return .enumeration(type.symbols[random.below(type.symbols.count)])
        case .array:
            return .array((0..<random.below(most)).compactMap { _ in type.element.map { value($0, depth: depth + 1) } })
        case .map:
            return .map(
                (0..<random.below(most)).compactMap { place in
                    type.element.map { AvroMember("\(place)\(text())", value($0, depth: depth + 1)) }
                })
        case .record: return .record(type.fields.map { AvroMember($0.name, value($0.type, depth: depth + 1)) })
        case .union:
            let branches = type.branches
            // Records that hold themselves have a way out, which is the first branch.
            let branch = depth > 8 ? 0 : random.below(branches.count)
            return .union(branch: branch, value(branches[branch], depth: depth + 1))
        }
    }

    private mutating func number() -> Int64 {
        Int64(bitPattern: random.next()) >> Int64(random.below(64))
    }

    mutating func bytes(_ count: Int) -> Bytes { Bytes((0..<count).map { _ in UInt8(random.below(256)) }) }

    private mutating func text() -> String {
        String((0..<random.below(12)).map { _ in Array("abcxyzAB01 \"\\/\n\t\u{1}äß€→𝄞\u{2028}")[random.below(22)] })
    }
}
