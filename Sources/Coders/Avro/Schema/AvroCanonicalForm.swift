/// Writes the Parsing Canonical Form of the Avro specification.
struct AvroCanonicalForm {
    private let reader: AvroSchemaReader
    private var written: Set<Int> = []
    private var text = ""

    static func text(of reader: AvroSchemaReader, root: Int) -> String {
        var form = AvroCanonicalForm(reader: reader)
        form.write(root)
        return form.text
    }

    private init(reader: AvroSchemaReader) { self.reader = reader }

    // Goes as deep as the schema's text, whose depth is limited: names are written once.
    private mutating func write(_ index: Int) {
        let node = reader.nodes[index]
        if node.kind.isNamed {
            let name = reader.details[index].name
            guard written.insert(index).inserted else {
                text += "\"\(name)\""
                return
            }
            text += "{\"name\":\"\(name)\",\"type\":\"\(node.kind.name)\""
        }
        switch node.kind {
        case .record:
            text += ",\"fields\":["
            for (place, field) in reader.details[index].fields.enumerated() {
                text += (place > 0 ? "," : "") + "{\"name\":\"\(field.name)\",\"type\":"
                write(Int(reader.children[Int(node.first) + place]))
                text += "}"
            }
            text += "]}"
        case .enumeration:
            text += ",\"symbols\":["
            text += reader.details[index].symbols.map { "\"\($0)\"" }.joined(separator: ",") + "]}"
        case .fixed: text += ",\"size\":\(node.first)}"
        case .array, .map:
            text += "{\"type\":\"\(node.kind.name)\",\"\(node.kind == .array ? "items" : "values")\":"
            write(Int(node.first))
            text += "}"
        case .union:
            text += "["
            for place in 0..<Int(node.count) {
                if place > 0 { text += "," }
                write(Int(reader.children[Int(node.first) + place]))
            }
            text += "]"
        default: text += "\"\(node.kind.name)\""
        }
    }
}
