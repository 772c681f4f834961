public import Connect

extension XML {
    /// The way from a node to others inside of it, in the short form of XPath: `order/line`, `/feed/entry[1]/title`, `//link/@href`,
    /// `line[@sku='a'][last()]`, `name/text()`, `.` for the node itself.
    ///
    /// It is looked up in the memory of the document as it is, which takes a fraction of what ``XPath`` takes. Steps are names, `*`
    /// for any element, `@name`, `@*` and `text()` as the last, with one slash between them, or with two where what
    /// follows stands anywhere below. In brackets stand conditions, which are tried in order: a place from 1, `last()`,
    /// `@name` or `name` (there is one), and both of these with `=` or `!=` and a text in quotes; also `.` and `text()`. Of
    /// several children, one that compares right is enough.
    ///
    /// A name without prefix means elements in any namespace and in none. Prefixes mean the namespaces that the path is
    /// made with; one that is not among them means the same prefix in the document.
    public struct Path: Sendable, Hashable, CustomStringConvertible {
        let steps: [XMLStep]
        /// Whether it begins at the document, wherever it is asked for.
        let isAbsolute: Bool
        /// The path as it was given.
        public let description: String

        /// The most steps of a path.
        public static let mostSteps = 64

        /// Reads a path.
        ///
        /// - Parameters:
        ///   - text: the path
        ///   - namespaces: prefixes with the namespaces that they mean in it
        /// - Throws: `CoderError` (`configuration`) where the text is no path or has more than ``mostSteps``
        public init(_ text: String, namespaces: [String: String] = [:]) throws(CoderError) {
            var parser = XMLPathParser(text, namespaces)
            (steps, isAbsolute) = try parser.path()
            description = text
        }
    }
}

/// A step of a path.
struct XMLStep: Sendable, Hashable {
    /// Where it looks.
    enum Axis: Sendable, Hashable {
        case itself
        case children
        case attributes
    }

    /// What it finds there.
    enum Test: Sendable, Hashable {
        case any
        case text
        /// A name, without its prefix.
        case name([UInt8], Namespace)
    }

    /// In which namespace a name is.
    enum Namespace: Sendable, Hashable {
        case any
        case uri([UInt8])
        case prefix([UInt8])
    }

    /// What stands in brackets.
    indirect enum Condition: Sendable, Hashable {
        case place(Int)
        case last
        case exists(XMLStep)
        case compares(XMLStep, isEqual: Bool, [UInt8])
    }

    var axis: Axis
    var test: Test
    /// Whether two slashes stand before it.
    var isBelow = false
    var conditions: [Condition] = []
}
