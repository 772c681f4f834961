/// A state of every shape the compiler can derive coding for.
indirect enum SampleState: Codable, Equatable {
    case nothing
    case number(Int64)
    case natural(UInt64)
    case fraction(Double)
    case text(String)
    case pair(SampleState, second: SampleState)
    case list([SampleState])
    case table([String: SampleState?])
    case counts([Int: UInt32])
    case record(Record)

    struct Record: Codable, Equatable {
        var isOn: Bool
        var bytes: [UInt8]
        var single: Float?
        var next: SampleState?
    }

    static func random(depth: Int, _ random: inout SeededGenerator) -> SampleState {
        let below = { (random: inout SeededGenerator) in SampleState.random(depth: depth - 1, &random) }
        let count = Int.random(in: 0..<4, using: &random)
        switch Int.random(in: 0..<(depth > 0 ? 10 : 5), using: &random) {
        case 0: return .nothing
        case 1: return .number(Int64(bitPattern: random.next() >> UInt64.random(in: 0..<64, using: &random)))
        case 2: return .natural(random.next() >> UInt64.random(in: 0..<64, using: &random))
        case 3:
            let value = Double(bitPattern: random.next())
            return .fraction(value.isFinite ? value : 0.1)
        case 4: return .text(randomText(&random))
        case 5: return .pair(below(&random), second: below(&random))
        case 6: return .list((0..<count).map { _ in below(&random) })
        case 7:
            var table: [String: SampleState?] = [:]
            for _ in 0..<count {
                table[randomText(&random)] = .some(Bool.random(using: &random) ? below(&random) : nil)
            }
            return .table(table)
        case 8:
            var counts: [Int: UInt32] = [:]
            for _ in 0..<count {
                counts[Int.random(in: .min ... .max, using: &random)] = .random(in: 0...9, using: &random)
            }
            return .counts(counts)
        default:
            return .record(
                Record(
                    isOn: Bool.random(using: &random),
                    bytes: (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) },
                    single: count == 0 ? nil : Float.random(in: -1e30...1e30, using: &random),
                    next: Bool.random(using: &random) ? below(&random) : nil
                )
            )
        }
    }

    private static func randomText(_ random: inout SeededGenerator) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0..<8, using: &random) {
            let range: ClosedRange<UInt32> = [0...0x7f, 0...0xff, 0x2000...0x2100, 0x1f600...0x1f640][
                Int(random.next() % 4)]
            Unicode.Scalar(UInt32.random(in: range, using: &random)).map { text.unicodeScalars.append($0) }
        }
        return text
    }
}

struct Totals: Codable, Equatable {
    var sum: Double
    var count: Int
    var last: String?
}

struct Nothing: Codable {}

enum Mode: String, Codable {
    case fast, slow
}

/// Exactly two elements.
struct Pair: Decodable {
    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        _ = (try container.decode(Int.self), try container.decode(Int.self))
    }
}

/// Nested containers of every kind, filled out of order.
struct HandMade: Codable, Equatable {
    enum Key: String, CodingKey {
        case nested, rows, label, none
    }

    var rows: [[Int]]
    var label: String

    init(rows: [[Int]], label: String) {
        self.rows = rows
        self.label = label
    }

    init(from decoder: any Decoder) throws {
        let outer = try decoder.container(keyedBy: Key.self)
        label = try outer.nestedContainer(keyedBy: Key.self, forKey: .nested).decode(String.self, forKey: .label)
        rows = []
        var lists = try outer.nestedUnkeyedContainer(forKey: .rows)
        while !lists.isAtEnd {
            var list = try lists.nestedUnkeyedContainer()
            var row: [Int] = []
            while !list.isAtEnd { row.append(try list.decode(Int.self)) }
            rows.append(row)
        }
        guard try outer.decodeNil(forKey: .none) else {
            throw DecodingError.dataCorruptedError(forKey: .none, in: outer, debugDescription: "not nil")
        }
    }

    func encode(to encoder: any Encoder) throws {
        var outer = encoder.container(keyedBy: Key.self)
        var inner = outer.nestedContainer(keyedBy: Key.self, forKey: .nested)
        var lists = outer.nestedUnkeyedContainer(forKey: .rows)
        for row in rows {
            var list = lists.nestedUnkeyedContainer()
            for number in row { try list.encode(number) }
        }
        try outer.encodeNil(forKey: .none)
        try inner.encode("overwritten", forKey: .label)
        try inner.encode(label, forKey: .label)
    }
}

class Parent: Codable {
    let name: String

    init(name: String) {
        self.name = name
    }
}

final class Child: Parent {
    let age: Int

    private enum Key: CodingKey {
        case age
    }

    init(name: String, age: Int) {
        self.age = age
        super.init(name: name)
    }

    required init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        age = try container.decode(Int.self, forKey: .age)
        try super.init(from: container.superDecoder())
    }

    override func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(age, forKey: .age)
        try super.encode(to: container.superEncoder())
    }
}

/// Arrays in arrays.
struct Nested: Codable {
    let depth: Int

    init(depth: Int) {
        self.depth = depth
    }

    init(from decoder: any Decoder) throws {
        var container = try decoder.unkeyedContainer()
        depth = container.isAtEnd ? 1 : try container.decode(Nested.self).depth + 1
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.unkeyedContainer()
        if depth > 1 { try container.encode(Nested(depth: depth - 1)) }
    }
}

/// Encodes two things in one place.
struct Conflict: Encodable {
    enum Kind {
        case value, array, object
    }

    let first: Kind
    let second: Kind

    func encode(to encoder: any Encoder) throws {
        for kind in [first, second] {
            switch kind {
            case .value:
                var container = encoder.singleValueContainer()
                try container.encode(1)
            case .array: _ = encoder.unkeyedContainer()
            case .object: _ = encoder.container(keyedBy: HandMade.Key.self)
            }
        }
    }
}

/// Numbers that are the same in every run.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
