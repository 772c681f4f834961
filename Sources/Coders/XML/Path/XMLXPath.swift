public import Connect

extension XML {
    /// An expression of XPath 1.0, evaluated by libxml2.
    ///
    /// For each document that it is evaluated on a tree is made for libxml2, so that it takes several times as much as a ``Path``
    /// does. As XPath has it, a name without prefix means one in no namespace.
    ///
    /// ```swift
    /// let total = try XML.XPath("sum(//line/@price) > 100")
    /// try total.evaluate(on: order.node).isTrue
    /// ```
    public struct XPath: Sendable, Hashable, CustomStringConvertible {
        /// What an expression gives.
        public enum Value: Sendable {
            /// Nodes of the document, in its order; attributes and namespaces among them are their elements' ``Found/attribute``.
            case nodes([Found])
            /// A number.
            case number(Double)
            /// A text.
            case text(String)
            /// True or false.
            case bool(Bool)
        }

        /// A node or an attribute that was found.
        public struct Found: Sendable {
            /// The node; of an attribute the element that has it.
            public let node: Node
            /// What an attribute is called, with its prefix; nil for a node.
            public let attribute: String?
            /// What it says.
            public let text: String
        }

        /// The expression as it was given.
        public let description: String
        /// Prefixes with the namespaces that they mean in it.
        public let namespaces: [String: String]
        /// How much work it may be for one document, counted by libxml2 in steps, so that no document takes it forever.
        public let mostSteps: Int

        /// Reads an expression.
        ///
        /// - Parameters:
        ///   - text: the expression
        ///   - namespaces: prefixes with the namespaces that they mean in it
        ///   - mostSteps: how much work it may be for one document, in steps of libxml2
        /// - Throws: `CoderError` (`configuration`) where the text is no expression
        public init(
            _ text: String, namespaces: [String: String] = [:], mostSteps: Int = 10_000_000
        ) throws(CoderError) {
            description = text
            self.namespaces = namespaces
            self.mostSteps = mostSteps
            _ = try XMLEvaluator(self, coder: "XPATH")
        }

        /// Evaluates it at a node. The stage `filterXML` compiles it once for each worker, this once for each call.
        ///
        /// - Throws: `CoderError` where it takes more steps than it may, or calls a function that there is not
        public func evaluate(on node: Node) throws -> Value {
            try XMLEvaluator(self, coder: "XPATH").value(on: node)
        }
    }
}

extension XML.XPath.Value {
    /// What `boolean()` makes of it: whether there are nodes, whether a text is not empty, whether a number is neither 0 nor
    /// none.
    public var isTrue: Bool {
        switch self {
        case .nodes(let nodes): !nodes.isEmpty
        case .number(let number): number != 0 && !number.isNaN
        case .text(let text): !text.isEmpty
        case .bool(let isTrue): isTrue
        }
    }
}
