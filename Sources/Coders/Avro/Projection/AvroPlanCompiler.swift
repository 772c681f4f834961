import Connect

/// Compiles how data of one schema become data of another. It goes from pair to pair of types by a list, not into itself:
/// types may stand in each other by their names as deep as a schema is long.
struct AvroPlanCompiler {
    private struct Pair: Hashable {
        let writer: Int
        let reader: Int
    }

    private struct Work {
        let pair: Pair
        let operation: Int
        /// Whether data may do without this pair.
        let isConditional: Bool
    }

    private let writer: AvroProgram
    private let reader: AvroProgram
    private let match: AvroMatch
    private(set) var operations: [AvroOperation] = []
    private(set) var actions: [AvroAction] = []
    private(set) var table: [Int32] = []
    private(set) var defaults: [Bytes] = []
    private(set) var messages: [String] = []
    private var known: [Pair: Int] = [:]
    private var defaultPlaces: [Pair: Int] = [:]
    private var work: [Work] = []
    private var comparisons = 0
    /// How many types are compared at most: unions of thousands on both sides are nothing that anybody writes.
    private static let mostComparisons = 4_000_000
    private static let defaultLimits = AvroLimits(bytes: 1 << 20, depth: 64)

    init(_ writer: AvroProgram, _ reader: AvroProgram) {
        self.writer = writer
        self.reader = reader
        match = AvroMatch(writer: writer, reader: reader)
    }

    mutating func compile() throws(CoderError) {
        _ = operation(Pair(writer: writer.root, reader: reader.root), isConditional: false)
        while let next = work.popLast() {
            try resolve(next)
            if comparisons > Self.mostComparisons || operations.count > Self.mostComparisons {
                throw CoderError(
                    .limitExceeded, coder: AvroError.coder, "the two schemas have too many types to be compared")
            }
        }
        markCopies()
        mergeCopies()
    }

    /// The operation for a pair of types, which is filled in later where it is new.
    private mutating func operation(_ pair: Pair, isConditional: Bool) -> Int {
        if let operation = known[pair] { return operation }
        let operation = operations.count
        operations.append(AvroOperation(kind: .copy, writer: Int32(pair.writer), isCopy: true))
        known[pair] = operation
        work.append(Work(pair: pair, operation: operation, isConditional: isConditional))
        return operation
    }

    private mutating func refuse(_ work: Work, _ message: String) throws(CoderError) {
        if !work.isConditional {
            throw CoderError(.malformed, coder: AvroError.coder, "the schemas do not fit: \(message)")
        }
        messages.append(message)
        set(work, .refuse, first: messages.count - 1)
    }

    private mutating func set(
        _ work: Work, _ kind: AvroOperation.Kind, first: Int = 0, count: Int = 0, isCopy: Bool = false
    ) {
        operations[work.operation] = AvroOperation(
            kind: kind, writer: Int32(work.pair.writer), first: Int32(first), count: Int32(count), isCopy: isCopy)
    }

    private mutating func resolve(_ work: Work) throws(CoderError) {
        let (one, other) = (writer.nodes[work.pair.writer], reader.nodes[work.pair.reader])
        if one.kind == .union { return branches(work) }
        if other.kind == .union { return try wrap(work) }
        switch (one.kind, other.kind) {
        case (.array, .array) where match.fits(work.pair.writer, work.pair.reader),
            (.map, .map) where match.fits(work.pair.writer, work.pair.reader):
            let item = operation(Pair(writer: Int(one.first), reader: Int(other.first)), isConditional: true)
            set(work, one.kind == .array ? .array : .map, first: item, isCopy: true)
        case (.record, .record) where match.fits(work.pair.writer, work.pair.reader): try record(work)
        case (.enumeration, .enumeration) where match.fits(work.pair.writer, work.pair.reader): enumeration(work)
        case (.fixed, .fixed) where match.fits(work.pair.writer, work.pair.reader): set(work, .copy, isCopy: true)
        default:
            guard let promotion = AvroMatch.promotion(one.kind, other.kind) else {
                return try refuse(work, "\(name(writer, work.pair.writer)) is not \(name(reader, work.pair.reader))")
            }
            set(work, promotion, isCopy: promotion == .copy)
        }
    }

