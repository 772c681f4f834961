import Connect

/// Writes of a document only what lies on some paths.
struct JSONSelection: Sendable {
    let patch: JSONPatch

    /// Writes a document.
    ///
    /// - Throws: `CoderError` where it holds nothing that could be kept
    func write(_ tape: JSONTape, _ output: inout BytesBuilder) throws(CoderError) {
        guard tape.isContainer(0) else {
            throw CoderError(
                .malformed, coder: "JSON", offset: Int64(tape.start(0)),
                "members are to be kept, but the document is \(tape.kind(0).phrase)")
        }
        write(0, patch, tape, &output)
    }

    // As deep as the paths are.
    private func write(_ index: Int, _ patch: JSONPatch, _ tape: JSONTape, _ output: inout BytesBuilder) {
        let isObject = tape.isObject(index)
        output.append(isObject ? UInt8(ascii: "{") : UInt8(ascii: "["))
        var isFirst = true
        var item = index + 2
        var place = 0
        let end = tape.next(index)
        while item < end {
            let value = isObject ? item + 1 : item
            let change = isObject ? patch.member(tape, item).map { patch.members[$0].change } : patch.element(place)
            place += 1
            if let change, !(change.isInside && !tape.isContainer(value)) {
                if !isFirst { output.append(UInt8(ascii: ",")) }
                isFirst = false
                if case .inside(let patch) = change {
                    if isObject {
                        output.append(tape.bytes(item))
                        output.append(UInt8(ascii: ":"))
                    }
                    write(value, patch, tape, &output)
                } else {
                    output.append(tape.range(tape.start(item), tape.end(value)))
                }
            }
            item = tape.next(value)
        }
        output.append(isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"))
    }
}

extension JSONPatch.Change {
    fileprivate var isInside: Bool { if case .inside = self { true } else { false } }
}
