import CConnectXML2
import Connect

/// Parses a document with an internal subset: libxml2 makes a tree of it, in which it has resolved the entities, and the tree
/// is copied. Whatever names something outside of the document is refused where it is declared, so that there is nothing
/// that could be read.
struct XMLSubsetParser {
    private let limits: XML.Limits
    private let coder: String

    init(_ limits: XML.Limits, coder: String) {
        self.limits = limits
        self.coder = coder
    }

    /// What is counted while libxml2 works.
    private struct Watch {
        let limits: XML.Limits
        var refusal: XMLFault?
        var fault: (code: Int32, offset: Int64?)?
        var nodes = 0
        /// References to entities, of which many may stand in each other.
        var references = 0
        /// Default attributes that are declared.
        var defaults = 0
        /// The text that has been made, which entities may make far larger than the document.
        var textBytes = 0

        mutating func refuse(_ fault: XMLFault, _ context: xmlParserCtxtPtr) {
            if refusal == nil { refusal = fault }
            xmlStopParser(context)
        }
    }

    /// The memory of a document.
    ///
    /// - Throws: `CoderError` where it is not well-formed, beyond a limit, or names something outside
    func words(
        _ text: UnsafeRawBufferPointer, _ options: Int32, _ writer: inout XMLArenaWriter
    ) throws(CoderError) -> [UInt64] {
        guard let context = xmlNewParserCtxt() else {
            throw CoderError(CoderError.Code("out_of_memory"), coder: coder, "there is no memory to parse with")
        }
        defer { xmlFreeParserCtxt(context) }
        let watch = UnsafeMutablePointer<Watch>.allocate(capacity: 1)
        watch.initialize(to: Watch(limits: limits))
        defer {
            watch.deinitialize(count: 1)
            watch.deallocate()
        }
        install(context, watch)
        // Entities are resolved; there are only those of the document itself.
        let tree = xmlCtxtReadMemory(
            context, text.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(truncatingIfNeeded: text.count), nil,
            nil,
            options | Int32(XML_PARSE_NOENT.rawValue))
        defer { if let tree { xmlFreeDoc(tree) } }
        if let refusal = watch.pointee.refusal {
            throw CoderError(refusal.code, coder: coder, offset: refusal.offset, refusal.message)
        }
        guard let tree, watch.pointee.fault == nil else {
            let found = watch.pointee.fault ?? (Int32(XML_ERR_DOCUMENT_EMPTY.rawValue), nil)
            let fault = XMLFault(code: found.code, at: found.offset, of: text.count)
            throw CoderError(fault.code, coder: coder, offset: fault.offset, fault.message)
        }
        writer.begin()
        try copy(tree, into: &writer)
        writer.setStandalone(tree.pointee.standalone)
        return writer.finish()
    }

