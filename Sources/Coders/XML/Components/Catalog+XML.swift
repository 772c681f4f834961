public import ConnectCatalog
import Connect

extension Catalog {
    /// Adds the stages that work on XML, `xml`, `xml-records` and `xpath`, and the coders of documents for stages of one's
    /// own.
    public mutating func registerXML() {
        register(CoderRegistry.xml)
        register(StageComponent.xml)
        register(StageComponent.xmlRecords)
        register(StageComponent.xpath)
    }
}

private let doctypeKey = ConfigurationKey(
    "doctype", .choice(["refused", "internalSubset"]),
    "What is done about <!DOCTYPE: refuse the document, or take one whose declarations all stand in it.",
    default: "refused")

private let limitKeys = [
    ConfigurationKey("maxBytes", .bytes, "The most bytes of a document, up to 256 MiB.", default: "8MiB"),
    ConfigurationKey("maxDepth", .integer(1...256), "How many elements may stand in each other.", default: "256"),
    ConfigurationKey(
        "maxAttributes", .integer(0...10_000), "How many attributes an element may have.", default: "1000"),
    doctypeKey,
]

extension StageComponent {
    static let xml = StageComponent(
        ComponentDescription(
            "xml", "Checks XML documents (1.0, namespaces) and writes them in one way, or as JSON.",
            details:
                "References and quotes are written in one way, empty elements as one tag. In JSON an element is the text it "
                + "holds, or an object: attributes with an @ before their names, elements by their names, text beside them as "
                + "#text, elements of one name as an array. Nothing outside of a document is ever read. Messages that have not "
                + "the part named by on stay as they are.",
            keys: [
                ConfigurationKey(
                    "to", .choice(["xml", "line", "file", "json"]),
                    "xml, xml with the line breaks of texts as references, xml with a declaration, or json.",
                    default: "xml"),
                ConfigurationKey("arrays", .list, "Names of elements that are arrays in JSON even where there is one."),
            ] + limitKeys + [Field.configurationKey], unnamedKey: "to",
            examples: [
                "connectctl run --from file:a.xml --through xml-records:/feed/entry --through 'xml:to=json,arrays=link' "
                    + "--to stdout:"
            ])
    ) { configuration, chain in
        let limits = try XML.Limits(checking: configuration)
        let form: XML.Form? =
            switch configuration.text("to") {
            case "line": .onOneLine
            case "file": .file
            case "json": nil
            default: .plain
            }
        let arrays = Set(configuration.list("arrays"))
        if !arrays.isEmpty, form != nil {
            throw configuration.problem("arrays", "there are no arrays in XML", mend: "Write to=json as well.")
        }
        return chain.mapBytes(on: try Field(configuration)) {
            let parser = try XMLParser(limits, coder: "xml")
            return { span, output in
                let words = try span.withUnsafeBytes { try parser.words($0) }
                let document = XML.Document(words: words, source: Bytes())
                if let form { document.write(form, to: &output) } else { output.append(document.json(arrays: arrays)) }
            }
        }
    }

    static let xmlRecords = StageComponent(
        ComponentDescription(
            "xml-records", "Cuts a stream of XML into the elements at a path, each a document of its own.",
            details:
                "It stands behind a source of chunks; files that are packed take gunzip before it. The stream may be larger than "
                + "memory: one record at a time is held. Only what stands around the records is checked here; the stage that reads "
                + "them finds those that are not well-formed. Namespaces that are declared around a record are declared in it.",
            keys: [
                ConfigurationKey(
                    "record", .text,
                    "Names with slashes before them from the outermost element to the records; * is any.",
                    isRequired: true),
                ConfigurationKey("maxBytes", .bytes, "The most bytes of a record, up to 256 MiB.", default: "8MiB"),
                doctypeKey,
            ], unnamedKey: "record",
            examples: [
                "connectctl run --from file:feed.xml --through xml-records:record=/feed/entry --to stdout:",
                "connectctl run --from file:a.xml.gz --through gunzip --through xml-records:/feed/entry --to stdout:",
            ])
    ) { configuration, chain in
        do throws(CoderError) {
            let records = try XML.Records(
                configuration.text("record") ?? "", maxBytes: configuration.bytes("maxBytes") ?? 8 << 20,
                doctype: XML.Limits.Doctype(configuration))
            return Chain(chain.of(StreamChunk.self).apply(records))
        } catch {
            throw configuration.problem(
                "record", error.message, mend: "See connectctl list xml-records.")
        }
    }

