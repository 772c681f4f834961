import Connect

/// The members of an object by name; of several with a name the last.
final class JSONMemberTable {
    private let object: JSONValue
    /// Where the values of larger objects stand: else each look-up would walk over all members.
    private var places: [String: JSONValue]?
    private static let small = 16

    init(of decoding: JSONDecoding) throws {
        guard decoding.value.kind == .object else { throw decoding.mismatch(.object) }
        object = decoding.value
        if object.count > JSONMemberTable.small {
            places = Dictionary(object.members.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        }
    }

    func value(_ name: String) -> JSONValue? { places.map { $0[name] } ?? object[name] }

    /// All names, each once, in the order in which they first stand there.
    var names: [String] {
        var seen: Set<String> = []
        return object.members.map(\.name).filter { seen.insert($0).inserted }
    }
}

/// Reads the members of an object.
struct JSONMemberDecoding<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let members: JSONMemberTable
    let codingPath: [any CodingKey]

    var allKeys: [Key] { members.names.compactMap { Key(stringValue: $0) } }

    func contains(_ key: Key) -> Bool { members.value(key.stringValue) != nil }

    private func at(_ key: some CodingKey) throws -> JSONDecoding {
        guard let value = members.value(key.stringValue) else {
            throw DecodingError.keyNotFound(
                key, DecodingError.Context(codingPath: codingPath, debugDescription: "there is no such member"))
        }
        return JSONDecoding(value: value, codingPath: codingPath + [key])
    }

    func decodeNil(forKey key: Key) throws -> Bool { try at(key).value.isNull }
    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool { try at(key).bool() }
    func decode(_ type: String.Type, forKey key: Key) throws -> String { try at(key).string() }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double { try at(key).double() }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float { try at(key).float() }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try at(key).integer() }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try at(key).integer() }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try at(key).integer() }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try at(key).integer() }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try at(key).integer() }
    func decode(_ type: Int128.Type, forKey key: Key) throws -> Int128 { try at(key).integer() }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try at(key).integer() }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try at(key).integer() }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try at(key).integer() }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try at(key).integer() }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try at(key).integer() }
    func decode(_ type: UInt128.Type, forKey key: Key) throws -> UInt128 { try at(key).integer() }
    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value { try at(key).decodable(type) }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try at(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try at(key).unkeyedContainer()
    }

    func superDecoder() throws -> any Decoder { try at(JSONKey.superKey) }
    func superDecoder(forKey key: Key) throws -> any Decoder { try at(key) }
}

/// A name or a place, for paths in errors and for the members of base classes.
struct JSONKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    static let superKey = JSONKey(stringValue: "super")

    init(stringValue: String) {
        self.stringValue = stringValue
        intValue = nil
    }

    init(intValue: Int) {
        stringValue = "\(intValue)"
        self.intValue = intValue
    }
}