    private func install(_ context: xmlParserCtxtPtr, _ watch: UnsafeMutablePointer<Watch>) {
        context.pointee._private = UnsafeMutableRawPointer(watch)
        guard let table = context.pointee.sax else { return }
        table.pointee.internalSubset = { context, name, publicID, systemID in
            guard let (parser, watch) = XMLSubsetParser.parts(context) else { return }
            if publicID != nil || systemID != nil {
                return watch.pointee.refuse(.external(xmlByteConsumed(parser).asOffset), parser)
            }
            xmlSAX2InternalSubset(context, name, publicID, systemID)
        }
        table.pointee.externalSubset = nil
        table.pointee.resolveEntity = nil
        table.pointee.entityDecl = { context, name, type, publicID, systemID, content in
            guard let (parser, watch) = XMLSubsetParser.parts(context) else { return }
            if publicID != nil || systemID != nil {
                return watch.pointee.refuse(.external(xmlByteConsumed(parser).asOffset), parser)
            }
            if type == Int32(XML_INTERNAL_PARAMETER_ENTITY.rawValue) {
                return watch.pointee.refuse(.parameter(xmlByteConsumed(parser).asOffset), parser)
            }
            let limit = watch.pointee.limits.attributes
            if XMLAttributeSearch.tag(in: XMLParserHandler.bytes(content), withMoreThan: limit) != nil {
                return watch.pointee.refuse(
                    .attributes(watch.pointee.limits, xmlByteConsumed(parser).asOffset), parser)
            }
            xmlSAX2EntityDecl(context, name, type, publicID, systemID, content)
        }
        // Every reference is looked up: what is found is counted before anything is made of it.
        table.pointee.getEntity = { context, name in
            guard let (parser, watch) = XMLSubsetParser.parts(context), let found = xmlSAX2GetEntity(context, name)
            else {
                return nil
            }
            if found.pointee.etype == XML_INTERNAL_PREDEFINED_ENTITY { return found }
            watch.pointee.textBytes += Int(found.pointee.length)
            watch.pointee.references += 1
            return XMLSubsetParser.hasRoom(parser, watch) ? found : nil
        }
        table.pointee.attributeDecl = { context, element, name, type, use, value, tree in
            guard let (parser, watch) = XMLSubsetParser.parts(context) else { return xmlFreeEnumeration(tree) }
            watch.pointee.defaults += 1
            if watch.pointee.defaults > watch.pointee.limits.attributes {
                watch.pointee.refuse(.attributes(watch.pointee.limits, xmlByteConsumed(parser).asOffset), parser)
            }
            xmlSAX2AttributeDecl(context, element, name, type, use, value, tree)
        }
        table.pointee.startElementNs = {
            context, name, prefix, namespace, namespaceCount, namespaces, attributeCount, defaulted, attributes in
            guard let (parser, watch) = XMLSubsetParser.parts(context) else { return }
            let limits = watch.pointee.limits
            watch.pointee.nodes += 1 + Int(namespaceCount) + Int(attributeCount)
            if Int(namespaceCount) + Int(attributeCount) > limits.attributes {
                return watch.pointee.refuse(.attributes(limits, xmlByteConsumed(parser).asOffset), parser)
            }
            guard XMLSubsetParser.hasRoom(parser, watch) else { return }
            xmlSAX2StartElementNs(
                context, name, prefix, namespace, namespaceCount, namespaces, attributeCount, defaulted, attributes)
        }
        table.pointee.characters = { context, text, count in
            guard let (parser, watch) = XMLSubsetParser.parts(context) else { return }
            watch.pointee.textBytes += Int(count)
            guard XMLSubsetParser.hasRoom(parser, watch) else { return }
            xmlSAX2Characters(context, text, count)
        }
        table.pointee.ignorableWhitespace = table.pointee.characters
        table.pointee.serror = { context, error in
            guard let (parser, watch) = XMLSubsetParser.parts(context), let error, error.pointee.level == XML_ERR_FATAL,
                watch.pointee.fault == nil
            else { return }
            watch.pointee.fault = (error.pointee.code, xmlByteConsumed(parser).asOffset)
        }
    }

    /// The most references to entities in a document; more than a few thousand are no longer a text with abbreviations.
    private static let mostReferences = 100_000

    private static func hasRoom(_ parser: xmlParserCtxtPtr, _ watch: UnsafeMutablePointer<Watch>) -> Bool {
        let limits = watch.pointee.limits
        if watch.pointee.references > mostReferences {
            watch.pointee.refuse(
                XMLFault(
                    .limitExceeded, "it refers to entities more than \(mostReferences) times",
                    xmlByteConsumed(parser).asOffset), parser)
            return false
        }
        if watch.pointee.nodes > limits.nodes {
            watch.pointee.refuse(
                .limit("it has more than \(limits.nodes) nodes", xmlByteConsumed(parser).asOffset), parser)
            return false
        }
        if watch.pointee.textBytes > limits.bytes {
            watch.pointee.refuse(
                .limit("with its entities it has more than \(limits.bytes) bytes", xmlByteConsumed(parser).asOffset),
                parser)
            return false
        }
        return true
    }

    private static func parts(
        _ context: UnsafeMutableRawPointer?
    ) -> (xmlParserCtxtPtr, UnsafeMutablePointer<Watch>)? {
        guard let parser = context?.assumingMemoryBound(to: xmlParserCtxt.self), let watch = parser.pointee._private
        else {
            return nil
        }
        return (parser, watch.assumingMemoryBound(to: Watch.self))
    }

