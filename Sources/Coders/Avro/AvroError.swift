import Connect

/// The errors of this module.
enum AvroError {
    static let coder = "AVRO"
    private static let longest = 200

    /// An error of a schema.
    static func schema(_ message: String) -> CoderError { schema(.malformed, message) }

    /// An error of a schema.
    static func schema(_ code: CoderError.Code, _ message: String) -> CoderError {
        CoderError(code, coder: coder, "the schema is refused: \(message)")
    }

    /// A name in quotes; of long ones the beginning.
    static func quoted(_ name: String) -> String {
        name.utf8.count > longest ? "\"\(name.prefix(longest))…\"" : "\"\(name)\""
    }

    /// A packed block does not become what it was.
    static let damagedBlock = CoderError(.malformed, coder: coder, "a packed block is damaged or cut")

    /// A packed block becomes too much.
    static func tooLarge(_ limit: Int) -> CoderError {
        CoderError(.limitExceeded, coder: coder, "a block expands to more than \(limit) bytes; raise the limit")
    }
}