    private func name(_ program: AvroProgram, _ node: Int) -> String {
        let type = AvroType(schema: AvroSchema(program), index: node)
        if let element = type.element {
            return "\(type.name) of \(element.kind.isNamed ? AvroError.quoted(element.name) : element.name)"
        }
        return type.kind.isNamed ? "\(type.kind.name) \(AvroError.quoted(type.name))" : type.name
    }

    private mutating func branches(_ work: Work) {
        let count = Int(writer.nodes[work.pair.writer].count)
        let first = table.count
        for place in 0..<count {
            let branch = writer.child(work.pair.writer, place)
            // In a list, since the operations of others are added meanwhile.
            table.append(Int32(operation(Pair(writer: branch, reader: work.pair.reader), isConditional: true)))
        }
        set(work, .branches, first: first, count: count, isCopy: true)
    }

    private mutating func wrap(_ work: Work) throws(CoderError) {
        let count = Int(reader.nodes[work.pair.reader].count)
        for place in 0..<count {
            comparisons += 1
            let branch = reader.child(work.pair.reader, place)
            if match.fits(work.pair.writer, branch) {
                let pair = Pair(writer: work.pair.writer, reader: branch)
                return set(
                    work, .wrap, first: place, count: operation(pair, isConditional: work.isConditional))
            }
        }
        try refuse(work, "\(name(writer, work.pair.writer)) is none of the types of the reader's union")
    }

    private mutating func enumeration(_ work: Work) {
        let (symbols, read) = (writer.details[work.pair.writer].symbols, reader.details[work.pair.reader])
        let first = table.count
        for symbol in symbols {
            if let place = read.symbolPlaces[symbol] {
                table.append(Int32(place))
            } else if read.defaultSymbol >= 0 {
                table.append(Int32(read.defaultSymbol))
            } else {
                // Below zero stands a message.
                messages.append(
                    "the reader's enum \(AvroError.quoted(read.name)) has no symbol \(AvroError.quoted(symbol)) and no default"
                )
                table.append(-Int32(messages.count))
            }
        }
        let isCopy = symbols.indices.allSatisfy { table[first + $0] == Int32($0) }
        set(work, .enumeration, first: first, count: symbols.count, isCopy: isCopy)
    }

    private mutating func record(_ work: Work) throws(CoderError) {
        let (written, read) = (writer.details[work.pair.writer], reader.details[work.pair.reader])
        // The field of the writer for each of the reader: names go before former names, and each is taken once.
        var sources = read.fields.map { written.fieldPlaces[$0.name] }
        var taken = Set(sources.compactMap { $0 })
        for (place, field) in read.fields.enumerated() where sources[place] == nil {
            let found = field.aliases.lazy.compactMap { written.fieldPlaces[$0] }.first { !taken.contains($0) }
            if let found { taken.insert(found) }
            sources[place] = found
        }
        var list: [AvroAction] = []
        var isCopy = sources.count == written.fields.count
        let matched = sources.compactMap { $0 }
        let isOrdered = zip(matched, matched.dropFirst()).allSatisfy { $0 < $1 }
        var upcoming = 0
        for (place, source) in sources.enumerated() {
            guard let source else {
                guard let inserted = try defaultPlace(work.pair.reader, place) else {
                    return try refuse(
                        work,
                        "the writer's record \(AvroError.quoted(written.name)) has no field "
                            + "\(AvroError.quoted(read.fields[place].name)), for which the reader has no default")
                }
                list.append(AvroAction(kind: .insert, value: Int32(inserted)))
                isCopy = false
                continue
            }
            if isOrdered {
                while upcoming < source {
                    list.append(AvroAction(kind: .skip, field: Int32(upcoming), value: 1))
                    upcoming += 1
                }
                upcoming = source + 1
            }
            let pair = Pair(
                writer: writer.child(work.pair.writer, source), reader: reader.child(work.pair.reader, place))
            list.append(
                AvroAction(
                    kind: .resolve, field: Int32(source),
                    value: Int32(operation(pair, isConditional: work.isConditional))))
        }
        if isOrdered {
            while upcoming < written.fields.count {
                list.append(AvroAction(kind: .skip, field: Int32(upcoming), value: 1))
                upcoming += 1
            }
        }
        set(
            work, isOrdered ? .record : .reorder, first: actions.count, count: list.count,
            isCopy: isCopy && isOrdered && !list.contains { $0.kind == .skip })
        actions += list
    }

