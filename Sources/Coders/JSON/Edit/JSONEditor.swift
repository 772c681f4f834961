import Connect

/// Does edits, one document after the other; belongs to one worker.
final class JSONEditor {
    private enum Step {
        case get(JSONPath, orNull: Bool)
        case replace(Bytes)
        case patch(JSONPatch)
        case keep(JSONSelection)
        case flatten(JSONFlattening)
    }

    private let parser: JSONParser
    private let steps: [Step]

    /// - Throws: `CoderError` (`configuration`) where an edit or a limit cannot be
    init(_ edits: [JSONEdit], limits: JSONLimits, coder: String) throws(CoderError) {
        parser = try JSONParser(limits, coder: coder)
        steps = try JSONEditor.steps(edits, limits)
    }

    /// Writes a document with all edits done, on one line.
    ///
    /// - Throws: `CoderError` where the text is not JSON, or an edit cannot be done
    func edit(_ text: UnsafeRawBufferPointer, _ output: inout BytesBuilder) throws {
        if let line = JSONParser.onOneLine(text) {
            // Its offsets would be others: what is wrong is found in the text itself.
            try parser.parse(text) { _, _ in }
            return try line.withUnsafeBytes { try edit($0, from: 0, &output) }
        }
        try edit(text, from: 0, &output)
    }

    private func edit(_ text: UnsafeRawBufferPointer, from first: Int, _ output: inout BytesBuilder) throws {
        guard first + 1 < steps.count else {
            return try parser.parse(text) { tape, _ in
                guard first < steps.count else { return output.append(text) }
                try JSONEditor.write(steps[first], tape, &output)
            }
        }
        // Each step but the last needs the places of what the one before it has written.
        var between = BytesBuilder()
        try parser.parse(text) { tape, _ in try JSONEditor.write(steps[first], tape, &between) }
        let bytes = between.take()
        try bytes.withUnsafeBytes { try edit($0, from: first + 1, &output) }
    }

    private static func write(_ step: Step, _ tape: JSONTape, _ output: inout BytesBuilder) throws(CoderError) {
        switch step {
        case .get(let path, let orNull):
            if let index = tape.value(at: path) {
                output.append(tape.bytes(index))
            } else if orNull {
                output.append("null" as Bytes)
            } else {
                throw CoderError(
                    .malformed, coder: "JSON",
                    "there is nothing at \"\(path)\"; take null instead, filter such documents out before, or choose by "
                        + "onError what becomes of them")
            }
        case .replace(let bytes): output.append(bytes)
        case .patch(let patch): try JSONPatchWriter.write(tape, patch, &output)
        case .keep(let selection): try selection.write(tape, &output)
        case .flatten(let flattening): try flattening.write(tape, &output)
        }
    }

    /// Changes whose paths have nothing to do with each other are done in one walk.
    private struct Group {
        var patch = JSONPatch()
        var paths: [JSONPath] = []

        func isFree(_ path: JSONPath) -> Bool { !paths.contains { $0.overlaps(path) } }
    }

    private static func steps(_ edits: [JSONEdit], _ limits: JSONLimits) throws(CoderError) -> [Step] {
        var steps: [Step] = []
        var group = Group()
        func close() {
            if !group.paths.isEmpty { steps.append(.patch(group.patch)) }
            group = Group()
        }
        func add(_ path: JSONPath, and other: JSONPath? = nil, _ change: JSONPatch.Change) {
            if !group.isFree(path) || other.map({ !group.isFree($0) }) ?? false { close() }
            group.patch.add(path.steps[...], change)
            group.paths.append(path)
            if let other { group.paths.append(other) }
        }
        for edit in edits {
            switch edit.action {
            case .get(let path, let orNull):
                close()
                steps.append(.get(try JSONPath(path), orNull: orNull))
            case .set(let text, let value):
                let path = try JSONPath(text)
                let bytes = try value.get()
                if path.steps.isEmpty {
                    close()
                    steps.append(.replace(bytes))
                } else {
                    add(path, .set(bytes))
                }
            case .drop(let paths):
                for path in paths { add(try inner(path, "dropped"), .drop) }
            case .rename(let text, let name):
                let path = try inner(text, "renamed")
                guard case .name = path.steps.last else {
                    throw CoderError(
                        .configuration, coder: "JSON", "\"\(text)\" has no name to change: its last step is an element")
                }
                let other = JSONPath(path.steps.dropLast() + [.name(Array(name.utf8))], name)
                let change = JSONPatch.Change.rename(Array(name.utf8), Bytes(JSONString.quoted(name)))
                if other != path { add(path, and: other, change) }
            case .keep(let paths):
                close()
                var chosen: [JSONPath] = []
                for path in paths { chosen.append(try inner(path, "kept")) }
                var patch = JSONPatch()
                // A path below another one adds nothing to it.
                for path in chosen.sorted(by: { $0.steps.count < $1.steps.count }) {
                    if !chosen.contains(where: { $0.steps.count < path.steps.count && $0.overlaps(path) }) {
                        patch.add(path.steps[...], .keep)
                    }
                }
                steps.append(.keep(JSONSelection(patch: patch)))
            case .flatten(let separator, let arrays):
                close()
                steps.append(.flatten(JSONFlattening(separator: separator, arrays: arrays, limit: limits.bytes)))
            }
        }
        close()
        return steps
    }

    private static func inner(_ text: String, _ what: String) throws(CoderError) -> JSONPath {
        let path = try JSONPath(text)
        if path.steps.isEmpty {
            throw CoderError(.configuration, coder: "JSON", "the whole document cannot be \(what); name a part of it")
        }
        return path
    }
}
