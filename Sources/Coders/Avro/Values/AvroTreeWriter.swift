import Connect
import ConnectCatalog

/// Writes trees as data.
struct AvroTreeWriter: ~Copyable {
    /// What does not fit, and the way to it.
    struct Mismatch: Error {
        var code = CoderError.Code.malformed
        var path: [String] = []
        let message: String

        func at(_ name: String) -> Mismatch { Mismatch(code: code, path: path + [name], message: message) }

        var error: CoderError {
            let place = path.isEmpty ? "" : path.reversed().joined(separator: ".") + ": "
            return CoderError(code, coder: AvroError.coder, place + message)
        }
    }

    let program: AvroProgram
    let limits: AvroLimits
    var output = BytesBuilder()
    private var written = 0

    init(_ program: AvroProgram, _ limits: AvroLimits) {
        self.program = program
        self.limits = limits
    }

    /// Ends the writing.
    mutating func take() -> Bytes { output.takeExact() }

    mutating func count(_ bytes: Int) throws(Mismatch) {
        written += bytes
        if written > limits.bytes {
            throw Mismatch(
                code: .limitExceeded, message: "the datum has more than \(limits.bytes) bytes; raise the limit")
        }
    }

    mutating func long(_ value: Int64) throws(Mismatch) {
        try count(AvroNumber.append(value, to: &output))
    }

    mutating func run(_ bytes: Bytes) throws(Mismatch) {
        try long(Int64(bytes.count))
        try count(bytes.count)
        output.append(bytes)
    }

    mutating func text(_ text: String) throws(Mismatch) {
        let size = text.utf8.count
        try long(Int64(size))
        try count(size)
        output.append(text)
    }

    private func wrong(_ value: AvroValue, _ node: Int) -> Mismatch {
        let type = AvroType(schema: AvroSchema(program), index: node)
        return Mismatch(message: "the value is \(value.phrase), but the type is \(type.name)")
    }

    /// Writes a value of a type.
    mutating func write(_ value: AvroValue, _ node: Int, _ depth: Int = 0) throws(Mismatch) {
        let type = program.nodes[node]
        if depth > limits.checkedDepth {
            throw Mismatch(
                code: .limitExceeded, message: "values stand more than \(limits.checkedDepth) deep in each other")
        }
        if type.kind == .union { return try branch(value, node, depth) }
        switch (type.kind, value) {
        case (.null, .null): return
        case (.boolean, .boolean(let value)):
            try count(1)
            output.append(value ? 1 : 0)
        case (.int, .int(let value)): try long(Int64(value))
        case (.int, .long(let value)):
            guard Int32(exactly: value) != nil else { throw Mismatch(message: "\(value) is too large for an int") }
            try long(value)
        case (.long, .long(let value)): try long(value)
        case (.long, .int(let value)): try long(Int64(value))
        case (.float, .float(let value)):
            try count(4)
            AvroNumber.append(value, to: &output)
        case (.double, .double(let value)):
            try count(8)
            AvroNumber.append(value, to: &output)
        case (.double, .float(let value)):
            try count(8)
            AvroNumber.append(Double(value), to: &output)
        case (.bytes, .bytes(let value)): try run(value)
        case (.string, .string(let value)): try text(value)
        case (.fixed, .fixed(let value)):
            guard value.count == Int(type.first) else {
                throw Mismatch(message: "there are \(value.count) bytes, but the fixed has \(type.first)")
            }
            try count(value.count)
            output.append(value)
        case (.enumeration, .enumeration(let symbol)):
            guard let place = program.details[node].symbolPlaces[symbol] else {
                throw Mismatch(message: "the enum has no symbol \(AvroError.quoted(symbol))")
            }
            try long(Int64(place))
        case (.record, .record(let members)): try record(members, node, depth)
        case (.array, .array(let items)):
            if !items.isEmpty { try long(Int64(items.count)) }
            for (place, item) in items.enumerated() {
                do throws(Mismatch) {
                    try write(item, Int(type.first), depth + 1)
                } catch {
                    throw error.at("\(place)")
                }
            }
            try long(0)
        case (.map, .map(let members)):
            if !members.isEmpty { try long(Int64(members.count)) }
            for member in members {
                try text(member.name)
                do throws(Mismatch) {
                    try write(member.value, Int(type.first), depth + 1)
                } catch {
                    throw error.at(member.name)
                }
            }
            try long(0)
        default: throw wrong(value, node)
        }
    }

    private mutating func record(_ members: [AvroMember], _ node: Int, _ depth: Int) throws(Mismatch) {
        let fields = program.details[node].fields
        if let surplus = members.first(where: { program.details[node].fieldPlaces[$0.name] == nil }) {
            throw Mismatch(message: "the record has no field \(AvroError.quoted(surplus.name))")
        }
        // Values that were read stand in the order of the fields; only others have to be looked for.
        var others: [String: Int]?
        for (place, field) in fields.enumerated() {
            var found: Int?
            if place < members.count, members[place].name == field.name {
                found = place
            } else {
                let table = others ?? Dictionary(members.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { $1 })
                others = table
                found = table[field.name]
            }
            guard let found else { throw Mismatch(message: "the field \(AvroError.quoted(field.name)) is missing") }
            do throws(Mismatch) {
                try write(members[found].value, program.child(node, place), depth + 1)
            } catch {
                throw error.at(field.name)
            }
        }
    }

    private mutating func branch(_ value: AvroValue, _ node: Int, _ depth: Int) throws(Mismatch) {
        let count = Int(program.nodes[node].count)
        if case .union(let branch, let inner) = value {
            guard (0..<count).contains(branch) else { throw Mismatch(message: "the union has no branch \(branch)") }
            try long(Int64(branch))
            return try write(inner, program.child(node, branch), depth + 1)
        }
        guard let branch = (0..<count).first(where: { fits(value, program.child(node, $0)) }) else {
            throw Mismatch(message: "the value is \(value.phrase), for which the union has no branch")
        }
        try long(Int64(branch))
        try write(value, program.child(node, branch), depth + 1)
    }

    /// Whether a value is of the kind of a type, without looking at what it holds.
    private func fits(_ value: AvroValue, _ node: Int) -> Bool {
        let type = program.nodes[node]
        switch (type.kind, value) {
        case (.null, .null), (.boolean, .boolean), (.int, .int), (.long, .long), (.long, .int), (.float, .float),
            (.double, .double), (.double, .float), (.bytes, .bytes), (.string, .string), (.array, .array), (.map, .map):
            return true
        case (.fixed, .fixed(let bytes)): return bytes.count == Int(type.first)
        case (.enumeration, .enumeration(let symbol)): return program.details[node].symbolPlaces[symbol] != nil
        case (.record, .record(let members)):
            let places = program.details[node].fieldPlaces
            return members.count == places.count && members.allSatisfy { places[$0.name] != nil }
        default: return false
        }
    }
}
