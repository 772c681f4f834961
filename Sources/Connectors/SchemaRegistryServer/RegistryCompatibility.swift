import Connect
import ConnectAvro

/// What a schema must have in common with those before it under its subject.
public enum RegistryCompatibility: String, Sendable, Hashable, CaseIterable {
    /// Nothing.
    case none = "NONE"
    /// Who has it reads data of the last one.
    case backward = "BACKWARD"
    /// Who has it reads data of all before it.
    case backwardTransitive = "BACKWARD_TRANSITIVE"
    /// Who has the last one reads its data.
    case forward = "FORWARD"
    /// Who has any before it reads its data.
    case forwardTransitive = "FORWARD_TRANSITIVE"
    /// Both, with the last one.
    case full = "FULL"
    /// Both, with all before it.
    case fullTransitive = "FULL_TRANSITIVE"

    private var isTransitive: Bool {
        [.backwardTransitive, .forwardTransitive, .fullTransitive].contains(self)
    }
    private var readsOlder: Bool { [.backward, .backwardTransitive, .full, .fullTransitive].contains(self) }
    private var isReadByOlder: Bool { [.forward, .forwardTransitive, .full, .fullTransitive].contains(self) }

    /// What does not fit.
    ///
    /// - Parameters:
    ///   - schema: a new schema
    ///   - others: those before it, the oldest first
    /// - Returns: sentences, none where all fits
    func mismatches(_ schema: AvroSchema, after others: [(version: Int, schema: AvroSchema)]) -> [String] {
        let counted = isTransitive ? others[...] : others.suffix(1)
        return counted.flatMap { version, other -> [String] in
            let older = readsOlder ? Self.mismatches(from: other, to: schema) : []
            let newer = isReadByOlder ? Self.mismatches(from: schema, to: other) : []
            return older.map { "the new schema cannot read data of version \(version): \($0)" }
                + newer.map { "version \(version) cannot read data of the new schema: \($0)" }
        }
    }

    private static func mismatches(from writer: AvroSchema, to reader: AvroSchema) -> [String] {
        do throws(CoderError) {
            return try AvroProjection(from: writer, to: reader).mismatches
        } catch {
            return [error.message]
        }
    }
}