    static let xpath = StageComponent(
        ComponentDescription(
            "xpath", "Lets XML documents pass, or takes parts out of them, by expressions of XPath 1.0.",
            details:
                "What select finds comes out as messages of their own: elements as documents, attributes and texts as what they "
                + "say, and what is no node, such as a sum, as its text. As XPath has it, a name without prefix means one in no "
                + "namespace. Of messages those that have not the part named by on never pass.",
            keys: [
                ConfigurationKey("select", .text, "What is taken out of each document."),
                ConfigurationKey(
                    "filter", .text, "What must be true of a document: nodes, text, a number other than 0, true."),
                ConfigurationKey("namespaces", .list, "PREFIX=NAMESPACE: what prefixes mean in the expressions."),
                ConfigurationKey(
                    "maxSteps", .integer(1...1_000_000_000_000),
                    "How many steps of libxml2 an expression may take for one document.", default: "10000000"),
            ] + limitKeys + [Field.configurationKey], unnamedKey: "select",
            examples: [
                "connectctl run --from file:a.xml --through xml-records:/feed/entry "
                    + "--through 'xpath:filter=@lang=\"de\",select=/entry/title/text()' --to stdout:",
                "connectctl run --from file:a.xml --through xml-records:/feed/entry "
                    + "--through 'xpath:select=//a:title,namespaces=a=http://www.w3.org/2005/Atom' --to stdout:",
            ])
    ) { configuration, chain in
        let limits = try XML.Limits(checking: configuration)
        let namespaces = try configuration.namespaces()
        let select = try configuration.expression("select", namespaces)
        let filter = try configuration.expression("filter", namespaces)
        guard select != nil || filter != nil else {
            throw configuration.problem("select", "there is nothing to do", mend: "Write select, filter or both.")
        }
        let field = try Field(configuration)
        let makeSelection: @Sendable () throws -> XMLSelection = {
            try XMLSelection(select: select, filter: filter, limits: limits)
        }
        guard chain.gives(KeyValue.self) else {
            return Chain(
                chain.of(Bytes.self).flatMap(perWorker: { () -> (Bytes, Emitter<Bytes>) throws -> Void in
                    let selection = try makeSelection()
                    return { bytes, emit in try selection.each(of: bytes) { try emit($0) } }
                }))
        }
        return Chain(
            chain.of(KeyValue.self).flatMap(perWorker: { () -> (KeyValue, Emitter<KeyValue>) throws -> Void in
                let selection = try makeSelection()
                return { message, emit in
                    guard let bytes = field.get(message) else { return }
                    try selection.each(of: bytes) { found in
                        var changed = message
                        field.set(&changed, found)
                        try emit(changed)
                    }
                }
            }))
    }
}

/// What `xpath` does for one worker.
private struct XMLSelection {
    private let parser: XMLParser
    private let filter: XMLEvaluator?
    private let select: XMLEvaluator?

    init(select: XML.XPath?, filter: XML.XPath?, limits: XML.Limits) throws {
        parser = try XMLParser(limits, coder: "xpath")
        self.filter = try filter.map { try XMLEvaluator($0, coder: "xpath") }
        self.select = try select.map { try XMLEvaluator($0, coder: "xpath") }
    }

    /// Calls a closure with what a document gives.
    func each(of bytes: Bytes, _ emit: (Bytes) throws -> Void) throws {
        let document = try parser.document(bytes)
        if let filter, try !document.withArena({ try filter.isTrue($0) }) { return }
        guard let select else { return try emit(bytes) }
        switch try select.value(on: document.node) {
        case .nodes(let nodes):
            for found in nodes {
                let isTree = found.attribute == nil && (found.node.kind == .element || found.node.kind == .document)
                try emit(isTree ? found.node.bytes : Bytes(found.text))
            }
        case .text(let text): try emit(Bytes(text))
        case .bool(let isTrue): try emit(isTrue ? "true" : "false")
        case .number(let number): try emit(Bytes(XMLSelection.text(of: number)))
        }
    }

    /// Numbers as XPath writes them: whole ones without a decimal point.
    private static func text(of number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number < 0 ? "-Infinity" : "Infinity" }
        return Int64(exactly: number).map(String.init) ?? "\(number)"
    }
}

extension XML.Limits {
    fileprivate init(checking configuration: Configuration) throws(ConfigurationError) {
        self.init(
            bytes: configuration.bytes("maxBytes") ?? 8 << 20, depth: configuration.integer("maxDepth") ?? 256,
            attributes: configuration.integer("maxAttributes") ?? 1000, doctype: Doctype(configuration))
        if let problem { throw configuration.problem("maxBytes", problem, mend: "See connectctl list xml.") }
    }
}

extension XML.Limits.Doctype {
    fileprivate init(_ configuration: Configuration) {
        self = configuration.text("doctype").flatMap(Self.init(rawValue:)) ?? .refused
    }
}

extension Configuration {
    fileprivate func namespaces() throws(ConfigurationError) -> [String: String] {
        var namespaces: [String: String] = [:]
        for entry in list("namespaces") {
            guard let place = entry.firstIndex(of: "="), place > entry.startIndex else {
                throw problem(
                    "namespaces", "\"\(entry)\" has no prefix", mend: "Write the prefix, an = and the namespace.")
            }
            namespaces[String(entry[..<place])] = String(entry[entry.index(after: place)...])
        }
        return namespaces
    }

    fileprivate func expression(
        _ key: String, _ namespaces: [String: String]
    ) throws(ConfigurationError) -> XML.XPath? {
        guard let text = text(key) else { return nil }
        do throws(CoderError) {
            return try XML.XPath(text, namespaces: namespaces, mostSteps: integer("maxSteps") ?? 10_000_000)
        } catch {
            throw problem(key, error.message, mend: "See connectctl list xpath.")
        }
    }
}
