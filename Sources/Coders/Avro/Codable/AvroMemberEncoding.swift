import Connect

/// Takes down the members of a structure.
struct AvroMemberEncoding<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let node: AvroEncodingNode
    let codingPath: [any CodingKey]

    private func put(_ key: some CodingKey, _ content: AvroEncodingNode.Content? = nil) -> AvroEncoding {
        let member = AvroEncodingNode()
        member.content = content
        node.append(key.stringValue, member)
        return AvroEncoding(node: member, codingPath: codingPath + [key])
    }

    func encodeNil(forKey key: Key) { _ = put(key, .null) }
    func encode(_ value: Bool, forKey key: Key) throws { _ = put(key, .bool(value)) }
    func encode(_ value: String, forKey key: Key) throws { _ = put(key, .string(value)) }
    func encode(_ value: Double, forKey key: Key) throws { _ = put(key, .double(value)) }
    func encode(_ value: Float, forKey key: Key) throws { _ = put(key, .float(value)) }
    func encode(_ value: Int, forKey key: Key) throws { _ = put(key, .integer(Int128(value))) }
    func encode(_ value: Int8, forKey key: Key) throws { _ = put(key, .integer(Int128(value))) }
    func encode(_ value: Int16, forKey key: Key) throws { _ = put(key, .integer(Int128(value))) }
    func encode(_ value: Int32, forKey key: Key) throws { _ = put(key, .integer(Int128(value))) }
    func encode(_ value: Int64, forKey key: Key) throws { _ = put(key, .integer(Int128(value))) }
    func encode(_ value: Int128, forKey key: Key) throws { _ = put(key, .integer(Int128(value))) }
    func encode(_ value: UInt, forKey key: Key) throws { _ = put(key, .integer(Int128(value))) }
    func encode(_ value: UInt8, forKey key: Key) throws { _ = put(key, .integer(Int128(value))) }
    func encode(_ value: UInt16, forKey key: Key) throws { _ = put(key, .integer(Int128(value))) }
    func encode(_ value: UInt32, forKey key: Key) throws { _ = put(key, .integer(Int128(value))) }
    func encode(_ value: UInt64, forKey key: Key) throws { _ = put(key, .integer(Int128(value))) }
    func encode(_ value: UInt128, forKey key: Key) throws { try put(key).encode(value) }
    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws { try put(key).encodable(value) }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        put(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { put(key).unkeyedContainer() }
    func superEncoder() -> any Encoder { put(AvroKey.superKey) }
    func superEncoder(forKey key: Key) -> any Encoder { put(key) }
}
