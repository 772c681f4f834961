import Connect

/// Dictionaries whose keys become names.
private protocol NamedMembers {}
extension Dictionary: NamedMembers where Key == String {}

/// Takes down what values of Swift write.
struct AvroEncoding: Encoder {
    let node: AvroEncodingNode
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        if node.content == nil { node.content = .members([]) }
        return KeyedEncodingContainer(AvroMemberEncoding<Key>(node: node, codingPath: codingPath))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        if node.content == nil { node.content = .array([]) }
        return AvroElementEncoding(node: node, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }

    func encodable(_ value: some Encodable) throws {
        if let logical = AvroLogicalValue(swift: value) {
            node.content = .logical(logical)
            return
        }
        try value.encode(to: self)
        if value is any NamedMembers { node.sort() }
    }

    func integer(_ value: UInt128) throws -> AvroEncodingNode.Content {
        guard let narrow = Int128(exactly: value) else {
            throw EncodingError.invalidValue(
                value,
                EncodingError.Context(codingPath: codingPath, debugDescription: "Avro has no number for \(value)"))
        }
        return .integer(narrow)
    }
}

extension AvroEncoding: SingleValueEncodingContainer {
    func encodeNil() { node.content = .null }
    func encode(_ value: Bool) throws { node.content = .bool(value) }
    func encode(_ value: String) throws { node.content = .string(value) }
    func encode(_ value: Double) throws { node.content = .double(value) }
    func encode(_ value: Float) throws { node.content = .float(value) }
    func encode(_ value: Int) throws { node.content = .integer(Int128(value)) }
    func encode(_ value: Int8) throws { node.content = .integer(Int128(value)) }
    func encode(_ value: Int16) throws { node.content = .integer(Int128(value)) }
    func encode(_ value: Int32) throws { node.content = .integer(Int128(value)) }
    func encode(_ value: Int64) throws { node.content = .integer(Int128(value)) }
    func encode(_ value: Int128) throws { node.content = .integer(Int128(value)) }
    func encode(_ value: UInt) throws { node.content = .integer(Int128(value)) }
    func encode(_ value: UInt8) throws { node.content = .integer(Int128(value)) }
    func encode(_ value: UInt16) throws { node.content = .integer(Int128(value)) }
    func encode(_ value: UInt32) throws { node.content = .integer(Int128(value)) }
    func encode(_ value: UInt64) throws { node.content = .integer(Int128(value)) }
    func encode(_ value: UInt128) throws { node.content = try integer(value) }
    func encode<Value: Encodable>(_ value: Value) throws { try encodable(value) }
}