    /// The bytes of a field's default; nil where it has none.
    private mutating func defaultPlace(_ record: Int, _ place: Int) throws(CoderError) -> Int? {
        let key = Pair(writer: record, reader: place)
        if let known = defaultPlaces[key] { return known }
        let field = reader.details[record].fields[place]
        guard let value = field.defaultValue else { return nil }
        var encoder = AvroJSONWriter(reader, Self.defaultLimits, form: .plain)
        do throws(AvroTreeWriter.Mismatch) {
            try encoder.write(value, reader.child(record, place), 0)
        } catch {
            throw AvroError.schema(
                error.code,
                "the default of the field \(AvroError.quoted(field.name)) of \(AvroError.quoted(reader.details[record].name)) "
                    + "does not fit its type: \(error.error.message)")
        }
        defaults.append(encoder.take())
        defaultPlaces[key] = defaults.count - 1
        return defaults.count - 1
    }

    /// Takes it back that something is a copy where it holds what is none.
    private mutating func markCopies() {
        var users: [Int: [Int]] = [:]
        for index in operations.indices {
            let operation = operations[index]
            let span = Int(operation.first)..<Int(operation.first) + Int(operation.count)
            switch operation.kind {
            case .array, .map: users[Int(operation.first), default: []].append(index)
            case .branches:
                for place in span {
                    // The number of the branch must stay the same, and what stands in it.
                    let branch = operations[Int(table[place])]
                    if branch.kind != .wrap || Int(branch.first) != place - span.lowerBound {
                        operations[index].isCopy = false
                    }
                    users[Int(branch.count), default: []].append(index)
                }
            case .record, .reorder:
                for action in actions[span] where action.kind == .resolve {
                    users[Int(action.value), default: []].append(index)
                }
            default: break
            }
        }
        var changed = operations.indices.filter { !operations[$0].isCopy }
        while let index = changed.popLast() {
            for user in users[index] ?? [] where operations[user].isCopy {
                operations[user].isCopy = false
                changed.append(user)
            }
        }
    }

    /// Makes one action of several fields in a row that are copied.
    private mutating func mergeCopies() {
        var merged: [AvroAction] = []
        for index in operations.indices where operations[index].kind == .record {
            let span = Int(operations[index].first)..<Int(operations[index].first) + Int(operations[index].count)
            let start = merged.count
            for var action in actions[span] {
                if action.kind == .resolve, operations[Int(action.value)].isCopy {
                    if merged.count > start, let last = merged.last, last.kind == .copy,
                        last.field + last.value == action.field
                    {
                        merged[merged.count - 1].value += 1
                        continue
                    }
                    action.kind = .copy
                    action.value = 1
                }
                merged.append(action)
            }
            operations[index].first = Int32(start)
            operations[index].count = Int32(merged.count - start)
        }
        for index in operations.indices where operations[index].kind == .reorder {
            let span = Int(operations[index].first)..<Int(operations[index].first) + Int(operations[index].count)
            operations[index].first = Int32(merged.count)
            merged += actions[span]
        }
        actions = merged
    }
}
