import Connect

/// Reads values of Swift out of a value of Avro.
struct AvroDecoding: Decoder {
    /// Without the union it stands in.
    let value: AvroValue
    let type: AvroType
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    init(_ value: AvroValue, _ type: AvroType, _ codingPath: [any CodingKey]) {
        if case .union(let branch, let inner) = value, type.branches.indices.contains(branch) {
            self.value = inner
            self.type = type.branches[branch]
        } else {
            self.value = value
            self.type = type
        }
        self.codingPath = codingPath
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        switch value {
        case .record(let members), .map(let members):
            return KeyedDecodingContainer(AvroMemberDecoding<Key>(members, self.type, codingPath))
        default: throw mismatch("a record or map")
        }
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        switch value {
        case .array(let items):
            // An array has a type of items.
            return AvroElementDecoding(items, type.element ?? type, codingPath)
        case .bytes(let bytes), .fixed(let bytes):
            return AvroElementDecoding(bytes.map { .int(Int32($0)) }, type, codingPath)
        default: throw mismatch("an array")
        }
    }

    func singleValueContainer() -> any SingleValueDecodingContainer { self }

    /// The error where a value is of another kind than is asked for.
    func mismatch(_ expected: String) -> DecodingError {
        let context = DecodingError.Context(
            codingPath: codingPath, debugDescription: "\(expected) is expected, but \(value.phrase) was found")
        return value == .null ? .valueNotFound(Any.self, context) : .typeMismatch(Any.self, context)
    }

    func bool() throws -> Bool {
        guard case .boolean(let flag) = value else { throw mismatch("a boolean") }
        return flag
    }

    func string() throws -> String {
        switch value {
        case .string(let text), .enumeration(let text): return text
        default: throw mismatch("a string")
        }
    }

    func double() throws -> Double {
        switch value {
        case .double(let number): return number
        case .float(let number): return Double(number)
        case .int(let number): return Double(number)
        case .long(let number):
            if let exact = Double(exactly: number) { return exact }
            throw unfit(Double.self)
        default: throw mismatch("a number")
        }
    }

    func float() throws -> Float {
        switch value {
        case .float(let number): return number
        case .int(let number):
            if let exact = Float(exactly: number) { return exact }
            throw unfit(Float.self)
        default: throw mismatch("a float")
        }
    }

    func integer<Integer: FixedWidthInteger>() throws -> Integer {
        let found: Integer?
        switch value {
        case .int(let number): found = Integer(exactly: number)
        case .long(let number): found = Integer(exactly: number)
        default: throw mismatch("a whole number")
        }
        guard let found else { throw unfit(Integer.self) }
        return found
    }

    private func unfit(_ type: Any.Type) -> DecodingError {
        .dataCorrupted(
            DecodingError.Context(codingPath: codingPath, debugDescription: "the number does not fit into \(type)"))
    }

    func decodable<Value: Decodable>(_ wanted: Value.Type) throws -> Value {
        guard AvroLogicalValue.isLogical(wanted) else { return try Value(from: self) }
        guard let meaning = AvroLogicalValue(value, of: type), let result = meaning.swift as? Value else {
            throw mismatch("a value of the logical type for \(wanted)")
        }
        return result
    }
}

extension AvroDecoding: SingleValueDecodingContainer {
    func decodeNil() -> Bool { value == .null }
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
