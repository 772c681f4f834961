extension XML {
    /// How large a document may be, so that no sender decides how much memory and time it takes.
    public struct Limits: Sendable, Hashable {
        /// What is done about `<!DOCTYPE …>`.
        public enum Doctype: String, Sendable, Hashable {
            /// A document that has one is refused.
            case refused
            /// One whose declarations all stand in the document itself is taken: its entities are resolved, its default
            /// attributes added, and it is left out. Nothing outside of the document is ever read.
            case internalSubset
        }

        /// The most bytes that any document may have: 256 MiB.
        public static let mostBytes = 1 << 28
        /// The most elements in each other that any document may have.
        public static let mostDepth = 256
        /// The most attributes that any element may have.
        public static let mostAttributes = 10_000
        /// The most nodes that any document may have.
        public static let mostNodes = 100_000_000

        /// The most bytes of a document, as it comes and with its entities resolved; up to ``mostBytes``.
        public var bytes: Int
        /// How many elements may stand in each other, up to ``mostDepth``.
        public var depth: Int
        /// How many attributes and declarations of namespaces an element may have, up to ``mostAttributes``. The time to
        /// parse an element grows with the square of it.
        public var attributes: Int
        /// How many elements, attributes, texts, comments and instructions there may be, up to ``mostNodes``. Each takes 24
        /// bytes beside its text.
        public var nodes: Int
        /// What is done about `<!DOCTYPE …>`.
        public var doctype: Doctype

        /// Sets limits.
        ///
        /// - Parameters:
        ///   - bytes: the most bytes of a document; 1 ... ``mostBytes``
        ///   - depth: how many elements may stand in each other; 1 ... ``mostDepth``
        ///   - attributes: how many attributes an element may have; 0 ... ``mostAttributes``
        ///   - nodes: how many nodes there may be; 1 ... ``mostNodes``
        ///   - doctype: what is done about `<!DOCTYPE …>`
        public init(
            bytes: Int = 8 << 20, depth: Int = 256, attributes: Int = 1000, nodes: Int = 4_000_000,
            doctype: Doctype = .refused
        ) {
            self.bytes = bytes
            self.depth = depth
            self.attributes = attributes
            self.nodes = nodes
            self.doctype = doctype
        }

        /// What is wrong with the limits; nil where nothing is.
        var problem: String? {
            for (name, value, range) in [
                ("bytes", bytes, 1...Limits.mostBytes), ("depth", depth, 1...Limits.mostDepth),
                ("attributes", attributes, 0...Limits.mostAttributes), ("nodes", nodes, 1...Limits.mostNodes),
            ] where !range.contains(value) {
                return "a limit of \(value) \(name) is none: write \(range.lowerBound) to \(range.upperBound)"
            }
            return nil
        }
    }
}
