public import Connect
import ConnectCatalog
import ConnectJSON

/// Data of a schema from JSON whose values are texts, as XML, CSV and forms give it: the schema says what they mean.
///
/// - Numbers and booleans may be texts, with white space around them.
/// - A field is found by its name, behind an `@` or `#`, behind a prefix and a colon, and with `_` for what names of Avro
///   cannot have: `@id`, `atom:id` and `id` are the field `id`, `created-at` is `created_at`.
/// - One value is an array of one where the schema has an array. Where it has a text and there is an object, the text is its
///   member `#text`; where it has a record and there is a text, that is the record's field `text`.
/// - What is missing is the field's default, an empty array or map, or null; an empty text is null where nothing else fits.
/// - Members that the schema does not have are left out.
public struct AvroTextDecoder: Coder {
    /// What it takes.
    public typealias Input = Bytes
    /// What it gives.
    public typealias Output = AvroBinary

    /// The schema that data get.
    public var schema: AvroSchema
    /// How large a text and its datum may be.
    public var limits: AvroLimits

    /// A decoder.
    ///
    /// - Parameters:
    ///   - schema: the schema that data get
    ///   - limits: how large a text and its datum may be
    public init(schema: AvroSchema, limits: AvroLimits = AvroLimits()) {
        self.schema = schema
        self.limits = limits
    }

    /// `TEXT-TO-AVRO`
    public var name: String { "TEXT-TO-AVRO" }

    /// Makes the instance of a worker.
    ///
    /// - Throws: `CoderError` where the limits are out of their ranges
    public func makeInstance() throws -> Instance {
        let json = JSONLimits(bytes: max(1, min(limits.bytes, JSONLimits.mostBytes)), depth: limits.checkedDepth)
        return Instance(
            parser: try JSONDocumentDecoder(limits: json).makeInstance(),
            decoder: try AvroJSONDecoder(schema: schema, .plain, limits: limits).makeInstance(),
            limits: limits)
    }

    /// Decodes for one worker.
    public struct Instance: CoderInstance {
        var parser: JSONDocumentDecoder.Instance
        var decoder: AvroJSONDecoder.Instance
        let limits: AvroLimits

        /// The datum that a text says.
        ///
        /// - Throws: `CoderError` where it is no JSON or does not fit the schema, with the way to what does not
        public mutating func convert(_ input: Bytes) throws -> AvroBinary {
            let document = try parser.convert(input)
            let plain: String
            var reader = AvroTextReader(depthLimit: limits.checkedDepth, elementLimit: limits.elements)
            do throws(AvroTreeWriter.Mismatch) {
                plain = try reader.text(document.root, decoder.schema.root, 0)
            } catch {
                throw error.error
            }
            return try decoder.convert(Bytes(plain))
        }
    }
}

/// Writes texts as plain JSON of a schema.
struct AvroTextReader: Sendable {
    typealias Mismatch = AvroTreeWriter.Mismatch

    let depthLimit: Int
    let elementLimit: Int
    /// How often a value was held against a type: branches of unions in each other could be tried in 2^depth ways.
    private var count = 0

    init(depthLimit: Int, elementLimit: Int) {
        self.depthLimit = depthLimit
        self.elementLimit = elementLimit
    }

    /// A value as plain JSON of a type.
    mutating func text(_ value: JSONValue, _ type: AvroType, _ depth: Int) throws(Mismatch) -> String {
        if depth > depthLimit {
            throw Mismatch(code: .limitExceeded, message: "values stand more than \(depthLimit) deep in each other")
        }
        count += 1
        if isExhausted { throw exhaustion }
        switch type.kind {
        case .null:
            guard value.isNull || value.string?.isEmpty == true else { throw wrong(value, type) }
            return "null"
        case .boolean:
            if let flag = value.bool { return "\(flag)" }
            switch word(value) {
            case "true", "1": return "true"
            case "false", "0": return "false"
            default: throw wrong(value, type)
            }
        case .int, .long, .float, .double: return try number(value, type)
        case .string, .bytes, .fixed, .enumeration:
            guard let text = content(value) else { throw wrong(value, type) }
            return JSONText.quoted(text)
        case .array:
            let items = value.kind == .array ? Array(value.elements) : value.isNull ? [] : [value]
            return "[" + (try list(items, type, depth)) + "]"
        case .map:
            guard value.kind == .object else { throw wrong(value, type) }
            var members: [String] = []
            for (name, item) in value.members {
                guard let element = type.element else { continue }
                members.append(JSONText.quoted(name) + ":" + (try inside(name, item, element, depth)))
            }
            return "{" + members.joined(separator: ",") + "}"
        case .record: return try record(value, type, depth)
        case .union: return try union(value, type, depth)
        }
    }

    private var isExhausted: Bool { count > elementLimit }

    private var exhaustion: Mismatch {
        Mismatch(
            code: .limitExceeded,
            message: "there are more than \(elementLimit) values, or so many branches of unions were tried for them")
    }

