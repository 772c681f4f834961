import Connect

/// Takes down the elements of an array.
struct AvroElementEncoding: UnkeyedEncodingContainer {
    let node: AvroEncodingNode
    let codingPath: [any CodingKey]

    var count: Int { if case .array(let nodes) = node.content { nodes.count } else { 0 } }

    private func put(_ content: AvroEncodingNode.Content? = nil) -> AvroEncoding {
        let path = codingPath + [AvroKey(intValue: count)]
        let element = AvroEncodingNode()
        element.content = content
        node.append(element)
        return AvroEncoding(node: element, codingPath: path)
    }

    func encodeNil() { _ = put(.null) }
    func encode(_ value: Bool) throws { _ = put(.bool(value)) }
    func encode(_ value: String) throws { _ = put(.string(value)) }
    func encode(_ value: Double) throws { _ = put(.double(value)) }
    func encode(_ value: Float) throws { _ = put(.float(value)) }
    func encode(_ value: Int) throws { _ = put(.integer(Int128(value))) }
    func encode(_ value: Int8) throws { _ = put(.integer(Int128(value))) }
    func encode(_ value: Int16) throws { _ = put(.integer(Int128(value))) }
    func encode(_ value: Int32) throws { _ = put(.integer(Int128(value))) }
    func encode(_ value: Int64) throws { _ = put(.integer(Int128(value))) }
    func encode(_ value: Int128) throws { _ = put(.integer(Int128(value))) }
    func encode(_ value: UInt) throws { _ = put(.integer(Int128(value))) }
    func encode(_ value: UInt8) throws { _ = put(.integer(Int128(value))) }
    func encode(_ value: UInt16) throws { _ = put(.integer(Int128(value))) }
    func encode(_ value: UInt32) throws { _ = put(.integer(Int128(value))) }
    func encode(_ value: UInt64) throws { _ = put(.integer(Int128(value))) }
    func encode(_ value: UInt128) throws { try put().encode(value) }
    func encode<Value: Encodable>(_ value: Value) throws { try put().encodable(value) }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        put().container(keyedBy: type)
    }

    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { put().unkeyedContainer() }
    func superEncoder() -> any Encoder { put() }
}
