/// Why a connection between peers cannot go on: what the other side sent is not what the protocol allows.
///
/// It says something about the other side, never about this one: the connection is closed, the process goes on.
public struct ProtocolError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of fault it is; new kinds may come.
    public struct Code: Hashable, Sendable, CustomStringConvertible {
        /// The stable text of the code.
        public let description: String

        /// A code by its stable text.
        public init(_ description: String) {
            self.description = description
        }

        /// A frame announces a length that is out of bounds.
        public static let frameLength = Code("frame_length")
        /// The checksum of a frame is not that of its bytes.
        public static let checksum = Code("checksum")
        /// A frame has a type that this version does not know.
        public static let unknownType = Code("unknown_type")
        /// A frame's content ends before all of its fields, or goes on behind them.
        public static let truncated = Code("truncated")
        /// A field has a value that it must not have.
        public static let malformed = Code("malformed")
        /// The first bytes are not those of a peer.
        public static let notAPeer = Code("not_a_peer")
        /// A frame came where the protocol has no place for it.
        public static let unexpected = Code("unexpected")
        /// More was sent than there was credit for.
        public static let creditExceeded = Code("credit_exceeded")
        /// A batch that was sent again gave something else than before, though its stages are marked deterministic.
        public static let notDeterministic = Code("not_deterministic")
    }

    /// What kind of fault it is.
    public var code: Code
    /// What came and what would have been right.
    public var message: String

    /// A fault of the other side.
    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    /// `code: message`
    public var description: String { "\(code): \(message)" }
}
