/// What a schema registry refuses: the request is to blame, and the same would be refused again.
public struct SchemaRegistryError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The status of HTTP.
    public var status: Int
    /// The registry's own code, such as 40403 for a schema that is not there; the status where it has given none.
    public var code: Int
    /// What it says.
    public var message: String

    /// A refusal.
    ///
    /// - Parameters:
    ///   - status: the status of HTTP
    ///   - code: the registry's own code
    ///   - message: what it says
    public init(status: Int, code: Int, _ message: String) {
        self.status = status
        self.code = code
        self.message = message
    }

    /// There is no such subject.
    public static let subjectNotFound = 40401
    /// There is no such version.
    public static let versionNotFound = 40402
    /// There is no such schema.
    public static let schemaNotFound = 40403

    /// `schema registry: message (code)`
    public var description: String { "schema registry: \(message) (\(code))" }
}
