/// How elements of bytes follow each other in an output.
public enum OutputFraming: Sendable, Hashable {
    /// Each element is a line: a newline is written behind it. The last line of a text that ended without a newline
    /// gets none, until something follows it.
    case lines
    /// Elements stand back to back, with nothing between them.
    case raw
}
