import Connect

/// Writes the members of the objects in a document as members of the document.
struct JSONFlattening: Sendable {
    /// As it stands between the quotes of a name.
    let separator: [UInt8]
    let arrays: Bool
    /// The most bytes of the output: names are written again for each value below them.
    let limit: Int

    init(separator: String, arrays: Bool, limit: Int) {
        self.separator = Array(JSONString.quoted(separator).dropFirst().dropLast())
        self.arrays = arrays
        self.limit = limit
    }

    /// An array or object that is being walked over.
    private struct Level {
        let isObject: Bool
        let end: Int
        let prefixCount: Int
        var place = 0
    }

    /// Writes a document.
    ///
    /// - Throws: `CoderError` where the output gets too large
    func write(_ tape: JSONTape, _ output: inout BytesBuilder) throws(CoderError) {
        guard tape.isObject(0) else { return output.append(tape.text) }
        var prefix: [UInt8] = []
        // Not by calls of itself: documents may be deeper than the stack.
        var levels = [Level(isObject: true, end: tape.next(0), prefixCount: 0)]
        var index = 2
        var written = 0
        output.append(UInt8(ascii: "{"))
        while let level = levels.last {
            guard index < level.end else {
                levels.removeLast()
                continue
            }
            prefix.removeLast(prefix.count - level.prefixCount)
            if levels.count > 1 { prefix += separator }
            if level.isObject {
                prefix += tape.content(index)
                index += 1
            } else {
                prefix += Array("\(level.place)".utf8)
                levels[levels.count - 1].place += 1
            }
            let isObject = tape.isObject(index)
            if tape.isContainer(index), isObject || arrays, tape.count(index) > 0 {
                levels.append(Level(isObject: isObject, end: tape.next(index), prefixCount: prefix.count))
                index += 2
            } else {
                let value = tape.bytes(index)
                written += prefix.count + value.count + 4
                if written > limit {
                    throw CoderError(
                        .limitExceeded, coder: "JSON", offset: Int64(tape.start(index)),
                        "flattened, the document has more than \(limit) bytes")
                }
                if written > prefix.count + value.count + 4 { output.append(UInt8(ascii: ",")) }
                output.append(UInt8(ascii: "\""))
                prefix.withUnsafeBytes { output.append($0) }
                output.append(UInt8(ascii: "\""))
                output.append(UInt8(ascii: ":"))
                output.append(value)
                index = tape.next(index)
            }
        }
        output.append(UInt8(ascii: "}"))
    }
}
