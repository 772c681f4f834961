import Connect
import ConnectJSON

/// Compiles the text of a schema.
struct AvroSchemaReader {
    private(set) var nodes: [AvroNode] = []
    private(set) var children: [Int32] = []
    private(set) var details: [AvroDetails] = []
    /// The types that have names, by these.
    private(set) var names: [String: Int32] = [:]
    private let depthLimit: Int
    /// How many levels of JSON a type takes at most: its object, the list of its fields, and one of them.
    private static let levels = 3
    /// What size of a fixed is taken; data have their own limit.
    private static let mostSize = Int(Int32.max)

    static func program(
        _ text: Bytes, _ limits: AvroLimits, original: AvroProgram?, check: AvroCheck
    ) throws -> AvroProgram {
        let depth = max(0, min(limits.schemaDepth, AvroLimits.mostDepth))
        if text.count > limits.schemaBytes {
            throw AvroError.schema(
                .limitExceeded, "it has \(text.count) bytes, but may have \(limits.schemaBytes); raise the limit")
        }
        let document: JSONDocument
        do {
            document = try JSONDocument(
                parsing: text,
                limits: JSONLimits(
                    bytes: max(1, min(limits.schemaBytes, JSONLimits.mostBytes)), depth: (depth + 1) * levels))
        } catch let error as CoderError {
            throw CoderError(
                error.code, coder: AvroError.coder, offset: error.offset, "the schema is refused: \(error.message)")
        }
        var reader = AvroSchemaReader(depthLimit: depth)
        let root = try reader.type(document.root, in: "", depth: 0)
        try reader.check()
        return AvroProgram(reader, root: root, text: text, original: original, check: check)
    }

    private init(depthLimit: Int) {
        self.depthLimit = depthLimit
        for kind in AvroKind.primitives.values.sorted(by: { $0.rawValue < $1.rawValue }) { _ = add(kind) }
    }

    private mutating func add(_ kind: AvroKind, _ declaration: JSONValue? = nil, name: String = "") -> Int {
        nodes.append(AvroNode(kind: kind))
        details.append(AvroDetails(name: name, declaration: declaration))
        return nodes.count - 1
    }

    mutating func setEmpty(_ node: Int) { nodes[node].isEmpty = true }

    private mutating func type(_ value: JSONValue, in namespace: String, depth: Int) throws -> Int {
        if depth > depthLimit {
            throw AvroError.schema(.limitExceeded, "types stand more than \(depthLimit) deep in each other")
        }
        switch value.kind {
        case .string:
            let name = value.string ?? ""
            // Types without declarations are one each, and stand first.
            if let kind = AvroKind.primitives[name] { return Int(kind.rawValue) }
            let full = AvroName.full(name, in: namespace)
            guard let known = names[full] else { throw AvroError.schema("the type \(quoted(full)) is not declared") }
            return Int(known)
        case .array: return try union(value, in: namespace, depth: depth)
        case .object: return try declared(value, in: namespace, depth: depth)
        default: throw AvroError.schema("a type is \(value.kind), but must be a name, an object or a union")
        }
    }

    private mutating func declared(_ value: JSONValue, in namespace: String, depth: Int) throws -> Int {
        guard let written = value["type"] else { throw AvroError.schema("an object lacks its \"type\"") }
        guard let word = written.string else { return try type(written, in: namespace, depth: depth + 1) }
        if let kind = AvroKind.primitives[word] {
            let index = add(kind, value)
            details[index].logicalType = AvroLogicalType(value, of: kind, size: 0)
            return index
        }
        switch word {
        case "record", "error": return try record(value, in: namespace, depth: depth)
        case "enum": return try enumeration(value, in: namespace)
        case "fixed": return try fixed(value, in: namespace)
        case "array", "map":
            let index = add(word == "array" ? .array : .map, value)
            let key = word == "array" ? "items" : "values"
            guard let element = value[key] else {
                throw AvroError.schema("\(word == "array" ? "an array" : "a map") lacks its \"\(key)\"")
            }
            nodes[index].first = Int32(try type(element, in: namespace, depth: depth + 1))
            return index
        default: return try type(written, in: namespace, depth: depth)
        }
    }

    private mutating func union(_ value: JSONValue, in namespace: String, depth: Int) throws -> Int {
        let index = add(.union)
        var branches: [Int32] = []
        var kinds: Set<AvroKind> = []
        var members: Set<String> = []
        for element in value.elements {
            let branch = try type(element, in: namespace, depth: depth + 1)
            let kind = nodes[branch].kind
            if kind == .union { throw AvroError.schema("a union holds another union") }
            let isNew = kind.isNamed ? members.insert(details[branch].name).inserted : kinds.insert(kind).inserted
            if !isNew {
                throw AvroError.schema("a union has two of \(kind.isNamed ? details[branch].name : kind.name)")
            }
            branches.append(Int32(branch))
        }
        hold(branches, in: index)
        return index
    }

    private mutating func hold(_ types: [Int32], in node: Int) {
        nodes[node].first = Int32(children.count)
        nodes[node].count = Int32(types.count)
        children += types
    }

