import Connect

/// Reads the fields of a record or the values of a map; of several with a name the last.
struct AvroMemberDecoding<Key: CodingKey>: KeyedDecodingContainerProtocol {
    private let members: [AvroMember]
    private let places: [String: Int]
    private let type: AvroType
    let codingPath: [any CodingKey]

    init(_ members: [AvroMember], _ type: AvroType, _ codingPath: [any CodingKey]) {
        self.members = members
        self.type = type
        self.codingPath = codingPath
        // A record's names are known already.
        places =
            type.kind == .record
            ? type.details.fieldPlaces
            : Dictionary(members.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { $1 })
    }

    var allKeys: [Key] {
        var seen: Set<String> = []
        return members.map(\.name).filter { seen.insert($0).inserted }.compactMap { Key(stringValue: $0) }
    }

    func contains(_ key: Key) -> Bool { places[key.stringValue] != nil }

    private func at(_ key: some CodingKey) throws -> AvroDecoding {
        guard let place = places[key.stringValue] else {
            throw DecodingError.keyNotFound(
                key, DecodingError.Context(codingPath: codingPath, debugDescription: "there is no such field"))
        }
        let inner = type.kind == .record ? AvroField(record: type, place: place).type : type.element ?? type
        return AvroDecoding(members[place].value, inner, codingPath + [key])
    }

    func decodeNil(forKey key: Key) throws -> Bool { try at(key).decodeNil() }
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

    func superDecoder() throws -> any Decoder { try at(AvroKey.superKey) }
    func superDecoder(forKey key: Key) throws -> any Decoder { try at(key) }
}
