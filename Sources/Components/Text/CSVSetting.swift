import Connect
import ConnectCatalog
import ConnectText

/// What the stage `csv` was told, known to fit together.
struct CSVSetting {
    let conversion: CSVConversion
    /// Cuts streams; nil behind messages.
    let splitter: CSVRecords?
    /// An element before all others, of which the conversion makes the header; nil where none is written.
    let header: Bytes?

    /// - Throws: `ConfigurationError` where it does not fit together
    init(_ configuration: Configuration, isStream: Bool) throws(ConfigurationError) {
        let from = CSVConversion.Form(rawValue: configuration.text("from") ?? "") ?? .csv
        let to = configuration.text("to").flatMap { CSVConversion.Form(rawValue: $0) } ?? (from == .csv ? .json : .csv)
        let delimiter = Array((configuration.text("delimiter") ?? ",").utf8)
        guard delimiter.count == 1, let byte = delimiter.first, byte != 0x22, byte != 0x0A, byte != 0x0D else {
            throw configuration.problem(
                "delimiter", "a delimiter is one byte, and neither a quote nor the end of a line",
                mend: "Write delimiter=; or the like.")
        }
        let separator = Array((configuration.text("separator") ?? "\t").utf8)
        if separator.isEmpty {
            throw configuration.problem("separator", "nothing separates nothing", mend: "Give at least one byte.")
        }
        let names = configuration.list("columns")
        let readsHeader =
            from == .csv && (configuration.isGiven("header") ? configuration.flag("header") : names.isEmpty)
        try CSVSetting.check(configuration, from, to, isStream: isStream, names: names, readsHeader: readsHeader)
        var columns: CSVColumns?
        do throws(CoderError) {
            if !names.isEmpty { columns = try CSVColumns(names) }
        } catch {
            throw configuration.problem("columns", error.message, mend: "Name each once.")
        }
        conversion = CSVConversion(
            from: from, to: to, csv: CSVFields(delimiter: byte), separator: separator, columns: columns)
        splitter =
            isStream
            ? CSVRecords(
                delimiter: byte, hasHeader: readsHeader, maxBytes: configuration.bytes("maxBytes") ?? 64 << 20) : nil
        let writesHeader = to == .csv && from != .csv && configuration.flag("header")
        header = writesHeader ? CSVSetting.header(from, names, separator) : nil
    }

    private static func check(
        _ configuration: Configuration, _ from: CSVConversion.Form, _ to: CSVConversion.Form, isStream: Bool,
        names: [String], readsHeader: Bool
    ) throws(ConfigurationError) {
        if from == to, from != .csv {
            throw configuration.problem("to", "that is what comes in already", mend: "Say to=csv.")
        }
        if isStream, from != .csv {
            throw configuration.problem(
                "from", "only CSV is cut here, but this is a stream", mend: "Put lines before it.")
        }
        if !isStream, configuration.isGiven("decompress") {
            throw configuration.problem(
                "decompress", "only streams are unpacked here, but these are messages",
                mend: "Put csv right behind the source, or gunzip before it.")
        }
        if !isStream, from == .csv, configuration.flag("header") {
            throw configuration.problem(
                "header", "behind messages nobody knows which is the first of a file",
                mend: "Put csv right behind the source, without lines, or name the columns.")
        }
        let isNamed = !names.isEmpty || (isStream && readsHeader)
        if (to == .json || from == .json) && !isNamed {
            throw configuration.problem(
                "columns", "the columns of a JSON object need names",
                mend: "Name them (columns=id\\,name), or put csv right behind the source where there is a header.")
        }
        if from != .csv, configuration.flag("header"), names.isEmpty {
            throw configuration.problem("columns", "a header needs names", mend: "Name them: columns=id\\,name.")
        }
    }

    private static func header(
        _ from: CSVConversion.Form, _ names: [String], _ separator: [UInt8]
    ) -> Bytes {
        if from == .json {
            return Bytes(JSONText.object(names.map { (name: $0, value: JSONText.quoted($0)) }))
        }
        return Bytes(names.map { Array($0.utf8) }.joined(separator: separator))
    }
}
