import CConnectXML2

/// A tree of libxml2 with the content of a document. Each of its nodes knows its record.
struct XMLTree {
    let document: xmlDocPtr
    /// The node of one record.
    let marked: xmlNodePtr?

    /// Makes a tree.
    ///
    /// - Returns: nil where there is no memory
    init?(_ arena: XMLArena, marking index: Int) {
        guard let document = xmlNewDoc("1.0") else { return nil }
        var maker = Maker(arena: arena, document: document, wanted: index)
        guard maker.make() else {
            xmlFreeDoc(document)
            return nil
        }
        self.document = document
        marked = maker.marked
    }

    func free() {
        xmlFreeDoc(document)
    }

    /// The record of a node; 0 for the document.
    static func index(of node: xmlNodePtr) -> Int { Int(bitPattern: node.pointee._private) }

    private struct Maker {
        let arena: XMLArena
        let document: xmlDocPtr
        let wanted: Int
        var marked: xmlNodePtr?
        /// Names and texts with the zero behind them that libxml2 asks for.
        var scratch: [UInt8] = []
        var other: [UInt8] = []
        /// The namespaces of the declarations, by their records.
        var namespaces: [Int: xmlNsPtr] = [:]

        init(arena: XMLArena, document: xmlDocPtr, wanted: Int) {
            self.arena = arena
            self.document = document
            self.wanted = wanted
        }

        mutating func make() -> Bool {
            let top = UnsafeMutableRawPointer(document).assumingMemoryBound(to: xmlNode.self)
            if wanted == 0 { marked = top }
            var open = top
            // The records of the elements that are open.
            var ends: [Int] = []
            var index = 1
            while index < arena.count {
                let record = arena[index]
                guard let node = node(record, in: open) else { return false }
                node.pointee._private = UnsafeMutableRawPointer(bitPattern: index)
                // Texts beside each other stay apart: they are added by hand, not by what would join them.
                link(node, open)
                if index == wanted { marked = node }
                if record.kind == XMLRecord.elementKind {
                    guard attach(index, record, node) else { return false }
                    open = node
                    ends.append(Int(record.extent))
                    index += 1 + record.attachments
                } else {
                    index += 1
                }
                while let end = ends.last, index == end {
                    ends.removeLast()
                    guard let parent = open.pointee.parent else { break }
                    open = parent
                }
            }
            return true
        }

        private func link(_ node: xmlNodePtr, _ parent: xmlNodePtr) {
            node.pointee.parent = parent
            if let last = parent.pointee.last {
                last.pointee.next = node
                node.pointee.prev = last
            } else {
                parent.pointee.children = node
            }
            parent.pointee.last = node
        }

        private mutating func node(_ record: XMLRecord, in parent: xmlNodePtr) -> xmlNodePtr? {
            switch record.kind {
            case XMLRecord.elementKind:
                fill(&scratch, arena.localName(record))
                return xmlNewDocRawNode(document, nil, scratch, nil)
            case XMLRecord.commentKind:
                fill(&scratch, arena.content(record))
                return xmlNewDocComment(document, scratch)
            case XMLRecord.instructionKind:
                fill(&scratch, arena.qualifiedName(record))
                fill(&other, arena.value(record))
                return xmlNewDocPI(document, scratch, other)
            default:
                // Sections are text for XPath, and a character of no bytes there is none.
                let content = arena.content(record)
                return xmlNewDocTextLen(
                    document, content.baseAddress?.assumingMemoryBound(to: xmlChar.self), Int32(content.count))
            }
        }

        private mutating func attach(_ index: Int, _ record: XMLRecord, _ node: xmlNodePtr) -> Bool {
            for place in index + 1..<index + 1 + record.attachments {
                let found = arena[place]
                if found.kind == XMLRecord.declarationKind {
                    fill(&scratch, arena.value(found))
                    fill(&other, arena.qualifiedName(found))
                    namespaces[place] =
                        found.nameLength == 0
                        ? xmlNewNs(node, scratch, nil) : xmlNewNs(node, scratch, other)
                    continue
                }
                fill(&scratch, arena.localName(found))
                fill(&other, arena.value(found))
                guard let attribute = xmlNewNsProp(node, namespace(found), scratch, other) else { return false }
                attribute.pointee._private = UnsafeMutableRawPointer(bitPattern: place)
            }
            node.pointee.ns = namespace(record)
            return true
        }

        private func namespace(_ record: XMLRecord) -> xmlNsPtr? {
            switch record.namespace {
            case 0: return nil
            case XMLRecord.xmlNamespace:
                return xmlSearchNs(document, xmlDocGetRootElement(document), "xml")
            default: return namespaces[Int(record.namespace - XMLRecord.firstDeclaration)]
            }
        }

        private func fill(_ buffer: inout [UInt8], _ bytes: UnsafeRawBufferPointer) {
            buffer.removeAll(keepingCapacity: true)
            buffer.append(contentsOf: bytes)
            buffer.append(0)
        }
    }
}
