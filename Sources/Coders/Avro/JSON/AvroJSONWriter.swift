import Connect
import ConnectCatalog
import ConnectJSON

/// Writes what JSON says as data.
struct AvroJSONWriter: ~Copyable {
    typealias Mismatch = AvroTreeWriter.Mismatch

    private let program: AvroProgram
    private let form: AvroJSONForm
    private var target: AvroTreeWriter

    init(_ program: AvroProgram, _ limits: AvroLimits, form: AvroJSONForm) {
        self.program = program
        self.form = form
        target = AvroTreeWriter(program, limits)
    }

    /// Ends the writing.
    mutating func take() -> Bytes { target.output.takeExact() }

    private func wrong(_ value: JSONValue, _ node: Int) -> Mismatch {
        let type = AvroType(schema: AvroSchema(program), index: node)
        return Mismatch(message: "there is \(value.kind) in the JSON, which is no \(type.name)")
    }

    /// Writes a value of a type.
    mutating func write(_ value: JSONValue, _ node: Int, _ depth: Int) throws(Mismatch) {
        let type = program.nodes[node]
        if depth > target.limits.checkedDepth {
            throw Mismatch(
                code: .limitExceeded, message: "values stand more than \(target.limits.checkedDepth) deep in each other"
            )
        }
        switch type.kind {
        case .null: if !value.isNull { throw wrong(value, node) }
        case .boolean:
            guard let flag = value.bool else { throw wrong(value, node) }
            try target.write(.boolean(flag), node)
        case .int:
            guard let number = value.integer(Int32.self) else { throw wrong(value, node) }
            try target.long(Int64(number))
        case .long:
            guard let number = value.integer(Int64.self) else { throw wrong(value, node) }
            try target.long(number)
        case .float:
            guard let number = AvroJSONWriter.float(value) else { throw wrong(value, node) }
            try target.write(.float(number), node)
        case .double:
            guard let number = AvroJSONWriter.double(value) else { throw wrong(value, node) }
            try target.write(.double(number), node)
        case .string:
            guard let text = value.string else { throw wrong(value, node) }
            try target.text(text)
        case .bytes:
            guard let bytes = AvroJSONWriter.bytes(value) else { throw wrong(value, node) }
            try target.run(bytes)
        case .fixed:
            guard let bytes = AvroJSONWriter.bytes(value) else { throw wrong(value, node) }
            try target.write(.fixed(bytes), node)
        case .enumeration:
            guard let symbol = value.string else { throw wrong(value, node) }
            try target.write(.enumeration(symbol), node)
        case .record: try record(value, node, depth)
        case .array: try items(value, node, depth)
        case .map: try members(value, node, depth)
        case .union: try union(value, node, depth)
        }
    }

    /// Not a number and the infinities have no other form in JSON.
    private static let special: [String: Double] = [
        "NaN": .nan, "Infinity": .infinity, "-Infinity": -.infinity, "INF": .infinity, "-INF": -.infinity,
    ]

    private static func double(_ value: JSONValue) -> Double? { value.double ?? value.string.flatMap { special[$0] } }

    private static func float(_ value: JSONValue) -> Float? {
        // From the text: through a double it could be rounded twice.
        if let number = value.number { return Float(number.description).flatMap { $0.isFinite ? $0 : nil } }
        return value.string.flatMap { special[$0] }.map { Float($0) }
    }

    private static func bytes(_ value: JSONValue) -> Bytes? {
        guard let text = value.string else { return nil }
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars {
            guard let byte = UInt8(exactly: scalar.value) else { return nil }
            bytes.append(byte)
        }
        return Bytes(bytes)
    }

    private mutating func items(_ value: JSONValue, _ node: Int, _ depth: Int) throws(Mismatch) {
        guard value.kind == .array else { throw wrong(value, node) }
        if value.count > 0 { try target.long(Int64(value.count)) }
        var place = 0
        for element in value.elements {
            try inside("\(place)", element, Int(program.nodes[node].first), depth)
            place += 1
        }
        try target.long(0)
    }

