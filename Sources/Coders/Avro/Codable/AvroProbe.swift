import Connect

/// Lets a type read nothing, and takes down what it asks for.
struct AvroProbe: Decoder {
    let deriver: AvroDeriver
    let node: AvroProbeNode
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        node.isRecord = true
        return KeyedDecodingContainer(AvroMemberProbe<Key>(deriver: deriver, node: node, codingPath: codingPath))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        throw deriver.refusal("it reads an array of its own, item by item", codingPath)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { self }
}

/// What a type has asked for.
final class AvroProbeNode {
    var isRecord = false
    /// The schema of what has no fields.
    var schema: String?
    var fields: [String] = []
    var names: Set<String> = []
}

extension AvroProbe: SingleValueDecodingContainer {
    func decodeNil() -> Bool { false }
    func decode(_ type: Bool.Type) throws -> Bool { try decode(as: type, false) }
    func decode(_ type: String.Type) throws -> String { try decode(as: type, "") }
    func decode(_ type: Double.Type) throws -> Double { try decode(as: type, 0) }
    func decode(_ type: Float.Type) throws -> Float { try decode(as: type, 0) }
    func decode(_ type: Int.Type) throws -> Int { try decode(as: type, 0) }
    func decode(_ type: Int8.Type) throws -> Int8 { try decode(as: type, 0) }
    func decode(_ type: Int16.Type) throws -> Int16 { try decode(as: type, 0) }
    func decode(_ type: Int32.Type) throws -> Int32 { try decode(as: type, 0) }
    func decode(_ type: Int64.Type) throws -> Int64 { try decode(as: type, 0) }
    func decode(_ type: Int128.Type) throws -> Int128 { try decode(as: type, 0) }
    func decode(_ type: UInt.Type) throws -> UInt { try decode(as: type, 0) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try decode(as: type, 0) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try decode(as: type, 0) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try decode(as: type, 0) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try decode(as: type, 0) }
    func decode(_ type: UInt128.Type) throws -> UInt128 { try decode(as: type, 0) }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let (schema, value) = try deriver.probe(type, codingPath)
        node.schema = schema
        return value
    }

    private func decode<Value>(as type: Value.Type, _ value: Value) throws -> Value {
        node.schema = try deriver.primitive(type, codingPath)
        return value
    }
}

/// Takes down the members that a structure asks for.
struct AvroMemberProbe<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let deriver: AvroDeriver
    let node: AvroProbeNode
    let codingPath: [any CodingKey]

    var allKeys: [Key] { [] }
    func contains(_ key: Key) -> Bool { true }
    func decodeNil(forKey key: Key) throws -> Bool { false }

    private func put(_ key: Key, _ schema: String, isOptional: Bool) throws {
        guard node.names.insert(key.stringValue).inserted else { return }
        let name = key.stringValue
        guard AvroName.isValid(name) else {
            throw deriver.refusal("the name \(AvroError.quoted(name)) is none that a field may have", codingPath)
        }
        let type = isOptional ? "[\"null\",\(schema)],\"default\":null" : schema
        node.fields.append("{\"name\":\"\(name)\",\"type\":\(type)}")
    }

    private func primitive<Value>(_ value: Value, _ key: Key, isOptional: Bool) throws -> Value {
        try put(key, try deriver.primitive(Value.self, codingPath + [key]), isOptional: isOptional)
        return value
    }

    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try primitive(false, key, isOptional: false) }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try primitive("", key, isOptional: false) }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try primitive(0, key, isOptional: false) }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try primitive(0, key, isOptional: false) }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try primitive(0, key, isOptional: false) }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try primitive(0, key, isOptional: false) }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try primitive(0, key, isOptional: false) }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try primitive(0, key, isOptional: false) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try primitive(0, key, isOptional: false) }
    func decode(_ type: Int128.Type, forKey key: Key) throws -> Int128 { try primitive(0, key, isOptional: false) }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try primitive(0, key, isOptional: false) }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try primitive(0, key, isOptional: false) }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try primitive(0, key, isOptional: false) }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try primitive(0, key, isOptional: false) }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try primitive(0, key, isOptional: false) }
    func decode(_ type: UInt128.Type, forKey key: Key) throws -> UInt128 { try primitive(0, key, isOptional: false) }

    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? {
        _ = try primitive(false as Bool, key, isOptional: true)
        return nil
    }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
        _ = try primitive("" as String, key, isOptional: true)
        return nil
    }
    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? {
        _ = try primitive(0 as Double, key, isOptional: true)
        return nil
    }
    func decodeIfPresent(_ type: Float.Type, forKey key: Key) throws -> Float? {
        _ = try primitive(0 as Float, key, isOptional: true)
        return nil
    }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? {
        _ = try primitive(0 as Int, key, isOptional: true)
        return nil
    }
    func decodeIfPresent(_ type: Int8.Type, forKey key: Key) throws -> Int8? {
        _ = try primitive(0 as Int8, key, isOptional: true)
        return nil
    }
    func decodeIfPresent(_ type: Int16.Type, forKey key: Key) throws -> Int16? {
        _ = try primitive(0 as Int16, key, isOptional: true)
        return nil
    }
    func decodeIfPresent(_ type: Int32.Type, forKey key: Key) throws -> Int32? {
        _ = try primitive(0 as Int32, key, isOptional: true)
        return nil
    }
    func decodeIfPresent(_ type: Int64.Type, forKey key: Key) throws -> Int64? {
        _ = try primitive(0 as Int64, key, isOptional: true)
        return nil
    }
    func decodeIfPresent(_ type: Int128.Type, forKey key: Key) throws -> Int128? {
        _ = try primitive(0 as Int128, key, isOptional: true)
        return nil
    }
    func decodeIfPresent(_ type: UInt.Type, forKey key: Key) throws -> UInt? {
        _ = try primitive(0 as UInt, key, isOptional: true)
        return nil
    }
    func decodeIfPresent(_ type: UInt8.Type, forKey key: Key) throws -> UInt8? {
        _ = try primitive(0 as UInt8, key, isOptional: true)
        return nil
    }
    func decodeIfPresent(_ type: UInt16.Type, forKey key: Key) throws -> UInt16? {
        _ = try primitive(0 as UInt16, key, isOptional: true)
        return nil
    }
    func decodeIfPresent(_ type: UInt32.Type, forKey key: Key) throws -> UInt32? {
        _ = try primitive(0 as UInt32, key, isOptional: true)
        return nil
    }
    func decodeIfPresent(_ type: UInt64.Type, forKey key: Key) throws -> UInt64? {
        _ = try primitive(0 as UInt64, key, isOptional: true)
        return nil
    }
    func decodeIfPresent(_ type: UInt128.Type, forKey key: Key) throws -> UInt128? {
        _ = try primitive(0 as UInt128, key, isOptional: true)
        return nil
    }

    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        let (schema, value) = try deriver.probe(type, codingPath + [key])
        try put(key, schema, isOptional: false)
        return value
    }

    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        try put(key, try deriver.schema(of: type, codingPath + [key]), isOptional: true)
        return nil
    }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        throw deriver.refusal("it reads a structure inside of itself that has no type", codingPath + [key])
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        throw deriver.refusal("it reads an array of its own, item by item", codingPath + [key])
    }

    func superDecoder() throws -> any Decoder {
        throw deriver.refusal("it has a base class that is read beside it", codingPath)
    }

    func superDecoder(forKey key: Key) throws -> any Decoder { try superDecoder() }
}
