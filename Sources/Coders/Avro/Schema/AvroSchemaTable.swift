import Connect
import Synchronization

/// The schemas that are in use, by their text, and some that were.
///
/// The table holds them itself: objects that somebody refers to weakly are counted several times slower, and schemas are counted
/// with each datum. Those that nobody else has any more go when there are too many.
final class AvroSchemaTable: Sendable {
    private struct Key: Hashable {
        let text: Bytes
        let bytes: Int
        let depth: Int
        let check: AvroCheck
    }

    private struct Table {
        var programs: [Key: AvroProgram] = [:]
        /// How many bytes of text there are.
        var bytes = 0
        /// How many programs and bytes there may be before those are looked for that nobody else has.
        var mostPrograms = AvroSchemaTable.fewPrograms
        var mostBytes = AvroSchemaTable.fewBytes

        mutating func forget() {
            var index = programs.values.startIndex
            var unused: [Key] = []
            while index != programs.values.endIndex {
                if isKnownUniquelyReferenced(&programs.values[index]) { unused.append(programs.keys[index]) }
                programs.values.formIndex(after: &index)
            }
            for key in unused {
                programs[key] = nil
                bytes -= key.text.count
            }
            mostPrograms = max(AvroSchemaTable.fewPrograms, programs.count * 2)
            mostBytes = max(AvroSchemaTable.fewBytes, bytes * 2)
        }
    }

    private static let fewPrograms = 64
    private static let fewBytes = 1 << 20
    static let shared = AvroSchemaTable()
    private let table = Mutex(Table())

    /// How many schemas there are.
    var count: Int { table.withLock { $0.programs.count } }

    /// Forgets those that nobody else has.
    func forget() { table.withLock { $0.forget() } }

    /// The program of a schema.
    ///
    /// - Parameters:
    ///   - text: the text of the schema
    ///   - limits: how large it may be
    ///   - check: under which limits the data were found valid that are to stand beside it
    /// - Returns: that of all who use the same text, limits and check
    /// - Throws: `CoderError` where the text is no schema
    func program(_ text: Bytes, _ limits: AvroLimits, check: AvroCheck = .none) throws -> AvroProgram {
        // A copy: the text may be a slice of a large chunk, which the schema would keep.
        let key = Key(text: Bytes(Array(text)), bytes: limits.schemaBytes, depth: limits.schemaDepth, check: check)
        if let known = table.withLock({ $0.programs[key] }) { return known }
        let original = check == .none ? nil : try program(key.text, limits)
        let made = try AvroSchemaReader.program(key.text, limits, original: original, check: check)
        return table.withLock { table in
            // Another thread may have been faster.
            if let known = table.programs[key] { return known }
            if table.programs.count >= table.mostPrograms || table.bytes + key.text.count > table.mostBytes {
                table.forget()
            }
            table.programs[key] = made
            table.bytes += key.text.count
            return made
        }
    }
}