    /// Begins a type that has a name.
    private mutating func named(_ kind: AvroKind, _ value: JSONValue, in namespace: String) throws -> Int {
        guard let written = value["name"]?.string else { throw AvroError.schema("a \(kind.name) lacks its \"name\"") }
        let own = value["namespace"]?.string
        let name = AvroName.full(written, in: own ?? namespace)
        guard AvroName.isValidWithDots(name) else {
            throw AvroError.schema(
                "the \(kind.name) \(quoted(name)) has a name that is not allowed: letters, digits and _, parted by dots"
            )
        }
        if AvroKind.primitives[String(AvroName.short(name))] != nil {
            throw AvroError.schema("a \(kind.name) has the name \(quoted(name)) of a primitive type")
        }
        let index = add(kind, value, name: name)
        if names.updateValue(Int32(index), forKey: name) != nil {
            throw AvroError.schema("the type \(quoted(name)) is declared twice")
        }
        let inside = AvroName.namespace(of: name)
        details[index].aliases = try aliases(value, of: name).map { AvroName.full($0, in: inside) }
        return index
    }

    private func aliases(_ value: JSONValue, of name: String) throws -> [String] {
        guard let written = value["aliases"], !written.isNull else { return [] }
        let aliases = written.elements.compactMap(\.string)
        guard written.kind == .array, aliases.count == written.count else {
            throw AvroError.schema("the \"aliases\" of \(quoted(name)) are no list of names")
        }
        return aliases
    }

    private mutating func record(_ value: JSONValue, in namespace: String, depth: Int) throws -> Int {
        let index = try named(.record, value, in: namespace)
        let name = details[index].name
        let inside = AvroName.namespace(of: name)
        guard let list = value["fields"], list.kind == .array else {
            throw AvroError.schema("the record \(quoted(name)) lacks its \"fields\"")
        }
        var types: [Int32] = []
        for field in list.elements {
            guard field.kind == .object, let fieldName = field["name"]?.string else {
                throw AvroError.schema("a field of the record \(quoted(name)) lacks its \"name\"")
            }
            guard AvroName.isValid(fieldName) else {
                throw AvroError.schema(
                    "the field \(quoted(fieldName)) of \(quoted(name)) has a name that is not allowed: letters, digits and _"
                )
            }
            guard let written = field["type"] else {
                throw AvroError.schema("the field \(quoted(fieldName)) of \(quoted(name)) lacks its \"type\"")
            }
            if details[index].fieldPlaces.updateValue(types.count, forKey: fieldName) != nil {
                throw AvroError.schema("the record \(quoted(name)) has two fields \(quoted(fieldName))")
            }
            var order = AvroField.Order.ascending
            if let word = field["order"]?.string {
                guard let known = AvroField.Order(rawValue: word) else {
                    throw AvroError.schema("the field \(quoted(fieldName)) of \(quoted(name)) has an unknown \"order\"")
                }
                order = known
            }
            details[index].fields.append(
                AvroFieldDetails(
                    name: fieldName, aliases: try aliases(field, of: fieldName), defaultValue: field["default"],
                    order: order, declaration: field))
            types.append(Int32(try type(written, in: inside, depth: depth + 1)))
        }
        hold(types, in: index)
        return index
    }

    private mutating func enumeration(_ value: JSONValue, in namespace: String) throws -> Int {
        let index = try named(.enumeration, value, in: namespace)
        let name = details[index].name
        guard let list = value["symbols"], list.kind == .array else {
            throw AvroError.schema("the enum \(quoted(name)) lacks its \"symbols\"")
        }
        for element in list.elements {
            guard let symbol = element.string, AvroName.isValid(symbol) else {
                throw AvroError.schema(
                    "the enum \(quoted(name)) has a symbol that is not allowed: letters, digits and _")
            }
            if details[index].symbolPlaces.updateValue(details[index].symbols.count, forKey: symbol) != nil {
                throw AvroError.schema("the enum \(quoted(name)) has two symbols \(quoted(symbol))")
            }
            details[index].symbols.append(symbol)
        }
        nodes[index].first = Int32(details[index].symbols.count)
        if let written = value["default"] {
            guard let symbol = written.string, let place = details[index].symbolPlaces[symbol] else {
                throw AvroError.schema("the \"default\" of the enum \(quoted(name)) is none of its symbols")
            }
            details[index].defaultSymbol = place
        }
        return index
    }

    private mutating func fixed(_ value: JSONValue, in namespace: String) throws -> Int {
        let index = try named(.fixed, value, in: namespace)
        let name = details[index].name
        guard let size = value["size"]?.integer(Int.self) else {
            throw AvroError.schema("the fixed \(quoted(name)) lacks its \"size\" in bytes")
        }
        guard (0...AvroSchemaReader.mostSize).contains(size) else {
            throw AvroError.schema(
                "the fixed \(quoted(name)) has \(size) bytes, but may have 0 ... \(AvroSchemaReader.mostSize)")
        }
        nodes[index].first = Int32(size)
        details[index].logicalType = AvroLogicalType(value, of: .fixed, size: size)
        return index
    }

    private func quoted(_ name: String) -> String { AvroError.quoted(name) }
}
