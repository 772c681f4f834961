/// Files that are read as lines: a source of chunks, the unpacking of those that are compressed, and the cutting into
/// lines, each a stage of the plan.
public struct FileLines: Sendable {
    /// The files.
    public let files: FileSource
    /// Whether they are gunzipped.
    public let decompress: Decompression
    /// The longest line that is taken, in bytes without its newline.
    public let maxLineBytes: Int

    init(files: FileSource, decompress: Decompression, maxLineBytes: Int) {
        self.files = files
        self.decompress = decompress
        self.maxLineBytes = maxLineBytes
    }

    /// Whether the plan needs a stage that gunzips: where it is asked for, or automatic and the name of some file ends
    /// with `.gz`, or may do so as far as a pattern or a directory tells without being looked at.
    public var needsDecompression: Bool {
        switch decompress {
        case .never: false
        case .always: true
        case .automatic: files.selection.mayHoldGzip
        }
    }
}

/// Whether files are unpacked before they are cut into messages. Where bytes are copied they never are.
public enum Decompression: Sendable, Hashable {
    /// Those whose name ends with `.gz`.
    case automatic
    /// None.
    case never
    /// All, whatever they are called.
    case always
}
