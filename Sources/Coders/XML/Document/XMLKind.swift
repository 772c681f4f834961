extension XML {
    /// What a node is.
    public enum Kind: UInt8, Sendable, Hashable {
        /// The document itself: its children are the root element and the comments and instructions beside it.
        case document = 0
        /// An element.
        case element = 1
        /// Text between tags.
        case text = 4
        /// Text in a section of character data, `<![CDATA[…]]>`.
        case characterData = 5
        /// A comment.
        case comment = 6
        /// A processing instruction.
        case instruction = 7
    }
}
