import Connect

/// Reads values of Swift out of a value of JSON.
struct JSONDecoding: Decoder {
    let value: JSONValue
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(JSONMemberDecoding<Key>(members: try JSONMemberTable(of: self), codingPath: codingPath))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard value.kind == .array else { throw mismatch(.array) }
        return JSONElementDecoding(elements: value.elements, count: value.count, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { self }

    /// The error where a value is of another kind than is asked for.
    func mismatch(_ expected: JSONKind) -> DecodingError {
        let context = DecodingError.Context(
            codingPath: codingPath,
            debugDescription: "\(expected.phrase) is expected, but \(value.kind.phrase) was found")
        return value.isNull ? .valueNotFound(Any.self, context) : .typeMismatch(Any.self, context)
    }

    private func unfit(_ type: Any.Type) -> DecodingError {
        .dataCorrupted(
            DecodingError.Context(codingPath: codingPath, debugDescription: "the number does not fit into \(type)"))
    }

    func bool() throws -> Bool {
        guard let bool = value.bool else { throw mismatch(.boolean) }
        return bool
    }

    func string() throws -> String {
        guard let string = value.string else { throw mismatch(.string) }
        return string
    }

    func double() throws -> Double {
        guard let number = value.number else { throw mismatch(.number) }
        guard let double = number.double else { throw unfit(Double.self) }
        return double
    }

    func float() throws -> Float {
        guard let number = value.number else { throw mismatch(.number) }
        guard let float = number.float else { throw unfit(Float.self) }
        return float
    }

    func integer<Integer: FixedWidthInteger>() throws -> Integer {
        if let integer = value.integer(Integer.self) { return integer }
        throw value.kind == .number ? unfit(Integer.self) : mismatch(.number)
    }

    func decodable<Value: Decodable>(_ type: Value.Type) throws -> Value { try Value(from: self) }
}

extension JSONDecoding: SingleValueDecodingContainer {
    func decodeNil() -> Bool { value.isNull }
    func decode(_ type: Bool.Type) throws -> Bool { try bool() }
    func decode(_ type: String.Type) throws -> String { try string() }
    func decode(_ type: Double.Type) throws -> Double { try double() }
    func decode(_ type: Float.Type) throws -> Float { try float() }
    func decode(_ type: Int.Type) throws -> Int { try integer() }
    func decode(_ type: Int8.Type) throws -> Int8 { try integer() }
    func decode(_ type: Int16.Type) throws -> Int16 { try integer() }
    func decode(_ type: Int32.Type) throws -> Int32 { try integer() }
    func decode(_ type: Int64.Type) throws -> Int64 { try integer() }
    func decode(_ type: Int128.Type) throws -> Int128 { try integer() }
    func decode(_ type: UInt.Type) throws -> UInt { try integer() }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try integer() }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try integer() }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try integer() }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try integer() }
    func decode(_ type: UInt128.Type) throws -> UInt128 { try integer() }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try decodable(type) }
}
