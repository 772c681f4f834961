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
}
