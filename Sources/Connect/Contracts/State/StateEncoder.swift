/// Turns a `Codable` state into JSON text (RFC 8259) of one line, without Foundation.
///
/// Keys stand in the order of encoding. Integers of up to 64 bits and doubles come back exactly; what JSON has no number
/// for is written as `"nan"`, `"inf"`, `"-inf"`. As with every JSON coder, an optional in an optional is one optional.
struct StateEncoder {
    /// Encodes a value.
    ///
    /// - Parameter value: the state.
    /// - Returns: its text, without a line break.
    /// - Throws: what the value's own `encode(to:)` throws; `EncodingError.invalidValue` if containers nest deeper than
    ///   ``StateTree/depthLimit``, or if two different things are encoded in one place.
    func encode<T: Encodable>(_ value: T) throws -> String {
        let root = StateNode(codingPath: [])
        try value.encode(to: root)
        var writer = StateTextWriter()
        writer.write(try root.tree())
        return writer.text
    }
}

/// One place of the text to come, which is filled in any order: nested containers and super encoders outlive the call
/// that made them.
private final class StateNode: Encoder {
    private enum Kind {
        case empty, leaf, array, object, conflict
    }

    let codingPath: [any CodingKey]
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    private var kind = Kind.empty
    private var leaf = StateTree.null
    private(set) var children: [StateNode] = []
    private var names: [String] = []
    private var positions: [String: Int] = [:]

    init(codingPath: [any CodingKey]) {
        self.codingPath = codingPath
    }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        become(.object)
        return KeyedEncodingContainer(StateKeyedEncoder<Key>(node: self))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        become(.array)
        return StateUnkeyedEncoder(node: self)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer {
        self
    }

    /// A class and its superclass may share one container, but nothing can be two kinds of things. The calls that find
    /// this out cannot throw, so ``tree()`` does.
    private func become(_ new: Kind) {
        kind = kind == .empty || (kind == new && new != .leaf) ? new : .conflict
    }

    private func put(_ tree: StateTree) {
        become(.leaf)
        leaf = tree
    }

    /// The place of a new element of this array.
    func append() -> StateNode {
        let child = StateNode(codingPath: codingPath + [StateKey(intValue: children.count)])
        children.append(child)
        return child
    }

    /// The place of a member of this object, empty even if the key was encoded before.
    func member(_ key: any CodingKey) -> StateNode {
        let child = StateNode(codingPath: codingPath + [key])
        if let position = positions[key.stringValue] {
            children[position] = child
        } else {
            positions[key.stringValue] = children.count
            names.append(key.stringValue)
            children.append(child)
        }
        return child
    }

    /// Encodes into this place, which is at most as deep as can be read again.
    func fill<T: Encodable>(_ value: T) throws {
        guard codingPath.count <= StateTree.depthLimit else { throw failure(Self.tooDeep, value) }
        try value.encode(to: self)
    }

    func tree() throws -> StateTree {
        switch kind {
        case .leaf: return leaf
        case .conflict: throw failure("Two different things were encoded in one place.")
        case .empty, .array, .object: break
        }
        guard codingPath.count < StateTree.depthLimit else { throw failure(Self.tooDeep) }
        if kind == .array { return .array(try children.map { try $0.tree() }) }
        // What encodes nothing is an object without members, as a structure without properties is.
        var object = StateObject()
        for (name, child) in zip(names, children) { _ = object.append(name, try child.tree()) }
        return .object(object)
    }

    private static let tooDeep = "More than \(StateTree.depthLimit) containers nest; make the state flatter."

    private func failure(_ text: String, _ value: Any = ()) -> EncodingError {
        .invalidValue(value, EncodingError.Context(codingPath: codingPath, debugDescription: text))
    }
}

extension StateNode: SingleValueEncodingContainer {
    func encodeNil() { put(.null) }
    func encode(_ value: Bool) { put(.bool(value)) }
    func encode(_ value: String) { put(.string(value)) }
    func encode(_ value: Double) { put(Self.number(value)) }
    func encode(_ value: Float) { put(Self.number(value)) }
    func encode<T: FixedWidthInteger & Encodable>(_ value: T) { put(.number(String(value))) }
    func encode<T: Encodable>(_ value: T) throws { try value.encode(to: self) }

    private static func number<T: BinaryFloatingPoint & CustomStringConvertible>(_ value: T) -> StateTree {
        if value.isFinite { return .number(value.description) }
        return .string(value.isNaN ? "nan" : value < 0 ? "-inf" : "inf")
    }
}

private struct StateKeyedEncoder<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let node: StateNode
    var codingPath: [any CodingKey] { node.codingPath }

    func encodeNil(forKey key: Key) { node.member(key).encodeNil() }
    func encode<T: Encodable>(_ value: T, forKey key: Key) throws { try node.member(key).fill(value) }
    func superEncoder() -> any Encoder { node.member(StateKey.super) }
    func superEncoder(forKey key: Key) -> any Encoder { node.member(key) }
    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer { node.member(key).unkeyedContainer() }

    func nestedContainer<Nested: CodingKey>(
        keyedBy type: Nested.Type,
        forKey key: Key
    ) -> KeyedEncodingContainer<Nested> {
        node.member(key).container(keyedBy: type)
    }
}

private struct StateUnkeyedEncoder: UnkeyedEncodingContainer {
    let node: StateNode
    var codingPath: [any CodingKey] { node.codingPath }
    var count: Int { node.children.count }

    func encodeNil() { node.append().encodeNil() }
    func encode<T: Encodable>(_ value: T) throws { try node.append().fill(value) }
    func superEncoder() -> any Encoder { node.append() }
    func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer { node.append().unkeyedContainer() }

    func nestedContainer<Nested: CodingKey>(keyedBy type: Nested.Type) -> KeyedEncodingContainer<Nested> {
        node.append().container(keyedBy: type)
    }
}
