public import Connect

/// The way from a value of JSON to one inside it: `user.name`, `lines[0].sku`, `["a name, any"].x`, `.` for the value
/// itself.
public struct JSONPath: Sendable, Hashable, CustomStringConvertible {
    enum Step: Sendable, Hashable {
        /// UTF-8.
        case name([UInt8])
        case index(Int)
    }

    let steps: [Step]
    /// The path as it was given.
    public let description: String

    /// The most steps of a path.
    public static let mostSteps = 64

    init(_ steps: [Step], _ description: String) {
        self.steps = steps
        self.description = description
    }

    /// Reads a path: names with dots between them, places of array elements from 0 in brackets, and in brackets as JSON
    /// strings also names that are empty or have dots or brackets in them.
    ///
    /// - Throws: `CoderError` (`configuration`) where the text is no path or has more than ``mostSteps``
    public init(_ text: String) throws(CoderError) {
        description = text
        var steps: [Step] = []
        var rest = Array(text.utf8)[...]
        if text == "." { rest = [] } else if rest.isEmpty { throw JSONPath.problem(text, "it is empty") }
        var needsName = !rest.isEmpty
        while !rest.isEmpty {
            if rest.first == UInt8(ascii: "[") {
                steps.append(try JSONPath.bracketed(&rest, of: text))
            } else {
                if !needsName {
                    guard rest.popFirst() == UInt8(ascii: ".") else {
                        throw JSONPath.problem(text, "behind ] comes a dot, another [ or nothing")
                    }
                }
                let name = rest.prefix { $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: "[") }
                if name.isEmpty { throw JSONPath.problem(text, "a name is empty") }
                rest = rest[name.endIndex...]
                steps.append(.name(Array(name)))
            }
            needsName = false
        }
        if steps.count > JSONPath.mostSteps {
            throw JSONPath.problem(text, "it has more than \(JSONPath.mostSteps) steps")
        }
        self.steps = steps
    }

    private static func bracketed(_ rest: inout ArraySlice<UInt8>, of text: String) throws(CoderError) -> Step {
        rest.removeFirst()
        var isQuoted = false
        var index = rest.startIndex
        while index < rest.endIndex, isQuoted || rest[index] != UInt8(ascii: "]") {
            if rest[index] == UInt8(ascii: "\"") { isQuoted.toggle() }
            // What is escaped inside of quotes is skipped.
            index += rest[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        guard index < rest.endIndex else { throw problem(text, "a [ has no ]") }
        let inside = String(decoding: rest[..<index], as: UTF8.self)
        rest = rest[(index + 1)...]
        if let place = Int(inside), place >= 0, inside.utf8.first != UInt8(ascii: "+") { return .index(place) }
        guard let name = (try? JSONDocument(parsing: Bytes(inside)))?.root.string else {
            throw problem(text, "in brackets stands the place of an element, from 0, or a name in double quotes")
        }
        return .name(Array(name.utf8))
    }

    private static func problem(_ text: String, _ message: String) -> CoderError {
        CoderError(
            .configuration, coder: "JSON",
            "\"\(text)\" is no path: \(message). Write one like user.name, lines[0].sku or [\"any name\"], and . for all"
        )
    }

    /// Whether one of two paths leads to or through where the other leads.
    func overlaps(_ other: JSONPath) -> Bool { zip(steps, other.steps).allSatisfy { $0 == $1 } }
}
