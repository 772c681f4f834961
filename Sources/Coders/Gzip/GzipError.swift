/// Why gzip data could not be read or written (RFC 1952).
///
/// Every error says what was seen, where (in the compressed and in the uncompressed bytes, and in which member), and
/// how to mend it. It never contains payload bytes.
public struct GzipError: Error, Sendable, Hashable {
    /// The kind of failure: stable, to be compared and stored; the text around it may change.
    public struct Code: Sendable, Hashable, CustomStringConvertible {
        /// The name of the code, such as `gzip.truncated`.
        public let description: String

        private init(_ name: String) {
            description = "gzip.\(name)"
        }

        /// The data end inside a member, or there are none at all.
        public static let truncated = Code("truncated")
        /// A member's header is not one of RFC 1952 section 2.3.
        public static let corruptHeader = Code("corruptHeader")
        /// A member's compressed body is not valid DEFLATE data (RFC 1951).
        public static let corruptBody = Code("corruptBody")
        /// The CRC-32 in a member's trailer is not that of the bytes the member gave.
        public static let incorrectDataCheck = Code("incorrectDataCheck")
        /// The length in a member's trailer is not the number of bytes the member gave.
        public static let incorrectLengthCheck = Code("incorrectLengthCheck")
        /// Something other than a member or zero padding follows a member.
        public static let trailingGarbage = Code("trailingGarbage")
        /// The data expand to more bytes than the configured limit.
        public static let outputLimitExceeded = Code("outputLimitExceeded")
        /// A compression level outside 0...9 was asked for.
        public static let invalidLevel = Code("invalidLevel")
        /// zlib could not get the memory it works in.
        public static let outOfMemory = Code("outOfMemory")
        /// zlib refused a call that it should have accepted.
        public static let engineFailure = Code("engineFailure")
    }

    /// The kind of failure.
    public let code: Code
    /// What was seen, in one sentence without a full stop.
    public let reason: String
    /// The number of compressed bytes before the place of the failure, counted from the start of the first member.
    public let compressedOffset: Int
    /// The number of uncompressed bytes given before the failure, over all members.
    public let uncompressedOffset: Int
    /// The member in which the data failed, counted from 1; the last one before the garbage where garbage trails.
    public let member: Int

    /// Whether the data are at fault, so that a policy for bad records applies; otherwise it is the configuration or
    /// the machine, and every other record would fail as well.
    public var isBadInput: Bool {
        ![.invalidLevel, .outOfMemory, .engineFailure].contains(code)
    }

    /// How to mend it, in one sentence.
    public var remedy: String {
        switch code {
        case .truncated:
            "The data were cut while being written or copied, or their writer has not finished yet: fetch them again, "
                + "or read them when they are complete."
        case .corruptHeader where member == 1:
            "Check that the data are gzip at all (they begin with 1f 8b 08) and were not changed on the way, "
                + "for instance by a transfer in text mode."
        case .corruptHeader, .corruptBody, .incorrectDataCheck, .incorrectLengthCheck:
            "The data were changed after they were compressed: fetch them again from where they came from; "
                + "what was read before this member is sound."
        case .trailingGarbage:
            "Cut the data at compressed offset \(compressedOffset) if what follows is not wanted; "
                + "zero bytes are accepted as padding, but nothing after them."
        case .outputLimitExceeded:
            "Raise the output limit if data of this size are expected; if not, treat their sender as hostile."
        case .invalidLevel:
            "Use a level from 0 (stored) over 1 (fast) and 6 (default) to 9 (small)."
        case .outOfMemory:
            "Give the process more memory or run fewer workers: each needs about 48 KiB to inflate, 272 KiB to deflate."
        default:
            "This is a defect in Connect or in the zlib library it runs with: please report it with this text."
        }
    }

    init(_ code: Code, _ reason: String, compressedOffset: Int = 0, uncompressedOffset: Int = 0, member: Int = 1) {
        self.code = code
        self.reason = reason
        self.compressedOffset = compressedOffset
        self.uncompressedOffset = uncompressedOffset
        self.member = member
    }
}

extension GzipError: CustomStringConvertible {
    /// The code, what was seen and where, and how to mend it.
    public var description: String {
        "\(code): \(reason) (member \(member), compressed offset \(compressedOffset), "
            + "uncompressed offset \(uncompressedOffset)). \(remedy)"
    }
}
