public import Connect

/// Cuts each message at every separator: a stage that gives one element per part.
///
/// The parts are not copied. Separators are found from the left and do not overlap; there is always one part more than
/// there are separators, so a message without one is a part itself. An input is done when all its parts are.
///
/// This is for messages. Streams, which come cut anywhere, are split by ``Lines``.
public struct Split: Transform {
    /// What it takes.
    public typealias Input = Bytes
    /// What it gives.
    public typealias Output = Bytes

    /// What stands between two parts; at least one byte.
    public var separator: Bytes
    /// Whether empty parts are given as well.
    public var keepsEmpty: Bool

    /// Cuts messages at a separator.
    ///
    /// - Parameters:
    ///   - separator: what stands between two parts; at least one byte
    ///   - keepsEmpty: whether empty parts are given as well; if not, an empty message gives nothing
    public init(separator: Bytes, keepsEmpty: Bool = true) {
        self.separator = separator
        self.keepsEmpty = keepsEmpty
    }

    /// `SPLIT`
    public var name: String { "SPLIT" }

    /// Makes the instance of a worker.
    ///
    /// - Throws: `CoderError` where the separator is empty
    public func makeInstance() throws -> Instance {
        Instance(search: try makeSearch(separator, stage: name), keepsEmpty: keepsEmpty)
    }

    /// Cuts the messages of one worker.
    public struct Instance: TransformInstance {
        let search: ByteSearch
        let keepsEmpty: Bool

        /// Gives the parts of a message.
        public mutating func transform(_ input: Bytes, _ emit: Emitter<Bytes>) throws {
            try search.forEachPart(of: input, keepsEmpty: keepsEmpty) { part in try emit(input[part]) }
        }
    }
}

/// - Throws: `CoderError` where the separator is empty
func makeSearch(_ separator: Bytes, stage: String) throws -> ByteSearch {
    guard !separator.isEmpty else {
        throw CoderError(
            .configuration, coder: stage,
            "the separator is empty, but must have at least one byte, for example a comma")
    }
    return ByteSearch(Array(separator))
}
