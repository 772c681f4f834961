import Connect
import ConnectCatalog
import ConnectText

extension StageComponent {
    static let csv = StageComponent(
        ComponentDescription(
            "csv", "Turns records of CSV (RFC 4180) into JSON objects or separated fields, and these into CSV.",
            details:
                "Right behind a source of chunks it unpacks files whose names end in .gz, cuts records itself, so that "
                + "quoted newlines stay in their field, and takes the columns from the first record of each file, also "
                + "after a restart. Behind messages each is one record. All values are strings in JSON. Back from JSON "
                + "the columns have to be named: other members are left out, what is missing or null is empty, numbers "
                + "and containers stay as they are written. Empty lines are left out where there is more than one "
                + "column, and the names of the columns always.",
            keys: [
                ConfigurationKey("from", .choice(["csv", "json", "fields"]), "What comes in.", default: "csv"),
                ConfigurationKey(
                    "to", .choice(["csv", "json", "fields"]),
                    "What comes out; by default JSON of CSV, and CSV of the others."),
                ConfigurationKey("delimiter", .text, "What stands between the fields of CSV, one byte.", default: ","),
                ConfigurationKey("separator", .text, "What stands between fields without quotes.", default: "\t"),
                ConfigurationKey(
                    "header", .boolean,
                    "Whether CSV begins with the names of the columns: those that come in are read, with columns a record "
                        + "is written first in each run. By default only what is read behind a source and not named by "
                        + "columns has them."),
                ConfigurationKey("columns", .list, "The names of the columns; of JSON objects those that are wanted."),
                ConfigurationKey("maxBytes", .bytes, "The longest record that is cut.", default: "64MiB"),
                .decompress,
            ], unnamedKey: "to",
            examples: [
                "connectctl run --from file:a.csv.gz --through csv --to stdout:",
                "connectctl run --from file:a.json --through lines --through 'csv:from=json,columns=id\\,name,header=true' "
                    + "--to file:a.csv",
            ])
    ) { configuration, chain in
        let setting = try CSVSetting(configuration, isStream: chain.gives(StreamChunk.self))
        let conversion = setting.conversion
        let records: Def<CSVRecord>
        if let splitter = setting.splitter {
            records = chain.unpacked(configuration).apply(splitter)
        } else {
            var messages = chain.of(Bytes.self)
            if let header = setting.header { messages = messages.led(by: header) }
            return Chain(
                messages.mapBytes { span, output in
                    var bytes = span.withUnsafeBytes { Bytes(copying: $0) }
                    if conversion.from == .csv, bytes.last == UInt8(ascii: "\r") {
                        bytes = bytes[0..<(bytes.count - 1)]
                    }
                    try conversion.convert(CSVRecord(originalBytes: bytes, columns: nil, number: nil), &output)
                })
        }
        return Chain(
            records.map { record in
                var output = BytesBuilder()
                try conversion.convert(record, &output)
                return output.takeExact()
            })
    }
}

extension Def where Out == Bytes {
    /// The elements with one before them; of no elements none.
    fileprivate func led(by first: Bytes) -> Def<Bytes> {
        flatMap(perWorker: { () -> (Bytes, Emitter<Bytes>) throws -> Void in
            var isFirst = true
            return { element, emit in
                if isFirst { try emit(first) }
                isFirst = false
                try emit(element)
            }
        })
    }
}
