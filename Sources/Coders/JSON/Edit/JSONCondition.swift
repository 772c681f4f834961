public import Connect

/// A question about a JSON document that is answered by yes or no.
///
/// Numbers are compared exactly, however they are written: `1`, `1.0` and `10e-1` are equal, and neighbours beyond 2⁵³ are
/// not. Strings are compared by what they say, byte by byte of their UTF-8. Values of different kinds, and what is not
/// there, are never equal, less or greater.
public struct JSONCondition: Sendable {
    enum Relation: String, Sendable {
        case equal = "="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
    }

    enum Test: Sendable {
        case exists
        case isMissing
        case compare(Relation, JSONDocument)
    }

    let path: JSONPath
    let test: Test

    /// Whether there is a value at a path, be it null.
    ///
    /// - Throws: `CoderError` where the text is no path
    public static func exists(_ path: String) throws(CoderError) -> JSONCondition {
        JSONCondition(path: try JSONPath(path), test: .exists)
    }

    /// Whether there is no value at a path.
    ///
    /// - Throws: `CoderError` where the text is no path
    public static func isMissing(_ path: String) throws(CoderError) -> JSONCondition {
        JSONCondition(path: try JSONPath(path), test: .isMissing)
    }

    init(path: JSONPath, test: Test) {
        self.path = path
        self.test = test
    }

    /// Reads a condition: `PATH` (there is something), `!PATH` (there is not), or a path, one of `= != < <= > >=` and a
    /// string, number, true, false or null of JSON; what is none of these is a string without its quotes.
    ///
    /// ```swift
    /// try JSONCondition("status >= 500")
    /// try JSONCondition("user.role = admin")
    /// ```
    ///
    /// - Throws: `CoderError` (`configuration`) where the text is no condition
    public init(_ text: String) throws(CoderError) {
        let bytes = Array(text.utf8)
        var isQuoted = false
        var index = 0
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "\"") { isQuoted.toggle() }
            if isQuoted, bytes[index] == UInt8(ascii: "\\") { index += 1 }
            let isNot = bytes[index...].starts(with: "!=".utf8)
            if !isQuoted, index < bytes.count, isNot || "=<>".utf8.contains(bytes[index]) { break }
            index += 1
        }
        guard index < bytes.count else {
            let isMissing = bytes.first == UInt8(ascii: "!")
            path = try JSONPath(JSONCondition.trimmed(bytes[(isMissing ? 1 : 0)...]))
            test = isMissing ? .isMissing : .exists
            return
        }
        path = try JSONPath(JSONCondition.trimmed(bytes[..<index]))
        let isLong = bytes[index...].dropFirst().first == UInt8(ascii: "=")
        let sign = String(decoding: bytes[index..<(index + (isLong ? 2 : 1))], as: UTF8.self)
        guard let relation = Relation(rawValue: sign) else {
            throw CoderError(
                .configuration, coder: "JSON", "\"\(text)\" compares by \(sign); take one of = != < <= > >=")
        }
        let value = JSONCondition.trimmed(bytes[(index + (isLong ? 2 : 1))...])
        test = .compare(relation, try JSONCondition.scalar(value, in: text))
    }

    /// A value as it is written in words: JSON, or else a string without its quotes.
    ///
    /// - Throws: `CoderError` where it is an array or object, with which nothing can be compared
    private static func scalar(_ value: String, in text: String) throws(CoderError) -> JSONDocument {
        let document = JSONDocument(worded: value)
        guard !document.root.kind.isContainer else {
            throw CoderError(
                .configuration, coder: "JSON",
                "\"\(text)\" compares with \(document.root.kind.phrase); only strings, "
                    + "numbers, true, false and null can be compared with")
        }
        return document
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> String {
        var rest = bytes
        while rest.first == 0x20 { rest.removeFirst() }
        while rest.last == 0x20 { rest.removeLast() }
        return String(decoding: rest, as: UTF8.self)
    }

    /// The answer for a document.
    public func holds(for document: JSONDocument) -> Bool { document.withTape { holds($0) } }

    func holds(_ tape: JSONTape) -> Bool {
        guard let index = tape.value(at: path) else {
            switch test {
            case .exists: return false
            case .isMissing: return true
            case .compare(let relation, _): return relation == .notEqual
            }
        }
        switch test {
        case .exists: return true
        case .isMissing: return false
        case .compare(let relation, let wanted): return wanted.withTape { tape.holds(index, relation, $0) }
        }
    }
}

extension JSONTape {
    fileprivate func holds(_ index: Int, _ relation: JSONCondition.Relation, _ wanted: JSONTape) -> Bool {
        guard kind(index) == wanted.kind(0) else { return relation == .notEqual }
        let order: Int
        switch wanted.kind(0) {
        case .number: order = JSONNumber.compare(bytes(index), wanted.bytes(0))
        case .string: order = compare(index, wanted)
        case .boolean, .null:
            // True is neither less nor greater than false.
            let isSame = isTrue(index) == wanted.isTrue(0)
            return relation == .notEqual ? !isSame : isSame && relation == .equal
        case .object, .array: return relation == .notEqual
        }
        return switch relation {
        case .equal: order == 0
        case .notEqual: order != 0
        case .less: order < 0
        case .lessOrEqual: order <= 0
        case .greater: order > 0
        case .greaterOrEqual: order >= 0
        }
    }

    private func compare(_ index: Int, _ wanted: JSONTape) -> Int {
        if !hasEscapes(index), !wanted.hasEscapes(0), JSONString.areEqual(content(index), wanted.content(0)) {
            return 0
        }
        let (one, other) = (said(index), wanted.said(0))
        if one == other { return 0 }
        return one.lexicographicallyPrecedes(other) ? -1 : 1
    }

    private func said(_ index: Int) -> [UInt8] {
        hasEscapes(index) ? JSONString.content(of: content(index)) : Array(content(index))
    }
}

extension JSONKind {
    var isContainer: Bool { self == .object || self == .array }
}

extension JSONDocument {
    /// A value as it is written in words: JSON, or else a string without its quotes.
    init(worded text: String) {
        if let document = try? JSONDocument(parsing: Bytes(text)) {
            self = document
        } else {
            let quoted = Bytes(JSONString.quoted(text))
            // One word for the string; only its length and its escapes are to be known.
            self = (try? JSONDocument(parsing: quoted)) ?? JSONDocument.null
        }
    }

    private static var null: JSONDocument { JSONDocument(bytes: "null", words: [7 << 61 | 4 << 32]) }
}
