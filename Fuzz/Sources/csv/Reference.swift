/// Reads records of CSV (RFC 4180) as one would by hand: all at once, from the first byte to the last.
struct Reference {
    /// One record.
    struct Record {
        var fields: [[UInt8]]
        let delimiter: UInt8

        /// The record as CSV, with as few quotes as can be.
        var text: [UInt8] {
            if fields == [[]] { return Array("\"\"".utf8) }
            return Array(
                fields.map { field -> [UInt8] in
                    let special: Set<UInt8> = [delimiter, 0x22, 0x0A, 0x0D]
                    if field.allSatisfy({ !special.contains($0) }) { return field }
                    return [0x22] + field.flatMap { $0 == 0x22 ? [$0, $0] : [$0] } + [0x22]
                }.joined(separator: [delimiter]))
        }
    }

    /// The records before the first mistake.
    struct Outcome {
        var records: [Record] = []
        /// Whether there is no mistake.
        var isWhole = true

        /// Keeps those before the first that is not as it must be.
        mutating func cut(_ isGood: (Record) -> Bool) {
            guard let first = records.firstIndex(where: { !isGood($0) }) else { return }
            records.removeSubrange(first...)
            isWhole = false
        }
    }

    let delimiter: UInt8
    var hasHeader = false

    func records(of content: [UInt8]) -> Outcome {
        var rest = content[...]
        if hasHeader, rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest.removeFirst(3) }
        var outcome = Outcome()
        var columns: Int?
        // A mark of the byte order alone is a file with an empty header.
        var isHeader = hasHeader && !content.isEmpty
        while !rest.isEmpty || isHeader {
            guard let (fields, isEmpty) = record(&rest) else {
                outcome.isWhole = false
                return outcome
            }
            if isHeader {
                isHeader = false
                columns = fields.count
                let names = fields.compactMap { String(validating: $0, as: UTF8.self) }
                outcome.isWhole = names.count == fields.count && Set(names).count == names.count
                if !outcome.isWhole { return outcome }
                continue
            }
            if isEmpty, columns != 1 { continue }
            if let columns, fields.count != columns {
                outcome.isWhole = false
                return outcome
            }
            outcome.records.append(Record(fields: fields, delimiter: delimiter))
        }
        return outcome
    }

    /// Takes a record and the end of its line.
    ///
    /// - Returns: its fields, and whether it is an empty line; nil at a mistake
    private func record(_ rest: inout ArraySlice<UInt8>) -> (fields: [[UInt8]], isEmpty: Bool)? {
        var fields: [[UInt8]] = []
        while true {
            let isQuoted = rest.first == 0x22
            guard let field = isQuoted ? quoted(&rest) : plain(&rest) else { return nil }
            fields.append(field)
            if rest.first == delimiter {
                rest.removeFirst()
                continue
            }
            if rest.first == 0x0D, rest.count == 1 || rest.dropFirst().first == 0x0A { rest.removeFirst() }
            if !rest.isEmpty, rest.removeFirst() != 0x0A { return nil }
            return (fields, fields == [[]] && !isQuoted)
        }
    }

    private func quoted(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        var field: [UInt8] = []
        rest.removeFirst()
        while let byte = rest.popFirst() {
            if byte == 0x22 {
                if rest.first != 0x22 { return field }
                rest.removeFirst()
            }
            field.append(byte)
        }
        return nil
    }

    /// Up to what ends it, but for a carriage return that belongs to the end of the line.
    private func plain(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        let end = rest.firstIndex { $0 == delimiter || $0 == 0x0A } ?? rest.endIndex
        var field = rest[..<end]
        if field.contains(0x22) { return nil }
        let endsLine = end == rest.endIndex || rest[end] == 0x0A
        rest = rest[end...]
        if endsLine, field.last == 0x0D { field.removeLast() }
        return Array(field)
    }
}
