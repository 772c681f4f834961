import Connect

extension XML {
    /// Builds a document from its beginning to its end.
    ///
    /// ```swift
    /// let document = try XML.Document(root: "order", attributes: [("id", "7")]) { order in
    ///     try order.element("line", [("sku", "a")]) { try $0.text("3 < 4") }
    ///     try order.copy(old.root)
    /// }
    /// ```
    public struct Builder: ~Copyable {
        private var writer = XMLArenaWriter()

        init() {}

        /// Adds an element.
        ///
        /// - Parameters:
        ///   - name: its name, with a prefix where it is to have one
        ///   - attributes: names, with a prefix where they are to have one, and values, in order
        ///   - namespaces: what it declares: prefixes with namespaces, the empty prefix for names without one
        ///   - content: adds what it holds
        /// - Throws: `CoderError` where a name is none, a character is none that XML has, a prefix is not declared or an
        ///   attribute is there twice; what the closure throws
        public mutating func element(
            _ name: String, _ attributes: [(String, String)] = [],
            namespaces: KeyValuePairs<String, String> = [:],
            content: (inout Builder) throws -> Void = { _ in }
        ) throws {
            try begin(name, attributes, namespaces: namespaces)
            try content(&self)
            writer.endElement()
        }

        /// Adds text. What comes behind other text becomes one with it.
        ///
        /// - Throws: `CoderError` where a character is none that XML has
        public mutating func text(_ text: String) throws {
            try add(text, XMLRecord.textKind)
        }

        /// Adds text as a section of character data.
        ///
        /// - Throws: `CoderError` where a character is none that XML has, or a carriage return, which only text can hold
        public mutating func characterData(_ text: String) throws {
            try Builder.checkReturns(text)
            try add(text, XMLRecord.characterDataKind)
        }

        /// Adds a comment.
        ///
        /// - Throws: `CoderError` where it has `--` in it or a `-` at its end, a character is none that XML has, or a
        ///   carriage return
        public mutating func comment(_ text: String) throws {
            let bytes = Array(text.utf8)
            if bytes.last == 0x2D || zip(bytes, bytes.dropFirst()).contains(where: { $0 == 0x2D && $1 == 0x2D }) {
                throw Builder.problem("a comment can have no -- in it, and no - at its end")
            }
            try Builder.checkReturns(text)
            try Builder.check(text)
            bytes.withUnsafeBytes { writer.appendComment($0) }
        }

        /// Adds a processing instruction.
        ///
        /// - Parameters:
        ///   - target: its name
        ///   - text: what it says
        /// - Throws: `CoderError` where the target is no name or is `xml`, the text has `?>` in it, begins with white space,
        ///   or a character is none that XML has
        public mutating func instruction(_ target: String, _ text: String) throws {
            guard XMLCharacters.isName(target), target.lowercased() != "xml" else {
                throw Builder.problem("the target of an instruction is no name, or xml")
            }
            let bytes = Array(text.utf8)
            if zip(bytes, bytes.dropFirst()).contains(where: { $0 == 0x3F && $1 == 0x3E })
                || bytes.first.map({ [0x20, 0x09, 0x0A, 0x0D].contains($0) }) == true
            {
                throw Builder.problem("an instruction can have no ?> in it, and no white space at its beginning")
            }
            try Builder.checkReturns(text)
            try Builder.check(text)
            Array(target.utf8).withUnsafeBytes { target in
                bytes.withUnsafeBytes { writer.appendInstruction(target, $0) }
            }
        }

        /// Adds a copy of a node with all it holds. Namespaces that are declared around it and that its names use are declared
        /// in the copy, where they are not already.
        public mutating func copy(_ node: Node) {
            node.withArena { arena, record in
                if record.kind == XMLRecord.documentKind {
                    node.children.forEach { copy($0) }
                } else {
                    arena.copy(node.index, to: &writer)
                }
            }
        }

        mutating func finish(standalone: Bool? = nil) -> Document {
            writer.setStandalone(standalone.map { $0 ? 1 : 0 } ?? -1)
            return Document(words: writer.finish(), source: Bytes())
        }

        private mutating func begin(
            _ name: String, _ attributes: [(String, String)], namespaces: KeyValuePairs<String, String>
        ) throws {
            let (prefix, local) = try Builder.parts(name)
            try attributes.forEach { try Builder.check($0.1) }
            var seen: Set<String> = []
            if let twice = (attributes.map(\.0) + namespaces.map { "xmlns:" + $0.key }).first(where: {
                !seen.insert($0).inserted
            }) {
                throw Builder.problem("\"\(twice)\" is there twice")
            }
            Builder.with(prefix, local) { writer.beginElement(prefix: $0, name: $1) }
            for (prefix, namespace) in namespaces {
                guard prefix.isEmpty || XMLCharacters.isName(prefix) && !namespace.isEmpty, prefix != "xmlns" else {
                    throw Builder.problem("\"\(prefix)\" cannot be declared as a prefix")
                }
                try Builder.check(namespace)
                Builder.with(prefix, namespace) { writer.declare(prefix: $0, namespace: $1, isEscaped: false) }
            }
            try checkPrefix(prefix)
            writer.resolveName()
            for (name, value) in attributes {
                let (prefix, local) = try Builder.parts(name)
                if name == "xmlns" || prefix == "xmlns" {
                    throw Builder.problem("namespaces are declared by the argument for them")
                }
                try checkPrefix(prefix)
                Builder.with(prefix, local) { prefix, local in
                    Builder.with(value, "") { value, _ in
                        writer.attach(prefix: prefix, name: local, value: value, isEscaped: false)
                    }
                }
            }
        }

