/// Reads back what ``StateEncoder`` wrote.
struct StateDecoder {
    /// Decodes a value.
    ///
    /// - Parameters:
    ///   - type: the type of the state.
    ///   - text: its text.
    /// - Returns: the state.
    /// - Throws: `DecodingError`, with the path to what is missing, of another type, or damaged; and what the type's own
    ///   `init(from:)` throws.
    func decode<T: Decodable>(_ type: T.Type, from text: String) throws -> T {
        try T(from: StateTreeDecoder(tree: StateTextParser.parse(text), codingPath: []))
    }
}

private struct StateTreeDecoder: Decoder {
    let tree: StateTree
    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        guard case .object(let object) = tree else { throw mismatch(StateObject.self, "an object") }
        return KeyedDecodingContainer(StateKeyedDecoder<Key>(object: object, codingPath: codingPath))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        guard case .array(let elements) = tree else { throw mismatch([StateTree].self, "an array") }
        return StateUnkeyedDecoder(elements: elements, codingPath: codingPath)
    }

    func singleValueContainer() -> any SingleValueDecodingContainer {
        self
    }

    private func mismatch(_ type: any Any.Type, _ expected: String) -> DecodingError {
        let text = "The stored state holds \(tree.kind) where \(expected) is expected."
        let context = DecodingError.Context(codingPath: codingPath, debugDescription: text)
        return tree == .null ? .valueNotFound(type, context) : .typeMismatch(type, context)
    }
}

extension StateTreeDecoder: SingleValueDecodingContainer {
    func decodeNil() -> Bool {
        tree == .null
    }

    func decode(_ type: Bool.Type) throws -> Bool {
        guard case .bool(let value) = tree else { throw mismatch(type, "a boolean") }
        return value
    }

    func decode(_ type: String.Type) throws -> String {
        guard case .string(let value) = tree else { throw mismatch(type, "a string") }
        return value
    }

    func decode(_ type: Double.Type) throws -> Double { try floatingPoint(type) }
    func decode(_ type: Float.Type) throws -> Float { try floatingPoint(type) }

    func decode<T: FixedWidthInteger & Decodable>(_ type: T.Type) throws -> T {
        guard case .number(let text) = tree else { throw mismatch(type, "a number") }
        guard let value = T(text) else { throw corrupted("\(text) is no number of type \(type).") }
        return value
    }

    func decode<T: Decodable>(_ type: T.Type) throws -> T {
        try T(from: self)
    }

    private func floatingPoint<T: BinaryFloatingPoint & LosslessStringConvertible>(_ type: T.Type) throws -> T {
        switch tree {
        case .string("nan"): return .nan
        case .string("inf"): return .infinity
        case .string("-inf"): return -.infinity
        case .number(let text):
            guard let value = T(text), value.isFinite else { throw corrupted("\(text) is no number of type \(type).") }
            return value
        default: throw mismatch(type, "a number")
        }
    }

    private func corrupted(_ text: String) -> DecodingError {
        .dataCorrupted(DecodingError.Context(codingPath: codingPath, debugDescription: "In the stored state \(text)"))
    }
}

private struct StateKeyedDecoder<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let object: StateObject
    let codingPath: [any CodingKey]
    var allKeys: [Key] { object.names.compactMap { Key(stringValue: $0) } }

    func contains(_ key: Key) -> Bool { object[key.stringValue] != nil }
    func decodeNil(forKey key: Key) throws -> Bool { try decoder(key).decodeNil() }
    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T { try T(from: decoder(key)) }
    func superDecoder() throws -> any Decoder { try decoder(StateKey.super) }
    func superDecoder(forKey key: Key) throws -> any Decoder { try decoder(key) }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type,
        forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> {
        try decoder(key).container(keyedBy: type)
    }

    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try decoder(key).unkeyedContainer()
    }

    private func decoder(_ key: any CodingKey) throws -> StateTreeDecoder {
        guard let tree = object[key.stringValue] else {
            let text = "The stored state has no member \"\(key.stringValue)\" here."
            throw DecodingError.keyNotFound(key, DecodingError.Context(codingPath: codingPath, debugDescription: text))
        }
        return StateTreeDecoder(tree: tree, codingPath: codingPath + [key])
    }
}

private struct StateUnkeyedDecoder: UnkeyedDecodingContainer {
    let elements: [StateTree]
    let codingPath: [any CodingKey]
    private(set) var currentIndex = 0
    var count: Int? { elements.count }
    var isAtEnd: Bool { currentIndex == elements.count }

    init(elements: [StateTree], codingPath: [any CodingKey]) {
        self.elements = elements
        self.codingPath = codingPath
    }

    mutating func decodeNil() throws -> Bool {
        let isNil = try decoder(for: Never?.self).decodeNil()
        if isNil { currentIndex += 1 }
        return isNil
    }

    mutating func decode<T: Decodable>(_ type: T.Type) throws -> T {
        try next(type) { try T(from: $0) }
    }

    mutating func superDecoder() throws -> any Decoder {
        try next((any Decoder).self) { $0 }
    }

    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try next([StateTree].self) { try $0.unkeyedContainer() }
    }

    mutating func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type
    ) throws -> KeyedDecodingContainer<Nested> {
        try next(StateObject.self) { try $0.container(keyedBy: type) }
    }

    /// Goes on to the next element only if the current one was what it should be.
    private mutating func next<T>(_ type: any Any.Type, _ body: (StateTreeDecoder) throws -> T) throws -> T {
        let result = try body(decoder(for: type))
        currentIndex += 1
        return result
    }

    private func decoder(for type: any Any.Type) throws -> StateTreeDecoder {
        let path = codingPath + [StateKey(intValue: currentIndex)]
        guard !isAtEnd else {
            let text = "The stored state holds an array of only \(elements.count) elements here."
            throw DecodingError.valueNotFound(type, DecodingError.Context(codingPath: path, debugDescription: text))
        }
        return StateTreeDecoder(tree: elements[currentIndex], codingPath: path)
    }
}
