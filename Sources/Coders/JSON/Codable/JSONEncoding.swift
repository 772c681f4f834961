import Connect

/// What a value of Swift has become so far, as JSON.
final class JSONNode {
    enum Content {
        case text([UInt8])
        case array([JSONNode])
        case object([(name: String, node: JSONNode)])
    }

    /// Nil where nothing was written.
    var content: Content?

    func append(_ node: JSONNode) {
        if case .array(var nodes) = content {
            content = nil
            nodes.append(node)
            content = .array(nodes)
        }
    }

    func append(_ name: String, _ node: JSONNode) {
        if case .object(var members) = content {
            content = nil
            members.append((name, node))
            content = .object(members)
        }
    }

    /// The order of a dictionary is another one in each process; that of the names is not.
    func sort() {
        if case .object(let members) = content { content = .object(members.sorted { $0.name < $1.name }) }
    }

    /// Writes it. What wrote nothing is an object without members, as an empty structure is.
    func write(_ output: inout BytesBuilder) {
        switch content {
        case .text(let text): text.withUnsafeBytes { output.append($0) }
        case .array(let nodes):
            output.append(UInt8(ascii: "["))
            for (index, node) in nodes.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                node.write(&output)
            }
            output.append(UInt8(ascii: "]"))
        case .object(let members):
            output.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                JSONString.quoted(member.name).withUnsafeBytes { output.append($0) }
                output.append(UInt8(ascii: ":"))
                member.node.write(&output)
            }
            output.append(UInt8(ascii: "}"))
        case nil:
            output.append(UInt8(ascii: "{"))
            output.append(UInt8(ascii: "}"))
        }
    }
}

extension JSONNode.Content {
    static var null: Self { .text(Array("null".utf8)) }
    static func bool(_ value: Bool) -> Self { .text(Array((value ? "true" : "false").utf8)) }
    static func string(_ value: String) -> Self { .text(JSONString.quoted(value)) }
    static func integer(_ value: some FixedWidthInteger) -> Self { .text(Array("\(value)".utf8)) }

    static func number(
        _ value: some BinaryFloatingPoint & CustomStringConvertible, at path: [any CodingKey]
    ) throws -> Self {
        guard value.isFinite else {
            throw EncodingError.invalidValue(
                value, EncodingError.Context(codingPath: path, debugDescription: "JSON has no number for \(value)"))
        }
        return .text(Array(value.description.utf8))
    }
}

/// Dictionaries whose keys become names.
private protocol NamedMembers {}
extension Dictionary: NamedMembers where Key == String {}

