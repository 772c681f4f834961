import CConnectYAML
import ConnectCatalog

/// Reads one YAML document (YAML 1.1, by libyaml) into values that know their line and column.
///
/// Scalars stay the text that they are written as: the key that a value is for says what it must be. Aliases are copies
/// of what their anchors name; tags and several documents in a file are mistakes.
struct YAMLReader: ~Copyable {
    /// Deeper nesting than this is no configuration.
    private static let mostDepth = 100
    /// More values than this are no configuration; it also bounds what aliases may unfold to.
    private static let mostValues = 100_000

    private let path: String
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private var anchors: [String: (value: ConfigurationValue, size: Int)] = [:]
    private var valueCount = 0

    private init(path: String) {
        self.path = path
        parser = .allocate(capacity: 1)
        yaml_parser_initialize(parser)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    /// Reads a document.
    ///
    /// - Parameters:
    ///   - text: the document's bytes
    ///   - path: the file's name, for messages
    /// - Returns: the value; nil where the document is empty
    /// - Throws: `ConfigurationError` at the first mistake
    static func read(_ text: [UInt8], path: String) throws(ConfigurationError) -> ConfigurationValue? {
        var reader = YAMLReader(path: path)
        // The parser keeps the pointer until it is deleted, so the copy must live as long.
        let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: text.count)
        defer { copy.deallocate() }
        _ = copy.initialize(from: text)
        yaml_parser_set_input_string(reader.parser, copy.baseAddress, copy.count)
        return try reader.document()
    }

    private mutating func document() throws(ConfigurationError) -> ConfigurationValue? {
        var result: ConfigurationValue?
        while true {
            let event = try next()
            switch event.kind {
            case YAML_STREAM_START_EVENT, YAML_DOCUMENT_END_EVENT: continue
            case YAML_STREAM_END_EVENT: return result
            case YAML_DOCUMENT_START_EVENT:
                if result != nil {
                    throw problem(
                        event, "a second document begins", mend: "Put each pipeline into a file of its own.")
                }
            default: result = try value(event, depth: 0)
            }
        }
    }

    private mutating func value(_ event: Event, depth: Int) throws(ConfigurationError) -> ConfigurationValue {
        if depth > YAMLReader.mostDepth {
            throw problem(event, "values are nested more than \(YAMLReader.mostDepth) deep", mend: "Make it flatter.")
        }
        let before = valueCount
        try count(event, 1)
        if let tag = event.tag {
            throw problem(event, "the tag \(tag) is not known here", mend: "Take it away; types follow from the keys.")
        }
        let result: ConfigurationValue
        switch event.kind {
        case YAML_SCALAR_EVENT: result = ConfigurationValue(.text(event.text), at: event.origin(path))
        case YAML_SEQUENCE_START_EVENT: result = try sequence(event, depth: depth)
        case YAML_MAPPING_START_EVENT: result = try mapping(event, depth: depth)
        case YAML_ALIAS_EVENT:
            guard let anchor = event.anchor, let known = anchors[anchor] else {
                throw problem(event, "nothing before has the anchor &\(event.anchor ?? "")", mend: "Write it out.")
            }
            try count(event, known.size)
            return known.value
        default: throw problem(event, "there is a value missing", mend: "Write one.")
        }
        if let anchor = event.anchor { anchors[anchor] = (result, valueCount - before) }
        return result
    }

    private mutating func sequence(_ start: Event, depth: Int) throws(ConfigurationError) -> ConfigurationValue {
        var values: [ConfigurationValue] = []
        while true {
            let event = try next()
            if event.kind == YAML_SEQUENCE_END_EVENT { break }
            values.append(try value(event, depth: depth + 1))
        }
        return ConfigurationValue(.list(values), at: start.origin(path))
    }

    private mutating func mapping(_ start: Event, depth: Int) throws(ConfigurationError) -> ConfigurationValue {
        var entries: [ConfigurationEntry] = []
        var names: Set<String> = []
        while true {
            let event = try next()
            if event.kind == YAML_MAPPING_END_EVENT { break }
            guard event.kind == YAML_SCALAR_EVENT else {
                throw problem(event, "a key must be a word", mend: "Write key: value.")
            }
            if !names.insert(event.text).inserted {
                throw problem(event, "the key \"\(event.text)\" is there twice", mend: "Keep one of the two.")
            }
            let key = event
            let value = try value(try next(), depth: depth + 1)
            entries.append(ConfigurationEntry(key: key.text, value: value, at: key.origin(path)))
        }
        return ConfigurationValue(.mapping(entries), at: start.origin(path))
    }

    private mutating func count(_ event: Event, _ added: Int) throws(ConfigurationError) {
        valueCount += added
        if valueCount > YAMLReader.mostValues {
            throw problem(
                event, "the document has more than \(YAMLReader.mostValues) values",
                mend: "A pipeline needs fewer; see what its aliases unfold to.")
        }
    }

    private func problem(_ event: Event, _ message: String, mend: String) -> ConfigurationError {
        ConfigurationError(ConfigurationProblem(at: event.origin(path), message, mend: mend))
    }

    /// What the parser has found, as a value.
    private struct Event {
        var kind: yaml_event_type_t
        var text = ""
        var anchor: String?
        var tag: String?
        var line: Int
        var column: Int

        func origin(_ path: String) -> ConfigurationOrigin { .file(path, line: line, column: column) }
    }

    private mutating func next() throws(ConfigurationError) -> Event {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw syntaxError() }
        defer { yaml_event_delete(&event) }
        var found = Event(
            kind: event.type, line: Int(event.start_mark.line) + 1, column: Int(event.start_mark.column) + 1)
        switch event.type {
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            found.text = String(decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            found.anchor = YAMLReader.string(scalar.anchor)
            found.tag = YAMLReader.string(scalar.tag)
        case YAML_SEQUENCE_START_EVENT:
            found.anchor = YAMLReader.string(event.data.sequence_start.anchor)
            found.tag = YAMLReader.string(event.data.sequence_start.tag)
        case YAML_MAPPING_START_EVENT:
            found.anchor = YAMLReader.string(event.data.mapping_start.anchor)
            found.tag = YAMLReader.string(event.data.mapping_start.tag)
        case YAML_ALIAS_EVENT: found.anchor = YAMLReader.string(event.data.alias.anchor)
        default: break
        }
        return found
    }

    private func syntaxError() -> ConfigurationError {
        let details = parser.pointee
        // Mistakes in the encoding have an offset only.
        let hasMark = details.error == YAML_SCANNER_ERROR || details.error == YAML_PARSER_ERROR
        let origin = ConfigurationOrigin.file(
            path, line: hasMark ? Int(details.problem_mark.line) + 1 : 1,
            column: hasMark ? Int(details.problem_mark.column) + 1 : 1)
        let message = details.problem.map { String(cString: $0) } ?? "it cannot be read"
        return ConfigurationError(
            ConfigurationProblem(
                at: origin, "this is no YAML: \(message)",
                mend: "Look at the indentation, the colons and the quotes on this line and the one before."))
    }

    private static func string(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        pointer.map { String(cString: $0) }
    }
}
