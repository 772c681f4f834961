import Connect
import ConnectText

/// Takes records of CSV (RFC 4180) apart and puts them together.
struct CSVFields: Sendable {
    let delimiter: UInt8

    /// The fields of one record, without their quotes.
    ///
    /// - Parameters:
    ///   - record: one record without the end of its line
    ///   - title: what it is called in errors
    /// - Returns: at least one
    /// - Throws: `CoderError` where quotes stand where they must not, are not closed, or a second record follows
    func parse(_ record: UnsafeRawBufferPointer, title: String) throws(CoderError) -> [[UInt8]] {
        var scanner = CSVScanner(delimiter: delimiter)
        var fields: [[UInt8]] = []
        var field: [UInt8] = []
        for (index, byte) in record.enumerated() {
            switch scanner.take(byte) {
            case .data: field.append(byte)
            case .quote: break
            case .delimiter:
                fields.append(field)
                field = []
            case .newline:
                throw CSVFields.malformed("\(title) has a newline outside of quotes", at: index)
            case .mistake:
                let problem =
                    byte == UInt8(ascii: "\"")
                    ? "has a quote in a field that does not begin with one"
                    : "has a field that goes on behind its quotes"
                throw CSVFields.malformed("\(title), field \(fields.count + 1), \(problem)", at: index)
            }
        }
        if scanner.isQuoted {
            throw CoderError(
                .truncated, coder: "csv", offset: Int64(record.count),
                "\(title), field \(fields.count + 1), ends before its quotes are closed")
        }
        fields.append(field)
        return fields
    }

    /// Writes a record; fields are quoted where they must be.
    func write<Field: Collection<UInt8>>(_ fields: [Field], _ output: inout BytesBuilder) {
        for (index, field) in fields.enumerated() {
            if index > 0 { output.append(delimiter) }
            let mustQuote = field.contains { $0 == delimiter || $0 == 0x22 || $0 == 0x0A || $0 == 0x0D }
            // A record of one empty field would be an empty line, which readers leave out.
            guard mustQuote || (fields.count == 1 && field.isEmpty) else {
                for byte in field { output.append(byte) }
                continue
            }
            output.append(UInt8(0x22))
            for byte in field {
                if byte == 0x22 { output.append(byte) }
                output.append(byte)
            }
            output.append(UInt8(0x22))
        }
    }

    static func malformed(_ message: String, at offset: Int? = nil) -> CoderError {
        CoderError(.malformed, coder: "csv", offset: offset.map { Int64($0) }, message)
    }
}
