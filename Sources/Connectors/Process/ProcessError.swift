/// Why a child process did not answer.
public struct ProcessError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of failure it is; new kinds may come.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The stable text of the code.
        public let description: String

        /// It could not be started.
        public static let notStarted = Code(description: "not_started")
        /// It ended, or closed its input or output.
        public static let ended = Code(description: "ended")
        /// It did not answer in time.
        public static let timedOut = Code(description: "timed_out")
        /// It did not give one line for one line.
        public static let protocolViolated = Code(description: "protocol_violated")
        /// A line was longer than allowed.
        public static let limitExceeded = Code(description: "limit_exceeded")
    }

    /// What kind of failure it is.
    public let code: Code
    /// What was found and how to mend it.
    public let message: String

    init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// `exec: message`
    public var description: String { "exec: \(message)" }
}