    private func wrong(_ value: JSONValue, _ type: AvroType) -> Mismatch {
        Mismatch(message: "there is \(value.kind) in the JSON, which says no \(type.name)")
    }

    /// What a text says, or the text beside attributes, or a number as it is written.
    private func content(_ value: JSONValue) -> String? {
        switch value.kind {
        case .string: value.string
        case .object: value["#text"]?.string
        case .number, .boolean: value.text
        case .array, .null: nil
        }
    }

    private func word(_ value: JSONValue) -> String? {
        guard let text = content(value) else { return nil }
        let isSpace: (Character) -> Bool = { $0.isWhitespace }
        let end = text.lastIndex { !isSpace($0) }.map { text.index(after: $0) } ?? text.startIndex
        return String(text[..<end].drop(while: isSpace))
    }

    private func number(_ value: JSONValue, _ type: AvroType) throws(Mismatch) -> String {
        guard var word = word(value) else { throw wrong(value, type) }
        if ["NaN", "INF", "-INF", "Infinity", "-Infinity"].contains(word) { return JSONText.quoted(word) }
        // What XML takes for a number and JSON does not.
        if word.hasPrefix("+") { word.removeFirst() }
        let isNegative = word.hasPrefix("-")
        let unsigned = word.dropFirst(isNegative ? 1 : 0)
        guard let head = (unsigned.hasPrefix(".") ? unsigned.dropFirst() : unsigned).first, ("0"..."9").contains(head)
        else { throw wrong(value, type) }
        let digits = unsigned.drop { $0 == "0" }
        let first = digits.first
        word = (isNegative ? "-" : "") + (first == nil || !("1"..."9").contains(digits.prefix(1)) ? "0" : "") + digits
        if word.hasSuffix(".") { word.removeLast() }
        guard JSONNumber(word) != nil, isFraction(type) || JSONNumber(word)?.integer(Int64.self) != nil else {
            throw wrong(value, type)
        }
        return word
    }

    private func isFraction(_ type: AvroType) -> Bool { type.kind == .float || type.kind == .double }

    private mutating func list(_ items: [JSONValue], _ type: AvroType, _ depth: Int) throws(Mismatch) -> String {
        guard let element = type.element else { return "" }
        var texts: [String] = []
        for (place, item) in items.enumerated() { texts.append(try inside("\(place)", item, element, depth)) }
        return texts.joined(separator: ",")
    }

    private mutating func inside(
        _ name: String, _ value: JSONValue, _ type: AvroType, _ depth: Int
    ) throws(Mismatch) -> String {
        do throws(Mismatch) {
            return try text(value, type, depth + 1)
        } catch {
            throw error.at(name)
        }
    }

    private mutating func record(_ value: JSONValue, _ type: AvroType, _ depth: Int) throws(Mismatch) -> String {
        var found: [String: JSONValue] = [:]
        if value.kind == .object {
            for (name, item) in value.members {
                for name in Self.names(of: name) where found[name] == nil && type[field: name] != nil {
                    found[name] = item
                    break
                }
            }
        } else {
            guard content(value) != nil, type[field: "text"] != nil || content(value) == "" else {
                throw wrong(value, type)
            }
            found["text"] = value
        }
        var members: [String] = []
        for field in type.fields {
            let text: String
            if let item = found[field.name] {
                text = try inside(field.name, item, field.type, depth)
            } else if field.defaultValue != nil {
                continue
            } else {
                switch field.type.kind {
                case .array: text = "[]"
                case .map: text = "{}"
                case .union where field.type.branches.contains { $0.kind == .null }: text = "null"
                default: throw Mismatch(message: "the field \(AvroError.quoted(field.name)) is missing")
                }
            }
            members.append(JSONText.quoted(field.name) + ":" + text)
        }
        return "{" + members.joined(separator: ",") + "}"
    }

    private mutating func union(_ value: JSONValue, _ type: AvroType, _ depth: Int) throws(Mismatch) -> String {
        if value.isNull, type.branches.contains(where: { $0.kind == .null }) { return "null" }
        // A text fits a string always, so what says more comes first; null is what nothing else fits.
        let ranks: (AvroType) -> Int = { $0.kind == .null ? 2 : $0.kind == .string || $0.kind == .bytes ? 1 : 0 }
        let branches = type.branches.enumerated().sorted {
            (ranks($0.element), $0.offset) < (ranks($1.element), $1.offset)
        }
        for (_, branch) in branches {
            if let text = try? text(value, branch, depth + 1) { return text }
            if isExhausted { throw exhaustion }
        }
        throw Mismatch(message: "there is \(value.kind) in the JSON, for which the union has no branch")
    }

    /// The names of fields that the name of a member may stand for.
    private static func names(of name: String) -> [String] {
        let bare = name.hasPrefix("@") || name.hasPrefix("#") ? name.dropFirst() : name[...]
        let local = bare.lastIndex(of: ":").map { bare[bare.index(after: $0)...] } ?? bare
        return [clean(bare), clean(local)]
    }

    private static func clean(_ name: Substring) -> String {
        String(name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    }
}
