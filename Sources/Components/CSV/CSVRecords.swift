import Connect
import ConnectText

/// Cuts streams into records of CSV (RFC 4180): a newline in quotes ends none.
struct CSVRecords: Splitter {
    typealias Output = CSVRecord

    let delimiter: UInt8
    /// Whether the first record of each stream has the names of the columns.
    let hasHeader: Bool
    /// The most bytes of a record.
    let maxBytes: Int

    var name: String { "CSV-RECORDS" }

    func makeInstance() -> CSVSplitter { CSVSplitter(self) }
}