/// Writes values of Swift as JSON.
struct JSONEncoding: Encoder {
    let node: JSONNode
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        if node.content == nil { node.content = .object([]) }
        return KeyedEncodingContainer(JSONMemberEncoding<Key>(node: node, codingPath: codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        if node.content == nil { node.content = .array([]) }
        return JSONElementEncoding(node: node, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    func encodable(_ value: some Encodable) throws {
        try value.encode(to: self)
        if value is any NamedMembers { node.sort() }
    }
}

extension JSONEncoding: SingleValueEncodingContainer {
    func encodeNil() { node.content = .null }
    func encode(_ value: Bool) throws { node.content = .bool(value) }
    func encode(_ value: String) throws { node.content = .string(value) }
    func encode(_ value: Double) throws { node.content = try .number(value, at: codingPath) }
    func encode(_ value: Float) throws { node.content = try .number(value, at: codingPath) }
    func encode(_ value: Int) throws { node.content = .integer(value) }
    func encode(_ value: Int8) throws { node.content = .integer(value) }
    func encode(_ value: Int16) throws { node.content = .integer(value) }
    func encode(_ value: Int32) throws { node.content = .integer(value) }
    func encode(_ value: Int64) throws { node.content = .integer(value) }
    func encode(_ value: Int128) throws { node.content = .integer(value) }
    func encode(_ value: UInt) throws { node.content = .integer(value) }
    func encode(_ value: UInt8) throws { node.content = .integer(value) }
    func encode(_ value: UInt16) throws { node.content = .integer(value) }
    func encode(_ value: UInt32) throws { node.content = .integer(value) }
    func encode(_ value: UInt64) throws { node.content = .integer(value) }
    func encode(_ value: UInt128) throws { node.content = .integer(value) }
    func encode<Value: Encodable>(_ value: Value) throws { try encodable(value) }
}

/// Writes the members of an object.
struct JSONMemberEncoding<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let node: JSONNode
    let codingPath: [any CodingKey]

    private func put(_ key: some CodingKey, _ content: JSONNode.Content? = nil) -> JSONEncoding {
        let member = JSONNode()
        member.content = content
        node.append(key.stringValue, member)
        return JSONEncoding(node: member, codingPath: codingPath + [key])
    }

    func encodeNil(forKey key: Key) { _ = put(key, .null) }
    func encode(_ value: Bool, forKey key: Key) throws { _ = put(key, .bool(value)) }
    func encode(_ value: String, forKey key: Key) throws { _ = put(key, .string(value)) }
    func encode(_ value: Double, forKey key: Key) throws { _ = try put(key, .number(value, at: codingPath)) }
    func encode(_ value: Float, forKey key: Key) throws { _ = try put(key, .number(value, at: codingPath)) }
    func encode(_ value: Int, forKey key: Key) throws { _ = put(key, .integer(value)) }
    func encode(_ value: Int8, forKey key: Key) throws { _ = put(key, .integer(value)) }
    func encode(_ value: Int16, forKey key: Key) throws { _ = put(key, .integer(value)) }
    func encode(_ value: Int32, forKey key: Key) throws { _ = put(key, .integer(value)) }
    func encode(_ value: Int64, forKey key: Key) throws { _ = put(key, .integer(value)) }
    func encode(_ value: Int128, forKey key: Key) throws { _ = put(key, .integer(value)) }
    func encode(_ value: UInt, forKey key: Key) throws { _ = put(key, .integer(value)) }
    func encode(_ value: UInt8, forKey key: Key) throws { _ = put(key, .integer(value)) }
    func encode(_ value: UInt16, forKey key: Key) throws { _ = put(key, .integer(value)) }
    func encode(_ value: UInt32, forKey key: Key) throws { _ = put(key, .integer(value)) }
    func encode(_ value: UInt64, forKey key: Key) throws { _ = put(key, .integer(value)) }
    func encode(_ value: UInt128, forKey key: Key) throws { _ = put(key, .integer(value)) }
    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws { try put(key).encodable(value) }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        put(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { put(key).unkeyedContainer() }
    func superEncoder() -> any Encoder { put(JSONKey.superKey) }
    func superEncoder(forKey key: Key) -> any Encoder { put(key) }
}

/// Writes the elements of an array.
struct JSONElementEncoding: UnkeyedEncodingContainer {
    let node: JSONNode
    let codingPath: [any CodingKey]

    var count: Int { if case .array(let nodes) = node.content { nodes.count } else { 0 } }

    private func put(_ content: JSONNode.Content? = nil) -> JSONEncoding {
        let path = codingPath + [JSONKey(intValue: count)]
        let element = JSONNode()
        element.content = content
        node.append(element)
        return JSONEncoding(node: element, codingPath: path)
    }

    func encodeNil() { _ = put(.null) }
    func encode(_ value: Bool) throws { _ = put(.bool(value)) }
    func encode(_ value: String) throws { _ = put(.string(value)) }
    func encode(_ value: Double) throws { _ = try put(.number(value, at: codingPath)) }
    func encode(_ value: Float) throws { _ = try put(.number(value, at: codingPath)) }
    func encode(_ value: Int) throws { _ = put(.integer(value)) }
    func encode(_ value: Int8) throws { _ = put(.integer(value)) }
    func encode(_ value: Int16) throws { _ = put(.integer(value)) }
    func encode(_ value: Int32) throws { _ = put(.integer(value)) }
    func encode(_ value: Int64) throws { _ = put(.integer(value)) }
    func encode(_ value: Int128) throws { _ = put(.integer(value)) }
    func encode(_ value: UInt) throws { _ = put(.integer(value)) }
    func encode(_ value: UInt8) throws { _ = put(.integer(value)) }
    func encode(_ value: UInt16) throws { _ = put(.integer(value)) }
    func encode(_ value: UInt32) throws { _ = put(.integer(value)) }
    func encode(_ value: UInt64) throws { _ = put(.integer(value)) }
    func encode(_ value: UInt128) throws { _ = put(.integer(value)) }
    func encode<Value: Encodable>(_ value: Value) throws { try put().encodable(value) }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        put().container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { put().unkeyedContainer() }
    func superEncoder() -> any Encoder { put() }
}
