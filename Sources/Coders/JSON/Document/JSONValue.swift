public import Connect

/// A value of a ``JSONDocument``, converted when it is asked what it says.
public struct JSONValue: Sendable {
    let document: JSONDocument
    let index: Int

    /// What it is.
    public var kind: JSONKind { document.withTape { $0.kind(index) } }

    /// Its text as it is written, without a copy.
    public var bytes: Bytes {
        document.bytes[document.withTape { $0.start(index)..<$0.end(index) }]
    }

    /// Its text as it is written.
    public var text: String { bytes.description }

    /// What a string says; nil of other values.
    public var string: String? {
        document.withTape { tape in
            guard tape.kind(index) == .string else { return nil }
            return tape.string(index)
        }
    }

    /// A number; nil of other values.
    public var number: JSONNumber? {
        document.withTape { tape in
            tape.kind(index) == .number ? JSONNumber(valid: tape.bytes(index)) : nil
        }
    }

    /// A whole number that the type can hold exactly, such as 12, 1.0 or 1e3; nil of everything else.
    public func integer<Integer: FixedWidthInteger>(_ type: Integer.Type = Int.self) -> Integer? {
        document.withTape { tape in
            tape.kind(index) == .number ? JSONNumber.integer(tape.bytes(index)) : nil
        }
    }

    /// The nearest number in binary; nil where it is none, or too large.
    public var double: Double? { number?.double }

    /// True or false; nil of other values.
    public var bool: Bool? {
        document.withTape { tape in tape.kind(index) == .boolean ? tape.isTrue(index) : nil }
    }

    /// Whether it is null.
    public var isNull: Bool { kind == .null }

    /// How many elements or members it has; 0 of other values.
    public var count: Int { document.withTape { $0.isContainer(index) ? $0.count(index) : 0 } }

    /// A member of an object; of several with the name the last. Nil where there is none.
    public subscript(name: String) -> JSONValue? {
        var name = name
        return name.withUTF8 { name in
            found { $0.isObject(index) ? $0.member(UnsafeRawBufferPointer(name), of: index) : nil }
        }
    }

    /// An element of an array, from 0; nil where there is none. ``elements`` walks over all in less time.
    public subscript(place: Int) -> JSONValue? {
        found { $0.kind(index) == .array ? $0.element(place, of: index) : nil }
    }

    /// The value at a path that begins here; nil where there is none.
    public subscript(path: JSONPath) -> JSONValue? { found { $0.value(at: path, from: index) } }

    /// The elements of an array, in order; none of other values.
    public var elements: JSONElements {
        document.withTape { tape in
            guard tape.kind(index) == .array else { return JSONElements(document: document, upcoming: 0, end: 0) }
            return JSONElements(document: document, upcoming: index + 2, end: tape.next(index))
        }
    }

    /// The members of an object, in order; none of other values.
    public var members: JSONMembers {
        document.withTape { tape in
            guard tape.isObject(index) else { return JSONMembers(document: document, upcoming: 0, end: 0) }
            return JSONMembers(document: document, upcoming: index + 2, end: tape.next(index))
        }
    }

    private func found(_ find: (JSONTape) -> Int?) -> JSONValue? {
        document.withTape(find).map { JSONValue(document: document, index: $0) }
    }
}

extension JSONValue: CustomStringConvertible {
    /// Its text as it is written.
    public var description: String { text }
}

/// The elements of an array of JSON.
public struct JSONElements: Sequence, IteratorProtocol, Sendable {
    let document: JSONDocument
    var upcoming: Int
    let end: Int

    /// The next element.
    public mutating func next() -> JSONValue? {
        guard upcoming < end else { return nil }
        let index = upcoming
        upcoming = document.withTape { $0.next(index) }
        return JSONValue(document: document, index: index)
    }
}

/// The members of an object of JSON.
public struct JSONMembers: Sequence, IteratorProtocol, Sendable {
    let document: JSONDocument
    var upcoming: Int
    let end: Int

    /// The next member: what its name says, and its value.
    public mutating func next() -> (name: String, value: JSONValue)? {
        guard upcoming < end else { return nil }
        let index = upcoming
        return document.withTape { tape in
            upcoming = tape.next(index + 1)
            return (tape.string(index), JSONValue(document: document, index: index + 1))
        }
    }
}

extension JSONTape {
    /// What a string or name says.
    func string(_ index: Int) -> String {
        let content = content(index)
        if hasEscapes(index) { return String(decoding: JSONString.content(of: content), as: UTF8.self) }
        return String(decoding: content, as: UTF8.self)
    }
}
