/// Which types fit each other, as the specification has it.
struct AvroMatch {
    let writer: AvroProgram
    let reader: AvroProgram

    /// Whether a name of the writer's is one of the reader's: without namespaces, and former names count.
    private func namesFit(_ written: Int, _ read: Int) -> Bool {
        let (one, other) = (writer.details[written].name, reader.details[read])
        return AvroName.short(one) == AvroName.short(other.name)
            || other.aliases.contains { $0 == one || AvroName.short($0) == AvroName.short(one) }
    }

    /// Whether two types fit; what records hold is not looked at, and unions fit everything.
    func fits(_ written: Int, _ read: Int) -> Bool {
        var (written, read) = (written, read)
        while true {
            let (one, other) = (writer.nodes[written], reader.nodes[read])
            switch (one.kind, other.kind) {
            case (.union, _), (_, .union): return true
            case (.array, .array), (.map, .map): (written, read) = (Int(one.first), Int(other.first))
            case (.fixed, .fixed): return one.first == other.first && namesFit(written, read)
            case (.record, .record), (.enumeration, .enumeration): return namesFit(written, read)
            default: return AvroMatch.promotion(one.kind, other.kind) != nil
            }
        }
    }

    /// How a type without types inside becomes another; nil where it does not.
    static func promotion(_ writer: AvroKind, _ reader: AvroKind) -> AvroOperation.Kind? {
        switch (writer, reader) {
        case (.null, .null), (.boolean, .boolean), (.int, .int), (.long, .long), (.float, .float), (.double, .double),
            (.bytes, .bytes), (.string, .string), (.int, .long), (.string, .bytes):
            .copy
        case (.int, .float): .intToFloat
        case (.int, .double): .intToDouble
        case (.long, .float): .longToFloat
        case (.long, .double): .longToDouble
        case (.float, .double): .floatToDouble
        case (.bytes, .string): .bytesToString
        default: nil
        }
    }
}
