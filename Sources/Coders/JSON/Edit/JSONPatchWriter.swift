import Connect

/// Writes a document with changes: what lies between them is copied in pieces as long as can be.
struct JSONPatchWriter: ~Copyable {
    private let tape: JSONTape
    /// How much of the text is written, or left out.
    private var done = 0

    private init(_ tape: JSONTape) {
        self.tape = tape
    }

    /// Writes a document.
    ///
    /// - Throws: `CoderError` where a value to be set has no place
    static func write(_ tape: JSONTape, _ patch: JSONPatch, _ output: inout BytesBuilder) throws(CoderError) {
        var writer = JSONPatchWriter(tape)
        try writer.change(0, patch, &output)
        writer.copy(until: tape.text.count, &output)
    }

    private mutating func copy(until end: Int, _ output: inout BytesBuilder) {
        if end > done { output.append(tape.range(done, end)) }
        done = end
    }

    private mutating func change(_ index: Int, _ patch: JSONPatch, _ output: inout BytesBuilder) throws(CoderError) {
        switch tape.kind(index) {
        case .object: try changeObject(index, patch, &output)
        case .array: try changeArray(index, patch, &output)
        default: try check(index, patch)
        }
    }

    /// Members that stay and those that do not, while one walks over an object or array.
    private struct Run {
        /// Where the last one that stays ends.
        var keptEnd: Int?
        /// Where the first one begins of those that were left out since then.
        var droppedStart: Int?
        var droppedEnd = 0
    }

    private mutating func keep(_ start: Int, _ run: inout Run, _ output: inout BytesBuilder) {
        guard let dropped = run.droppedStart else { return }
        copy(until: dropped, &output)
        done = start
        run.droppedStart = nil
    }

    /// Leaves out what was dropped at the end, with the comma before it, and goes to where one can append.
    private mutating func end(_ run: Run, _ output: inout BytesBuilder) {
        guard let dropped = run.droppedStart else { return }
        copy(until: run.keptEnd ?? dropped, &output)
        done = run.droppedEnd
    }

    private mutating func changeObject(
        _ index: Int, _ patch: JSONPatch, _ output: inout BytesBuilder
    ) throws(CoderError) {
        if !patch.elements.isEmpty { try check(index, patch) }
        var run = Run()
        var found: UInt64 = 0
        let replaced = patch.hasRenames ? replacedNames(index, patch) : []
        var name = index + 2
        let end = tape.next(index)
        while name < end {
            let value = name + 1
            let next = tape.next(value)
            let start = tape.start(name)
            if let place = patch.member(tape, name) {
                if place < 64 { found |= 1 << UInt64(place) }
                switch patch.members[place].change {
                case .drop:
                    if run.droppedStart == nil { run.droppedStart = start }
                    run.droppedEnd = tape.end(value)
                    name = next
                    continue
                case .set(let bytes):
                    keep(start, &run, &output)
                    copy(until: tape.start(value), &output)
                    output.append(bytes)
                    done = tape.end(value)
                case .rename(_, let written):
                    keep(start, &run, &output)
                    copy(until: start, &output)
                    output.append(written)
                    done = tape.end(name)
                case .inside(let patch):
                    keep(start, &run, &output)
                    try change(value, patch, &output)
                case .keep: keep(start, &run, &output)
                }
            } else if !replaced.isEmpty, replaced.contains(where: { $0.withUnsafeBytes { tape.says(name, $0) } }) {
                if run.droppedStart == nil { run.droppedStart = start }
                run.droppedEnd = tape.end(value)
                name = next
                continue
            } else {
                keep(start, &run, &output)
            }
            run.keptEnd = tape.end(value)
            name = next
        }
        self.end(run, &output)
        if patch.makesMembers { try append(index, patch, found, &run, &output) }
    }

    /// The names that members are given which are there under their old ones.
    private func replacedNames(_ index: Int, _ patch: JSONPatch) -> [[UInt8]] {
        patch.members.compactMap { member in
            guard case .rename(let name, _) = member.change, name != member.name,
                member.name.withUnsafeBytes({ tape.member($0, of: index) }) != nil
            else { return nil }
            return name
        }
    }

