public import Connect

/// Cuts each text at every separator: a stage that gives one element per part.
///
/// Text is compared byte by byte in UTF-8, as `cut`, `awk` and most tools do: characters that look the same but are
/// encoded otherwise (composed and decomposed accents) are not the same. All else is as in ``Split``.
public struct SplitText: Transform {
    /// What it takes.
    public typealias Input = String
    /// What it gives.
    public typealias Output = String

    /// What stands between two parts; not empty.
    public var separator: String
    /// Whether empty parts are given as well.
    public var keepsEmpty: Bool

    /// Cuts texts at a separator.
    ///
    /// - Parameters:
    ///   - separator: what stands between two parts; not empty
    ///   - keepsEmpty: whether empty parts are given as well; if not, an empty text gives nothing
    public init(separator: String, keepsEmpty: Bool = true) {
        self.separator = separator
        self.keepsEmpty = keepsEmpty
    }

    /// `SPLIT-TEXT`
    public var name: String { "SPLIT-TEXT" }

    /// Makes the instance of a worker.
    ///
    /// - Throws: `CoderError` where the separator is empty
    public func makeInstance() throws -> Instance {
        Instance(search: try makeSearch(Bytes(separator), stage: name), keepsEmpty: keepsEmpty)
    }

    /// Cuts the texts of one worker.
    public struct Instance: TransformInstance {
        let search: ByteSearch
        let keepsEmpty: Bool

        /// Gives the parts of a text.
        public mutating func transform(_ input: String, _ emit: Emitter<String>) throws {
            // The parts of valid UTF-8 between valid separators are valid, so nothing is repaired here.
            let bytes = Bytes(input)
            try search.forEachPart(of: bytes, keepsEmpty: keepsEmpty) { part in try emit(bytes[part].description) }
        }
    }
}