    /// Copies the tree, without the document type.
    private func copy(_ tree: xmlDocPtr, into writer: inout XMLArenaWriter) throws(CoderError) {
        let top = UnsafeMutableRawPointer(tree).assumingMemoryBound(to: xmlNode.self)
        var node = tree.pointee.children
        while let current = node {
            try check(current, writer)
            append(current, &writer)
            // Entities that were resolved have left the nodes they stand for right behind them.
            if current.pointee.type == XML_ELEMENT_NODE, let child = current.pointee.children {
                node = child
                continue
            }
            if current.pointee.type == XML_ELEMENT_NODE { writer.endElement() }
            var last = current
            while last.pointee.next == nil, let parent = last.pointee.parent, parent != top {
                writer.endElement()
                last = parent
            }
            node = last.pointee.next
        }
    }

    private func check(_ node: xmlNodePtr, _ writer: borrowing XMLArenaWriter) throws(CoderError) {
        var fault: XMLFault?
        if node.pointee.type == XML_ELEMENT_NODE, writer.depth >= limits.depth { fault = .depth(limits, nil) }
        if writer.recordCount > limits.nodes { fault = .limit("it has more than \(limits.nodes) nodes", nil) }
        if writer.textCount > limits.bytes {
            fault = .limit("with its entities it has more than \(limits.bytes) bytes", nil)
        }
        if node.pointee.type == XML_ENTITY_REF_NODE {
            fault = XMLFault(.malformed, "a reference to an entity that is not declared", nil)
        }
        if let fault { throw CoderError(fault.code, coder: coder, fault.message) }
    }

    private func append(_ node: xmlNodePtr, _ writer: inout XMLArenaWriter) {
        let content = XMLParserHandler.bytes(UnsafePointer(node.pointee.content))
        switch node.pointee.type {
        case XML_ELEMENT_NODE: begin(node, &writer)
        case XML_TEXT_NODE: writer.appendText(content, kind: XMLRecord.textKind)
        case XML_CDATA_SECTION_NODE: writer.appendText(content, kind: XMLRecord.characterDataKind)
        case XML_COMMENT_NODE: writer.appendComment(content)
        case XML_PI_NODE: writer.appendInstruction(XMLParserHandler.bytes(node.pointee.name), content)
        default: break
        }
    }

    /// The prefix and the rest of a name; in a tree, a prefix that is not declared is a part of the name.
    private static func names(
        _ name: UnsafePointer<xmlChar>?, _ namespace: xmlNsPtr?
    ) -> (prefix: UnsafeRawBufferPointer, name: UnsafeRawBufferPointer) {
        let name = XMLParserHandler.bytes(name)
        guard namespace == nil, let colon = name.firstIndex(of: 0x3A), colon > 0, colon + 1 < name.count else {
            return (XMLParserHandler.bytes(namespace?.pointee.prefix), name)
        }
        return (
            UnsafeRawBufferPointer(rebasing: name[..<colon]), UnsafeRawBufferPointer(rebasing: name[(colon + 1)...])
        )
    }

    private func begin(_ node: xmlNodePtr, _ writer: inout XMLArenaWriter) {
        let (prefix, name) = XMLSubsetParser.names(node.pointee.name, node.pointee.ns)
        writer.beginElement(prefix: prefix, name: name)
        var declared = node.pointee.nsDef
        while let namespace = declared {
            writer.declare(
                prefix: XMLParserHandler.bytes(namespace.pointee.prefix),
                namespace: XMLParserHandler.bytes(namespace.pointee.href), isEscaped: true)
            declared = namespace.pointee.next
        }
        writer.resolveName()
        var attribute = node.pointee.properties
        while let current = attribute {
            let value = xmlNodeListGetString(node.pointee.doc, current.pointee.children, 1)
            let (prefix, name) = XMLSubsetParser.names(current.pointee.name, current.pointee.ns)
            writer.attach(
                prefix: prefix, name: name,
                value: XMLParserHandler.bytes(value.map { UnsafePointer($0) }), isEscaped: false)
            if let value { connect_xml_free(value) }
            attribute = current.pointee.next
        }
    }
}

extension Int {
    /// What libxml2 says of a place; it says -1 where it does not know.
    fileprivate var asOffset: Int64? { self < 0 ? nil : Int64(self) }
}
