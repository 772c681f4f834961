public import Connect

/// Cuts streams into lines: everything before each newline is one element.
///
/// Bytes pass unchanged: empty lines are elements, and NUL, invalid UTF-8, a byte order mark and a CR that stands alone
/// are data. By default a CR before the newline stays in the element as well, so that every element followed by a
/// newline restores the input exactly. A last line without a newline is an element too; it is marked, so that a sink
/// writes none behind it.
///
/// Lines are not copied: they refer to the buffer of the chunk that they stand in, but for those that straddle two.
/// Positions are the offsets behind the newlines, so that a restart goes on at any line.
public struct Lines: Splitter {
    /// What the instance gives.
    public typealias Output = Bytes

    /// What ends a line.
    public enum LineEnding: Sendable, Hashable {
        /// LF; a CR before it is the last byte of the line.
        case lf
        /// LF or CRLF; a CR before an LF belongs to the line's end. CRLF is not restored on the way out.
        case any
    }

    /// What ends a line.
    public var lineEnding: LineEnding
    /// The most bytes a line may have, without its newline; 1 or more. A longer one is an error.
    public var maxLineBytes: Int

    /// Cuts streams into lines.
    ///
    /// - Parameters:
    ///   - lineEnding: what ends a line
    ///   - maxLineBytes: the most bytes a line may have, without its newline; 1 or more
    public init(lineEnding: LineEnding = .lf, maxLineBytes: Int = 64 << 20) {
        self.lineEnding = lineEnding
        self.maxLineBytes = maxLineBytes
    }

    /// `LINES`
    public var name: String { "LINES" }

    /// Makes the instance of a run.
    ///
    /// - Throws: `CoderError` where ``maxLineBytes`` is less than 1
    public func makeInstance() throws -> LineSplitter {
        guard maxLineBytes >= 1 else {
            throw CoderError(
                .configuration, coder: name,
                "maxLineBytes is \(maxLineBytes), but must be 1 or more; the default is \(64 << 20)")
        }
        return LineSplitter(
            rules: LineRules(maxLineBytes: maxLineBytes, stripsCarriageReturns: lineEnding == .any), name: name)
    }
}
