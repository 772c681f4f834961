/// Why a coder or splitter could not turn its input into its output. Payload bytes are never part of the text.
public struct CoderError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is; new kinds may come.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The stable text of the code.
        public let description: String

        /// A code by its stable text.
        public init(_ description: String) {
            self.description = description
        }

        /// The input is not what the format demands.
        public static let malformed = Code("malformed")
        /// The input ends in the middle.
        public static let truncated = Code("truncated")
        /// A limit on size, depth or count was passed.
        public static let limitExceeded = Code("limit_exceeded")
        /// A value of the configuration is not one that can be used.
        public static let configuration = Code("configuration")
    }

    /// What kind of failure it is.
    public var code: Code
    /// The coder's name.
    public var coder: String
    /// Where in the input, in bytes from its start; nil where it is not known.
    public var offset: Int64?
    /// What was found, what was expected and how to mend it.
    public var message: String

    /// An error of a coder.
    public init(_ code: Code, coder: String, offset: Int64? = nil, _ message: String) {
        self.code = code
        self.coder = coder
        self.offset = offset
        self.message = message
    }

    /// `coder: message (at byte n)`
    public var description: String {
        "\(coder): \(message)" + (offset.map { " (at byte \($0))" } ?? "")
    }
}
