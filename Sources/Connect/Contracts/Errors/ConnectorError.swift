/// Why a source, a sink or a store could not do its work.
public struct ConnectorError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is; new kinds may come.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The stable text of the code.
        public let description: String

        /// A code by its stable text.
        public init(_ description: String) {
            self.description = description
        }

        /// What should be read is not there.
        public static let notFound = Code("not_found")
        /// The system does not permit it.
        public static let notPermitted = Code("not_permitted")
        /// No room is left on the device.
        public static let noSpace = Code("no_space")
        /// The reader of our output has gone away; not a fault of the pipeline.
        public static let brokenPipe = Code("broken_pipe")
        /// Any other failure of reading or writing.
        public static let inputOutput = Code("input_output")
        /// The content is not what the format demands.
        public static let malformed = Code("malformed")
        /// A limit on size, depth or count was passed.
        public static let limitExceeded = Code("limit_exceeded")
        /// Somebody else holds it.
        public static let locked = Code("locked")
        /// The other side cannot be reached or is not ready for now; the same may well work later.
        public static let unavailable = Code("unavailable")
        /// The other side has given what is meant to somebody else, who goes on with it.
        public static let takenAway = Code("taken_away")
        /// A value of the configuration is not one that can be used.
        public static let configuration = Code("configuration")
    }

    /// What kind of failure it is.
    public var code: Code
    /// What was found, what was expected and how to mend it.
    public var message: String
    /// The error below, where there is one.
    public var cause: (any Error)?
    /// The element that it is about, where it is about one and that is known.
    public var position: Position?

    /// An error of a connector.
    public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    /// `code: message`
    public var description: String { "\(code): \(message)" }
}