    private mutating func members(_ value: JSONValue, _ node: Int, _ depth: Int) throws(Mismatch) {
        guard value.kind == .object else { throw wrong(value, node) }
        if value.count > 0 { try target.long(Int64(value.count)) }
        for member in value.members {
            try target.text(member.name)
            try inside(member.name, member.value, Int(program.nodes[node].first), depth)
        }
        try target.long(0)
    }

    private mutating func inside(_ name: String, _ value: JSONValue, _ node: Int, _ depth: Int) throws(Mismatch) {
        do throws(Mismatch) {
            try write(value, node, depth + 1)
        } catch {
            throw error.at(name)
        }
    }

    private mutating func record(_ value: JSONValue, _ node: Int, _ depth: Int) throws(Mismatch) {
        guard value.kind == .object else { throw wrong(value, node) }
        let details = program.details[node]
        var values = [JSONValue?](repeating: nil, count: details.fields.count)
        for member in value.members {
            guard let place = details.fieldPlaces[member.name] else {
                throw Mismatch(message: "the record has no field \(AvroError.quoted(member.name))")
            }
            values[place] = member.value
        }
        for (place, found) in values.enumerated() {
            let field = details.fields[place]
            guard let value = found ?? (form == .plain ? field.defaultValue : nil) else {
                throw Mismatch(message: "the field \(AvroError.quoted(field.name)) is missing")
            }
            try inside(field.name, value, program.child(node, place), depth)
        }
    }

    private mutating func union(_ value: JSONValue, _ node: Int, _ depth: Int) throws(Mismatch) {
        let places = 0..<Int(program.nodes[node].count)
        if form == .tagged {
            var name = "null"
            var inner = value
            if !value.isNull {
                guard value.kind == .object, value.count == 1, let member = value.members.first(where: { _ in true })
                else {
                    throw Mismatch(message: "a value of a union stands in an object of one member, named as its branch")
                }
                (name, inner) = (member.name, member.value)
            }
            guard let place = places.first(where: { self.name(program.child(node, $0)) == name }) else {
                throw Mismatch(message: "the union has no branch \(AvroError.quoted(name))")
            }
            try target.long(Int64(place))
            return try write(inner, program.child(node, place), depth + 1)
        }
        guard let place = places.first(where: { fits(value, program.child(node, $0)) }) else {
            throw Mismatch(message: "there is \(value.kind) in the JSON, for which the union has no branch")
        }
        try target.long(Int64(place))
        try write(value, program.child(node, place), depth + 1)
    }

    private func name(_ node: Int) -> String {
        let kind = program.nodes[node].kind
        return kind.isNamed ? program.details[node].name : kind.name
    }

    /// Whether a value may be one of a type, without looking at what arrays and objects hold, apart from names of fields.
    private func fits(_ value: JSONValue, _ node: Int) -> Bool {
        let type = program.nodes[node]
        switch type.kind {
        case .null: return value.isNull
        case .boolean: return value.kind == .boolean
        case .int: return value.integer(Int32.self) != nil
        case .long: return value.integer(Int64.self) != nil
        case .float: return AvroJSONWriter.float(value) != nil
        case .double: return AvroJSONWriter.double(value) != nil
        case .string: return value.kind == .string
        case .bytes: return AvroJSONWriter.bytes(value) != nil
        case .fixed: return AvroJSONWriter.bytes(value)?.count == Int(type.first)
        case .enumeration: return value.string.map { program.details[node].symbolPlaces[$0] != nil } ?? false
        case .array: return value.kind == .array
        case .map: return value.kind == .object
        case .union: return true
        case .record:
            guard value.kind == .object else { return false }
            let details = program.details[node]
            var names: Set<String> = []
            for member in value.members {
                guard details.fieldPlaces[member.name] != nil else { return false }
                names.insert(member.name)
            }
            return details.fields.allSatisfy { names.contains($0.name) || $0.defaultValue != nil }
        }
    }
}
