import Connect

/// Types that hold others of one type, which is known without a value.
private protocol AvroContainer {
    static var held: any Decodable.Type { get }
    static func schema(_ held: String) -> String
    static var empty: Self { get }
}

extension Optional: AvroContainer where Wrapped: Decodable {
    fileprivate static var held: any Decodable.Type { Wrapped.self }
    fileprivate static func schema(_ held: String) -> String { "[\"null\",\(held)]" }
    fileprivate static var empty: Self { nil }
}

extension Array: AvroContainer where Element: Decodable {
    fileprivate static var held: any Decodable.Type { Element.self }
    fileprivate static func schema(_ held: String) -> String {
        Element.self == UInt8.self ? "\"bytes\"" : "{\"type\":\"array\",\"items\":\(held)}"
    }
    fileprivate static var empty: Self { [] }
}

extension Set: AvroContainer where Element: Decodable {
    fileprivate static var held: any Decodable.Type { Element.self }
    fileprivate static func schema(_ held: String) -> String { "{\"type\":\"array\",\"items\":\(held)}" }
    fileprivate static var empty: Self { [] }
}

extension Dictionary: AvroContainer where Key == String, Value: Decodable {
    fileprivate static var held: any Decodable.Type { Value.self }
    fileprivate static func schema(_ held: String) -> String { "{\"type\":\"map\",\"values\":\(held)}" }
    fileprivate static var empty: Self { [:] }
}

/// Derives schemas from types of Swift.
final class AvroDeriver {
    private let root: Any.Type
    private let namespace: String
    /// The names of records and enumerations that are declared already, or being declared.
    private var names: [ObjectIdentifier: String] = [:]
    private var taken: Set<String> = []

    init(_ root: Any.Type, namespace: String) {
        self.root = root
        self.namespace = namespace
    }

    func refusal(_ reason: String, _ path: [any CodingKey]) -> CoderError {
        let place = path.map(\.stringValue).joined(separator: ".")
        return CoderError(
            .configuration, coder: AvroError.coder,
            "no schema can be derived from \(root): \(place.isEmpty ? "" : place + ": ")\(reason); give one instead")
    }

    private static let primitives: [ObjectIdentifier: String] = [
        ObjectIdentifier(Bool.self): "boolean",
        ObjectIdentifier(String.self): "string",
        ObjectIdentifier(Double.self): "double",
        ObjectIdentifier(Float.self): "float",
        ObjectIdentifier(Int.self): "long",
        ObjectIdentifier(Int8.self): "int",
        ObjectIdentifier(Int16.self): "int",
        ObjectIdentifier(Int32.self): "int",
        ObjectIdentifier(Int64.self): "long",
        ObjectIdentifier(UInt8.self): "int",
        ObjectIdentifier(UInt16.self): "int",
        ObjectIdentifier(UInt32.self): "long",
    ]

    func primitive(_ type: Any.Type, _ path: [any CodingKey]) throws -> String {
        guard let name = AvroDeriver.primitives[ObjectIdentifier(type)] else {
            throw refusal("\(type) has values for which Avro has no number", path)
        }
        return "\"\(name)\""
    }

    /// A name of its own for a type, and whether it is new.
    private func name(_ type: Any.Type) -> (name: String, isNew: Bool) {
        if let known = names[ObjectIdentifier(type)] { return (known, false) }
        let words = String(describing: type).unicodeScalars.map { scalar in
            AvroName.isValid("a\(scalar)") ? Character(scalar) : "_"
        }
        var name = String(words)
        if !AvroName.isValid(name) || AvroKind.primitives[name] != nil { name = "_" + name }
        while !taken.insert(name).inserted { name += "_" }
        names[ObjectIdentifier(type)] = name
        return (name, true)
    }

    private func head(_ name: String) -> String {
        // What stands inside has the namespace of what is around it.
        "\"name\":\"\(name)\"" + (taken.count == 1 && !namespace.isEmpty ? ",\"namespace\":\"\(namespace)\"" : "")
    }

    /// The schema of a type, where no value is needed.
    func schema(of type: any Decodable.Type, _ path: [any CodingKey]) throws -> String {
        if let container = type as? any AvroContainer.Type {
            return container.schema(try schema(of: container.held, path))
        }
        if let known = names[ObjectIdentifier(type)] { return "\"\(known)\"" }
        return try probe(type, path).schema
    }

    /// The schema of a type, and a value of it.
    func probe<Value: Decodable>(_ type: Value.Type, _ path: [any CodingKey]) throws -> (schema: String, value: Value) {
        if let container = type as? any AvroContainer.Type, let none = container.empty as? Value {
            return (try schema(of: type, path), none)
        }
        if let logical = AvroLogicalValue.derived(type) {
            guard let value = logical.value as? Value, var schema = logical.schema else {
                throw refusal("\(type) needs a precision and a scale", path)
            }
            if case .duration = AvroLogicalValue(swift: logical.value) {
                let (name, isNew) = name(type)
                schema = isNew ? "{\(head(name)),\(schema.dropFirst())" : "\"\(name)\""
            }
            return (schema, value)
        }
        if let cases = type as? any CaseIterable.Type, let value = AvroDeriver.first(cases) as? Value,
            let symbols = AvroDeriver.symbols(cases)
        {
            if let wrong = symbols.first(where: { !AvroName.isValid($0) }) {
                throw refusal("\(AvroError.quoted(wrong)) is none that a symbol may be", path)
            }
            let (name, isNew) = name(type)
            guard isNew else { return ("\"\(name)\"", value) }
            let list = symbols.map { "\"\($0)\"" }.joined(separator: ",")
            return ("{\"type\":\"enum\",\(head(name)),\"symbols\":[\(list)]}", value)
        }
        let node = AvroProbeNode()
        let before = (names, taken)
        let (name, isNew) = name(type)
        let head = head(name)
        let value = try Value(from: AvroProbe(deriver: self, node: node, codingPath: path))
        if let schema = node.schema {
            // It has only one value, and needs no name.
            (names, taken) = before
            return (schema, value)
        }
        guard isNew else { return ("\"\(name)\"", value) }
        return ("{\"type\":\"record\",\(head),\"fields\":[\(node.fields.joined(separator: ","))]}", value)
    }

    private static func first<Cases: CaseIterable>(_ type: Cases.Type) -> Any? { type.allCases.first }

    private static func symbols<Cases: CaseIterable>(_ type: Cases.Type) -> [String]? {
        let symbols = type.allCases.compactMap { ($0 as? any RawRepresentable)?.rawValue as? String }
        return symbols.count == type.allCases.count ? symbols : nil
    }
}