    private mutating func append(
        _ index: Int, _ patch: JSONPatch, _ found: UInt64, _ run: inout Run, _ output: inout BytesBuilder
    ) throws(CoderError) {
        for place in patch.members.indices {
            // Most are there, and not looked at again.
            if place < 64, found >> UInt64(place) & 1 == 1 { continue }
            let member = patch.members[place]
            if place >= 64, member.name.withUnsafeBytes({ tape.member($0, of: index) }) != nil { continue }
            guard try JSONPatchWriter.isMade(member.change) else { continue }
            // Behind the last one that stays, or behind the bracket.
            if run.droppedStart == nil { copy(until: run.keptEnd ?? tape.start(index) + 1, &output) }
            if run.keptEnd != nil { output.append(UInt8(ascii: ",")) }
            try JSONPatchWriter.make(member, &output)
            run.keptEnd = done
        }
    }

    /// Whether a change makes a value where there is none.
    private static func isMade(_ change: JSONPatch.Change) throws(CoderError) -> Bool {
        switch change {
        case .set: return true
        case .drop, .rename, .keep: return false
        case .inside(let patch):
            if let element = patch.elements.first(where: { $0.change.sets }) {
                throw CoderError(
                    .malformed, coder: "JSON",
                    "there is no array for element [\(element.place)] that is to be set; only objects are made on the way"
                )
            }
            for member in patch.members where try isMade(member.change) { return true }
            return false
        }
    }

    /// Writes a member that is not there yet.
    private static func make(_ member: JSONPatch.Member, _ output: inout BytesBuilder) throws(CoderError) {
        output.append(member.written)
        output.append(UInt8(ascii: ":"))
        try make(member.change, &output)
    }

    /// Writes a value that is not there yet, with the objects on the way to it.
    private static func make(_ change: JSONPatch.Change, _ output: inout BytesBuilder) throws(CoderError) {
        switch change {
        case .set(let bytes): output.append(bytes)
        case .drop, .rename, .keep: break
        case .inside(let patch):
            output.append(UInt8(ascii: "{"))
            var isFirst = true
            for member in patch.members where try isMade(member.change) {
                if !isFirst { output.append(UInt8(ascii: ",")) }
                isFirst = false
                try make(member, &output)
            }
            output.append(UInt8(ascii: "}"))
        }
    }

    private mutating func changeArray(
        _ index: Int, _ patch: JSONPatch, _ output: inout BytesBuilder
    ) throws(CoderError) {
        if !patch.members.isEmpty { try check(index, patch) }
        var run = Run()
        var value = index + 2
        var place = 0
        let end = tape.next(index)
        while value < end {
            let next = tape.next(value)
            let start = tape.start(value)
            let change = patch.element(place)
            place += 1
            if case .drop = change {
                if run.droppedStart == nil { run.droppedStart = start }
                run.droppedEnd = tape.end(value)
                value = next
                continue
            }
            keep(start, &run, &output)
            if case .set(let bytes) = change {
                copy(until: start, &output)
                output.append(bytes)
                done = tape.end(value)
            } else if case .inside(let patch) = change {
                try self.change(value, patch, &output)
            }
            run.keptEnd = tape.end(value)
            value = next
        }
        self.end(run, &output)
        for element in patch.elements where element.place >= tape.count(index) && element.change.sets {
            guard element.place == place else {
                throw CoderError(
                    .malformed, coder: "JSON", offset: Int64(tape.start(index)),
                    "element [\(element.place)] is to be set in an array of \(tape.count(index)); elements are there, or "
                        + "the next one")
            }
            guard try JSONPatchWriter.isMade(element.change) else { continue }
            if run.droppedStart == nil { copy(until: run.keptEnd ?? tape.start(index) + 1, &output) }
            if run.keptEnd != nil { output.append(UInt8(ascii: ",")) }
            try JSONPatchWriter.make(element.change, &output)
            run.keptEnd = done
            place += 1
        }
    }

    /// Refuses what is to be set inside of a value that cannot hold it.
    private func check(_ index: Int, _ patch: JSONPatch) throws(CoderError) {
        let isObject = tape.isObject(index)
        let needed = isObject ? nil : patch.members.first { $0.change.sets }.map { "member \($0.written)" }
        let isArray = tape.kind(index) == .array
        let element = isArray ? nil : patch.elements.first { $0.change.sets }.map { "element [\($0.place)]" }
        guard let wanted = needed ?? element else { return }
        throw CoderError(
            .malformed, coder: "JSON", offset: Int64(tape.start(index)),
            "\(wanted) is to be set, but there is \(tape.kind(index).phrase) in its place; drop that before, or choose by "
                + "onError what becomes of such a document")
    }
}

extension JSONPatch.Change {
    /// Whether it puts a value somewhere.
    var sets: Bool {
        switch self {
        case .set: true
        case .inside(let patch): patch.members.contains { $0.change.sets } || patch.elements.contains { $0.change.sets }
        case .drop, .rename, .keep: false
        }
    }
}
