/// Looks up a path in the memory of a document.
struct XMLSearch {
    let arena: XMLArena

    /// Everything at a path, in the order of the document.
    func all(_ path: XML.Path, from start: Int) -> [Int] {
        var found: [Int] = []
        if isSimple(path) {
            _ = visit(path.steps[...], from: path.isAbsolute ? 0 : start) {
                found.append($0)
                return true
            }
            return found
        }
        found = [path.isAbsolute ? 0 : start]
        for step in path.steps {
            var from = found
            if step.isBelow { from = below(found) }
            var next: [Int] = []
            for index in from {
                matches(of: step, at: index) {
                    next.append($0); return true
                }
            }
            // Children of nodes that stand in each other come out of order.
            next.sort()
            found = next
        }
        return found
    }

    /// The first at a path.
    func first(_ path: XML.Path, from start: Int) -> Int? {
        guard isSimple(path) else { return all(path, from: start).first }
        var found: Int?
        _ = visit(path.steps[...], from: path.isAbsolute ? 0 : start) {
            found = $0
            return false
        }
        return found
    }

    /// Whether all steps lead to children: then what they lead to is found in its order.
    private func isSimple(_ path: XML.Path) -> Bool { !path.steps.contains { $0.isBelow } }

    /// Calls a closure with what is found, until it says no.
    ///
    /// - Returns: whether it never did
    private func visit(_ steps: ArraySlice<XMLStep>, from index: Int, _ body: (Int) -> Bool) -> Bool {
        guard let step = steps.first else { return body(index) }
        return matches(of: step, at: index) { visit(steps.dropFirst(), from: $0, body) }
    }

    /// Nodes with all elements inside of them, each once.
    private func below(_ nodes: [Int]) -> [Int] {
        var all: [Int] = []
        var end = 0
        for node in nodes where node >= end {
            end = arena.next(node)
            for index in node..<end where arena[index].isParent { all.append(index) }
        }
        return all
    }

    /// Calls a closure with what a step finds at a node, until it says no.
    @discardableResult
    private func matches(of step: XMLStep, at index: Int, _ body: (Int) -> Bool) -> Bool {
        if step.conditions.isEmpty { return candidates(of: step, at: index, body) }
        if step.conditions.count == 1, case .place(let wanted) = step.conditions[0] {
            var place = 0
            var found: Int?
            _ = candidates(of: step, at: index) {
                place += 1
                if place == wanted { found = $0 }
                return place < wanted
            }
            return found.map(body) ?? true
        }
        var left: [Int] = []
        _ = candidates(of: step, at: index) {
            left.append($0)
            return true
        }
        for condition in step.conditions {
            switch condition {
            case .place(let wanted): left = wanted <= left.count ? [left[wanted - 1]] : []
            case .last: left = left.suffix(1)
            default: left.removeAll { !holds(condition, at: $0) }
            }
        }
        return left.allSatisfy(body)
    }

    private func candidates(of step: XMLStep, at index: Int, _ body: (Int) -> Bool) -> Bool {
        let record = arena[index]
        switch step.axis {
        case .itself: return body(index)
        case .attributes:
            guard record.kind == XMLRecord.elementKind else { return true }
            for place in index + 1..<index + 1 + record.attachments {
                let found = arena[place]
                if found.kind == XMLRecord.attributeKind, passes(step.test, found, isAttribute: true), !body(place) {
                    return false
                }
            }
        case .children:
            guard record.isParent else { return true }
            var place = arena.firstChild(index)
            let end = Int(record.extent)
            while place < end {
                let found = arena[place]
                let isRight =
                    step.test == .text
                    ? found.isText
                    : found.kind == XMLRecord.elementKind && passes(step.test, found, isAttribute: false)
                if isRight, !body(place) { return false }
                place = found.isParent ? Int(found.extent) : place + 1
            }
        }
        return true
    }

    private func passes(_ test: XMLStep.Test, _ record: XMLRecord, isAttribute: Bool) -> Bool {
        guard case .name(let name, let namespace) = test else { return true }
        let isSame = name.withUnsafeBytes { XMLArena.areEqual(arena.localName(record), $0) }
        guard isSame else { return false }
        switch namespace {
        // An attribute without prefix is in no namespace, and is what is meant by a name without prefix.
        case .any: return !isAttribute || record.prefixLength == 0
        case .uri(let uri):
            return arena.namespace(record).map { found in uri.withUnsafeBytes { XMLArena.areEqual(found, $0) } }
                ?? false
        case .prefix(let prefix): return prefix.withUnsafeBytes { XMLArena.areEqual(arena.prefix(record), $0) }
        }
    }

    private func holds(_ condition: XMLStep.Condition, at index: Int) -> Bool {
        switch condition {
        case .exists(let step): return !matches(of: step, at: index) { _ in false }
        case .compares(let step, let isEqual, let value):
            return !matches(of: step, at: index) { arena.says(value, at: $0) != isEqual }
        case .place, .last: return true
        }
    }
}

extension XML.Node {
    /// The first node at a path that begins here; nil where there is none.
    public func first(_ path: XML.Path) -> XML.Node? {
        withArena { arena, _ in
            XMLSearch(arena: arena).first(path, from: index).flatMap { found in
                arena[found].kind == XMLRecord.attributeKind ? nil : XML.Node(words: words, index: found)
            }
        }
    }

    /// All nodes at a path that begins here, in the order of the document. Attributes are no nodes; ``texts(_:)`` finds what
    /// they say.
    public func all(_ path: XML.Path) -> [XML.Node] {
        withArena { arena, _ in
            XMLSearch(arena: arena).all(path, from: index).compactMap { found in
                arena[found].kind == XMLRecord.attributeKind ? nil : XML.Node(words: words, index: found)
            }
        }
    }

    /// What the first node or attribute at a path says; nil where there is none.
    public func text(_ path: XML.Path) -> String? {
        withArena { arena, _ in XMLSearch(arena: arena).first(path, from: index).map { arena.text(at: $0) } }
    }

    /// What all nodes or attributes at a path say, in the order of the document.
    public func texts(_ path: XML.Path) -> [String] {
        withArena { arena, _ in XMLSearch(arena: arena).all(path, from: index).map { arena.text(at: $0) } }
    }

    /// Whether there is a node or attribute at a path.
    public func has(_ path: XML.Path) -> Bool {
        withArena { arena, _ in XMLSearch(arena: arena).first(path, from: index) != nil }
    }
}

extension XML.Document {
    /// What the first node or attribute at a path says; nil where there is none.
    public func text(_ path: XML.Path) -> String? { node.text(path) }

    /// What all nodes or attributes at a path say, in the order of the document.
    public func texts(_ path: XML.Path) -> [String] { node.texts(path) }

    /// Whether there is a node or attribute at a path.
    public func has(_ path: XML.Path) -> Bool { node.has(path) }
}
