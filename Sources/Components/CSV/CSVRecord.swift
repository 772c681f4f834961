import Connect
import ConnectText

/// One record of a CSV file as it came, with what is known of its columns.
struct CSVRecord: ByteRecord {
    /// The record without the end of its line.
    let originalBytes: Bytes
    /// The names in the header record; nil where there is none.
    let columns: CSVColumns?
    /// The number in its file, from 1, the header included; nil where that is not known.
    let number: Int?

    /// For errors: `record 3`.
    var title: String { number.map { "record \($0)" } ?? "the record" }
}
