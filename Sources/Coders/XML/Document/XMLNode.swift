extension XML {
    /// A node of a ``Document``: a place in its memory, which it keeps alive.
    public struct Node: Sendable {
        let words: [UInt64]
        let index: Int

        func withArena<Result>(_ body: (XMLArena, XMLRecord) throws -> Result) rethrows -> Result {
            try words.withUnsafeBytes { words in
                // A document has two words at least.
                let arena = XMLArena(words.baseAddress.unsafelyUnwrapped)
                return try body(arena, arena[index])
            }
        }

        /// What it is.
        public var kind: Kind { withArena { _, record in Kind(rawValue: UInt8(record.kind)) ?? .document } }

        /// The name of an element without its prefix, or the target of an instruction; of other nodes nothing.
        public var name: String {
            withArena { arena, record in
                switch record.kind {
                case XMLRecord.elementKind, XMLRecord.instructionKind: String(utf8: arena.localName(record))
                default: ""
                }
            }
        }

        /// The name of an element as it is written.
        public var qualifiedName: String {
            withArena { arena, record in
                switch record.kind {
                case XMLRecord.elementKind, XMLRecord.instructionKind: String(utf8: arena.qualifiedName(record))
                default: ""
                }
            }
        }

        /// The prefix of an element; nil where it has none.
        public var prefix: String? {
            withArena { arena, record in
                record.kind == XMLRecord.elementKind && record.prefixLength > 0
                    ? String(utf8: arena.prefix(record)) : nil
            }
        }

        /// The namespace of an element; nil where it is in none, also where its prefix is declared nowhere.
        public var namespace: String? {
            withArena { arena, record in
                record.kind == XMLRecord.elementKind ? arena.namespace(record).map { String(utf8: $0) } : nil
            }
        }

        /// Whether it is an element of a name.
        ///
        /// - Parameters:
        ///   - name: the name without its prefix
        ///   - namespace: its namespace; nil for any
        /// - Returns: whether it is one
        public func isElement(_ name: String, in namespace: String? = nil) -> Bool {
            withArena { arena, record in
                guard record.kind == XMLRecord.elementKind, arena.localName(record).isText(name) else { return false }
                guard let namespace else { return true }
                return arena.namespace(record)?.isText(namespace) ?? namespace.isEmpty
            }
        }

        /// What it says: of texts, comments and instructions their content, of an element and the document all text inside,
        /// also in inner elements.
        public var text: String { withArena { arena, _ in arena.text(at: index) } }

        /// Whether its ``text`` is a given one; asks without making a string of it.
        public func says(_ text: String) -> Bool {
            var text = text
            return text.withUTF8 { text in withArena { arena, _ in arena.says(UnsafeRawBufferPointer(text), at: index) }
            }
        }

        /// The value of an attribute without prefix; nil where there is none.
        public subscript(attribute: String) -> String? { self[attribute, nil] }

        /// The value of an attribute; nil where there is none.
        ///
        /// - Parameters:
        ///   - attribute: its name without its prefix
        ///   - namespace: its namespace; nil for none
        public subscript(attribute: String, namespace: String?) -> String? {
            withArena { arena, record in
                arena.attribute(of: index, record) { found in
                    guard arena.localName(found).isText(attribute) else { return false }
                    guard let namespace else { return found.prefixLength == 0 }
                    return arena.namespace(found)?.isText(namespace) ?? false
                }.map { String(utf8: arena.value(arena[$0])) }
            }
        }

        /// The attributes of an element, in their order; declarations of namespaces are none.
        public var attributes: [Attribute] {
            withArena { arena, record in
                (index + 1..<index + 1 + record.attachments).compactMap { place in
                    let found = arena[place]
                    guard found.kind == XMLRecord.attributeKind else { return nil }
                    return Attribute(
                        name: String(utf8: arena.localName(found)),
                        prefix: found.prefixLength == 0 ? nil : String(utf8: arena.prefix(found)),
                        namespace: arena.namespace(found).map { String(utf8: $0) },
                        value: String(utf8: arena.value(found)))
                }
            }
        }

        /// The namespaces that an element declares, by their prefixes; that of names without prefix by the empty one.
        public var declaredNamespaces: [String: String] {
            withArena { arena, record in
                var all: [String: String] = [:]
                for place in index + 1..<index + 1 + record.attachments {
                    let found = arena[place]
                    if found.kind != XMLRecord.declarationKind { break }
                    all[String(utf8: arena.qualifiedName(found))] = String(utf8: arena.value(found))
                }
                return all
            }
        }

        /// What it stands in; nil for the document.
        public var parent: Node? {
            withArena { _, record in index == 0 ? nil : Node(words: words, index: Int(record.parent)) }
        }

        /// The node behind it in the same parent; nil for the last.
        public var next: Node? {
            withArena { arena, record in
                let place = arena.next(index)
                return index > 0 && place < Int(arena[Int(record.parent)].extent)
                    ? Node(words: words, index: place) : nil
            }
        }

        /// All nodes right inside, in their order.
        public var children: Children {
            withArena { arena, record in
                record.isParent
                    ? Children(words: words, upcoming: arena.firstChild(index), end: Int(record.extent))
                    : Children(words: words, upcoming: 0, end: 0)
            }
        }

        /// The elements right inside, in their order.
        public var elements: [Node] { children.filter { $0.kind == .element } }

        /// The first element right inside that has a name; nil where there is none.
        ///
        /// - Parameters:
        ///   - name: the name without its prefix
        ///   - namespace: its namespace; nil for any
        /// - Returns: the element
        public func element(_ name: String, in namespace: String? = nil) -> Node? {
            children.first { $0.isElement(name, in: namespace) }
        }
    }

    /// An attribute of an element.
    public struct Attribute: Sendable, Hashable {
        /// The name without its prefix.
        public var name: String
        /// The prefix; nil where it has none.
        public var prefix: String?
        /// The namespace; nil where it is in none.
        public var namespace: String?
        /// The value, with all references resolved.
        public var value: String
    }

    /// The nodes right inside of a node.
    public struct Children: Sequence, IteratorProtocol, Sendable {
        let words: [UInt64]
        var upcoming: Int
        let end: Int

        /// The next node.
        public mutating func next() -> Node? {
            guard upcoming < end else { return nil }
            let node = Node(words: words, index: upcoming)
            upcoming = node.withArena { arena, _ in arena.next(node.index) }
            return node
        }
    }
}

extension XML.Node: Hashable {
    /// Whether both are the same place in documents that say the same.
    public static func == (left: XML.Node, right: XML.Node) -> Bool {
        left.index == right.index && left.words == right.words
    }

    /// Feeds the place to a hasher.
    public func hash(into hasher: inout Hasher) { hasher.combine(index) }
}
