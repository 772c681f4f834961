/// A stored state between its text and its Swift values: a JSON value (RFC 8259).
///
/// A number keeps its text, so that 64-bit integers and doubles lose nothing on the way.
package enum StateTree: Equatable, Sendable {
    case null
    case bool(Bool)
    case number(String)
    case string(String)
    case array([StateTree])
    case object(StateObject)

    /// How deep containers may stand in each other, when writing as when reading: what is written can be read, and
    /// no text can exhaust the stack.
    static let depthLimit = 64

    /// What the value is, for messages.
    var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .number: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}

/// The members of a JSON object, in their order, each name once.
package struct StateObject: Equatable, Sendable {
    package private(set) var names: [String] = []
    package private(set) var values: [StateTree] = []
    private var positions: [String: Int] = [:]

    package subscript(name: String) -> StateTree? {
        positions[name].map { values[$0] }
    }

    /// Adds a member.
    ///
    /// - Returns: false, and nothing is added, if the name is there already.
    mutating func append(_ name: String, _ value: StateTree) -> Bool {
        guard positions[name] == nil else { return false }
        positions[name] = names.count
        names.append(name)
        values.append(value)
        return true
    }
}

/// A coding key of any name or index: for array elements and `super`.
struct StateKey: CodingKey {
    static let `super` = StateKey(stringValue: "super")

    let intValue: Int?
    private let name: String

    var stringValue: String {
        intValue.map { "Index \($0)" } ?? name
    }

    init(stringValue: String) {
        name = stringValue
        intValue = nil
    }

    init(intValue: Int) {
        name = ""
        self.intValue = intValue
    }
}
