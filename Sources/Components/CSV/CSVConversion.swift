import Connect
import ConnectCatalog
import ConnectText

/// Turns one record from one form into another.
struct CSVConversion: Sendable {
    /// A way to write a record.
    enum Form: String, Sendable {
        /// As RFC 4180 has it.
        case csv
        /// An object with a member for each column.
        case json
        /// Fields with a separator between them and without quotes.
        case fields
    }

    let from: Form
    let to: Form
    let csv: CSVFields
    /// What stands between `fields`; at least one byte.
    let separator: [UInt8]
    /// The names that were configured.
    let columns: CSVColumns?

    /// Converts a record.
    ///
    /// - Throws: `CoderError` where it cannot be read, or cannot be written in the other form
    func convert(_ record: CSVRecord, _ output: inout BytesBuilder) throws(CoderError) {
        let columns = record.columns ?? columns
        let fields = try read(record, columns)
        if let columns, columns.names.count != fields.count {
            throw CSVFields.malformed(
                "\(record.title) has \(fields.count) field\(fields.count == 1 ? "" : "s"), "
                    + "but there are \(columns.names.count) columns")
        }
        switch to {
        case .csv: csv.write(fields, &output)
        case .fields: try writeFields(fields, record.title, &output)
        case .json: try writeObject(fields, columns?.quoted ?? [], record.title, &output)
        }
    }

    private func read(_ record: CSVRecord, _ columns: CSVColumns?) throws(CoderError) -> [[UInt8]] {
        switch from {
        case .csv:
            return try record.originalBytes.withUnsafeBytes { (bytes) throws(CoderError) in
                try csv.parse(bytes, title: record.title)
            }
        case .fields: return cut(record.originalBytes)
        case .json:
            var reader = JSONObjectReader(Array(record.originalBytes))
            let members = try reader.members()
            return (columns?.names ?? []).map { members[$0] ?? [] }
        }
    }

    private func cut(_ bytes: Bytes) -> [[UInt8]] {
        var fields: [[UInt8]] = []
        ByteSearch(separator).forEachPart(of: bytes, keepsEmpty: true) { fields.append(Array(bytes[$0])) }
        return fields
    }

    private func writeFields(
        _ fields: [[UInt8]], _ title: String, _ output: inout BytesBuilder
    ) throws(CoderError) {
        let line = Bytes(fields.joined(separator: separator))
        guard !line.contains(0x0A), cut(line) == fields else {
            throw CSVFields.malformed(
                "\(title) has a field with a newline or the separator, which would make two of it; choose another "
                    + "separator, or to=json")
        }
        output.append(line)
    }

    private func writeObject(
        _ fields: [[UInt8]], _ names: [String], _ title: String, _ output: inout BytesBuilder
    ) throws(CoderError) {
        output.append(UInt8(ascii: "{"))
        for (index, field) in fields.enumerated() {
            guard let text = String(validating: field, as: UTF8.self) else {
                throw CSVFields.malformed("\(title), field \(index + 1), is not UTF-8, which JSON must be")
            }
            if index > 0 { output.append(UInt8(ascii: ",")) }
            output.append(names[index])
            output.append(UInt8(ascii: ":"))
            output.append(JSONText.quoted(text))
        }
        output.append(UInt8(ascii: "}"))
    }
}
