import CConnectXML2
import Connect

/// Evaluates an expression of XPath on documents, one after the other; belongs to one worker.
final class XMLEvaluator {
    private let expression: XML.XPath
    private let coder: String
    private let context: xmlXPathContextPtr
    private let compiled: xmlXPathCompExprPtr

    /// - Throws: `CoderError` where the expression is none
    init(_ expression: XML.XPath, coder: String) throws(CoderError) {
        self.expression = expression
        self.coder = coder
        _ = XMLParser.isReady
        guard let context = xmlXPathNewContext(nil) else { throw XMLEvaluator.noMemory(coder) }
        // Without it, mistakes are printed.
        context.pointee.error = { _, _ in }
        for (prefix, namespace) in expression.namespaces where xmlXPathRegisterNs(context, prefix, namespace) != 0 {
            xmlXPathFreeContext(context)
            throw CoderError(.configuration, coder: coder, "\"\(prefix)\" is no prefix that a namespace can have")
        }
        guard expression.description.utf8.count <= XMLEvaluator.mostBytes,
            let compiled = xmlXPathCtxtCompile(context, expression.description)
        else {
            xmlXPathFreeContext(context)
            throw CoderError(
                .configuration, coder: coder, "\"\(expression.description)\" is no expression of XPath 1.0")
        }
        self.context = context
        self.compiled = compiled
    }

    /// The most bytes of an expression.
    private static let mostBytes = 65536

    deinit {
        xmlXPathFreeCompExpr(compiled)
        xmlXPathFreeContext(context)
    }

    /// What the expression gives at a node.
    ///
    /// - Throws: `CoderError` where it takes too many steps, or cannot be evaluated
    func value(on node: XML.Node) throws(CoderError) -> XML.XPath.Value {
        let result = node.withArena { arena, _ in
            Result { () throws(CoderError) -> XML.XPath.Value in
                try with(arena, at: node.index) { value(of: $0, arena, node.words) }
            }
        }
        return try result.get()
    }

    private func value(of object: xmlXPathObject, _ arena: XMLArena, _ words: [UInt64]) -> XML.XPath.Value {
        switch object.type {
        case XPATH_NODESET: .nodes(found(object, arena, words))
        case XPATH_BOOLEAN: .bool(object.boolval != 0)
        case XPATH_NUMBER: .number(object.floatval)
        default: .text(String(utf8: XMLParserHandler.bytes(object.stringval.map { UnsafePointer($0) })))
        }
    }

    /// Whether what the expression gives at the document counts as true.
    ///
    /// - Throws: `CoderError` where it takes too many steps, or cannot be evaluated
    func isTrue(_ arena: XMLArena) throws(CoderError) -> Bool {
        try with(arena, at: 0) { object in
            var object = object
            return xmlXPathCastToBoolean(&object) != 0
        }
    }

    private func with<Result>(
        _ arena: XMLArena, at index: Int, _ body: (xmlXPathObject) -> Result
    ) throws(CoderError) -> Result {
        guard let tree = XMLTree(arena, marking: index) else { throw XMLEvaluator.noMemory(coder) }
        defer { tree.free() }
        context.pointee.doc = tree.document
        context.pointee.node = tree.marked
        context.pointee.opLimit = UInt(max(1, expression.mostSteps))
        context.pointee.opCount = 0
        xmlResetError(&context.pointee.lastError)
        defer {
            context.pointee.doc = nil
            context.pointee.node = nil
        }
        guard let object = xmlXPathCompiledEval(compiled, context) else {
            let code = Int(context.pointee.lastError.code) - Int(XML_XPATH_EXPRESSION_OK.rawValue)
            if code == Int(XPATH_OP_LIMIT_EXCEEDED.rawValue) {
                throw CoderError(
                    .limitExceeded, coder: coder, "the expression takes more than \(expression.mostSteps) steps")
            }
            throw CoderError(
                .malformed, coder: coder,
                "the expression cannot be evaluated: it names a function or a prefix that is not there, or compares what cannot "
                    + "be compared")
        }
        defer { xmlXPathFreeObject(object) }
        return body(object.pointee)
    }

    private func found(_ object: xmlXPathObject, _ arena: XMLArena, _ words: [UInt64]) -> [XML.XPath.Found] {
        guard let set = object.nodesetval, let nodes = set.pointee.nodeTab else { return [] }
        xmlXPathNodeSetSort(set)
        return (0..<Int(set.pointee.nodeNr)).compactMap { place in
            guard let node = nodes[place] else { return nil }
            // A namespace is none of the document's own nodes.
            if node.pointee.type == XML_NAMESPACE_DECL { return nil }
            let index = XMLTree.index(of: node)
            let record = arena[index]
            if record.kind == XMLRecord.attributeKind {
                return XML.XPath.Found(
                    node: XML.Node(words: words, index: Int(record.parent)),
                    attribute: String(utf8: arena.qualifiedName(record)), text: arena.text(at: index))
            }
            return XML.XPath.Found(
                node: XML.Node(words: words, index: index), attribute: nil, text: arena.text(at: index))
        }
    }

    private static func noMemory(_ coder: String) -> CoderError {
        CoderError(CoderError.Code("out_of_memory"), coder: coder, "there is no memory to evaluate in")
    }
}
