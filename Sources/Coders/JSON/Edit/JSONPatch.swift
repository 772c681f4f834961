import Connect

/// Changes at several places of a document, found in one walk; a node for each step of their paths.
struct JSONPatch: Sendable {
    /// What is done with a value.
    enum Change: Sendable {
        case set(Bytes)
        case drop
        /// The name as it says itself, and as it is written.
        case rename([UInt8], Bytes)
        case keep
        case inside(JSONPatch)
    }

    /// A member: its name as it says itself and as it is written.
    struct Member: Sendable {
        let name: [UInt8]
        let written: Bytes
        var change: Change
    }

    var members: [Member] = []
    var elements: [(place: Int, change: Change)] = []
    var hasRenames = false
    var makesMembers = false

    /// Adds a change; no other one may lie on its path.
    mutating func add(_ steps: ArraySlice<JSONPath.Step>, _ change: Change) {
        guard let step = steps.first else { return }
        let isLast = steps.count == 1
        if isLast, case .rename = change { hasRenames = true }
        if case .set = change, case .name = step { makesMembers = true }
        switch step {
        case .name(let name):
            if !isLast, let place = members.firstIndex(where: { $0.name == name }) {
                members[place].change = members[place].change.adding(steps.dropFirst(), change)
            } else {
                let written = Bytes(JSONString.quoted(String(decoding: name, as: UTF8.self)))
                members.append(Member(name: name, written: written, change: Change(steps.dropFirst(), change)))
            }
        case .index(let index):
            if !isLast, let place = elements.firstIndex(where: { $0.place == index }) {
                elements[place].change = elements[place].change.adding(steps.dropFirst(), change)
            } else {
                elements.append((index, Change(steps.dropFirst(), change)))
                elements.sort { $0.place < $1.place }
            }
        }
    }

    @inline(__always)
    func member(_ tape: JSONTape, _ name: Int) -> Int? {
        for place in members.indices where members[place].name.withUnsafeBytes({ tape.says(name, $0) }) {
            return place
        }
        return nil
    }

    func element(_ wanted: Int) -> Change? {
        elements.first { $0.place == wanted }?.change
    }
}

extension JSONPatch.Change {
    fileprivate init(_ steps: ArraySlice<JSONPath.Step>, _ change: JSONPatch.Change) {
        if steps.isEmpty {
            self = change
        } else {
            var patch = JSONPatch()
            patch.add(steps, change)
            self = .inside(patch)
        }
    }

    fileprivate func adding(_ steps: ArraySlice<JSONPath.Step>, _ change: JSONPatch.Change) -> JSONPatch.Change {
        guard case .inside(var patch) = self else { return self }
        patch.add(steps, change)
        return .inside(patch)
    }
}