        private mutating func add(_ text: String, _ kind: UInt32) throws {
            try Builder.check(text)
            Builder.with(text, "") { text, _ in writer.appendText(text, kind: kind) }
        }

        private borrowing func checkPrefix(_ prefix: String) throws {
            if prefix.isEmpty || prefix == "xml" { return }
            let isBound = Builder.with(prefix, "") { prefix, _ in writer.boundNamespace(prefix) != nil }
            if !isBound { throw Builder.problem("the prefix \"\(prefix)\" is not declared") }
        }

        private static func parts(_ name: String) throws -> (prefix: String, local: String) {
            let parts = name.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard parts.allSatisfy(XMLCharacters.isName) else { throw problem("\"\(name)\" is no name") }
            return parts.count == 2 ? (parts[0], parts[1]) : ("", name)
        }

        private static func check(_ text: String) throws {
            guard XMLCharacters.areAllowed(text) else {
                throw problem("a text has a character that XML 1.0 does not have, such as a control character")
            }
        }

        /// Returns become line feeds where they are read, but for those that are written as references.
        private static func checkReturns(_ text: String) throws {
            if text.utf8.contains(0x0D) {
                throw problem("a carriage return can stand in texts and attributes only, where it can be escaped")
            }
        }

        private static func problem(_ message: String) -> CoderError { CoderError(.malformed, coder: "XML", message) }

        private static func with<Result>(
            _ one: String, _ other: String, _ body: (UnsafeRawBufferPointer, UnsafeRawBufferPointer) -> Result
        ) -> Result {
            var one = one
            var other = other
            return one.withUTF8 { one in
                other.withUTF8 { other in body(UnsafeRawBufferPointer(one), UnsafeRawBufferPointer(other)) }
            }
        }
    }
}

extension XML.Document {
    /// Builds a document.
    ///
    /// - Parameters:
    ///   - root: the name of the outermost element, with a prefix where it is to have one
    ///   - attributes: its attributes: names and values, in order
    ///   - namespaces: what it declares: prefixes with namespaces, the empty prefix for names without one
    ///   - content: adds what it holds
    /// - Throws: `CoderError` where a name is none, a character is none that XML has, or a prefix is not declared; what
    ///   the closure throws
    public init(
        root: String, attributes: [(String, String)] = [], namespaces: KeyValuePairs<String, String> = [:],
        content: (inout XML.Builder) throws -> Void = { _ in }
    ) throws {
        var builder = XML.Builder()
        try builder.element(root, attributes, namespaces: namespaces, content: content)
        self = builder.finish()
    }

    /// A document with a copy of an element as its root, or of a document. Nil where the node is neither.
    public init?(_ node: XML.Node) {
        guard node.kind == .element || node.kind == .document else { return nil }
        var builder = XML.Builder()
        builder.copy(node)
        self = builder.finish()
    }
}

extension XMLArena {
    /// Copies a node with all it holds.
    func copy(_ first: Int, to writer: inout XMLArenaWriter) {
        let end = next(first)
        var index = first
        var open: [Int] = []
        while index < end {
            let record = self[index]
            switch record.kind {
            case XMLRecord.elementKind:
                open.append(index)
                index = begin(index, record, &writer)
            case XMLRecord.commentKind:
                writer.appendComment(content(record))
                index += 1
            case XMLRecord.instructionKind:
                writer.appendInstruction(qualifiedName(record), value(record))
                index += 1
            default:
                writer.appendText(content(record), kind: record.kind)
                index += 1
            }
            while let last = open.last, index == Int(self[last].extent) {
                writer.endElement()
                open.removeLast()
            }
        }
    }

    /// Copies the tag of an element, with the declarations that its names need and that do not hold already.
    ///
    /// - Returns: the record behind its attributes
    private func begin(_ index: Int, _ record: XMLRecord, _ writer: inout XMLArenaWriter) -> Int {
        let end = index + 1 + record.attachments
        writer.beginElement(prefix: prefix(record), name: localName(record))
        for place in index + 1..<end where self[place].kind == XMLRecord.declarationKind {
            writer.declare(prefix: qualifiedName(self[place]), namespace: value(self[place]), isEscaped: false)
        }
        for place in [index] + Array(index + 1..<end) where self[place].isNamed {
            let named = self[place]
            // Attributes without prefix are in no namespace, whatever is declared.
            if place > index, named.prefixLength == 0 { continue }
            if named.namespace == XMLRecord.xmlNamespace { continue }
            let bound = writer.boundNamespace(prefix(named))
            guard let wanted = namespace(named) else {
                // No prefix and no namespace: what is declared around the copy must not count here.
                if named.prefixLength == 0, let bound, !bound.isEmpty {
                    writer.declare(prefix: prefix(named), namespace: nothing, isEscaped: false)
                }
                continue
            }
            if bound.map({ XMLArena.areEqual($0, wanted) }) != true {
                writer.declare(prefix: prefix(named), namespace: wanted, isEscaped: false)
            }
        }
        writer.resolveName()
        for place in index + 1..<end where self[place].kind == XMLRecord.attributeKind {
            writer.attach(
                prefix: prefix(self[place]), name: localName(self[place]), value: value(self[place]), isEscaped: false)
        }
        return end
    }

    private var nothing: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }
}
