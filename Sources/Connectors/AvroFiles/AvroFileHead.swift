import Connect
import ConnectAvro
import ConnectFiles

/// What stands at the beginning of a container file.
struct AvroFileHead {
    /// All of it, as it is written.
    let bytes: Bytes
    let schema: Bytes
    let codec: String
    /// The mark between blocks.
    let sync: Bytes

    private static let magic: [UInt8] = [0x4F, 0x62, 0x6A, 0x01]
    private static let syncBytes = 16
    /// More than schemas may have.
    private static let most = 16 << 20

    /// Reads the head of a file.
    ///
    /// - Parameters:
    ///   - file: at its beginning
    ///   - path: its name
    ///   - length: how many bytes it has
    /// - Returns: nil where a crash has left a part of it, with zeros behind that or without
    /// - Throws: `ConnectorError` where it is no container file
    static func whole(
        of file: any OpenFile, at path: FilePath, length: Int64
    ) throws(ConnectorError) -> AvroFileHead? {
        let failure: ConnectorError
        do throws(ConnectorError) {
            guard let head = try AvroFileHead(reading: file, at: path, length: length) else { return nil }
            // The mark is written last, and never is zero.
            if head.sync.contains(where: { $0 != 0 }), (try? AvroSchema(parsing: head.schema)) != nil { return head }
            failure = wrong(path)
        } catch {
            failure = error
        }
        let content = try contentLength(of: file, length: length)
        try file.seek(to: 0)
        if try AvroFileHead(reading: file, at: path, length: content) == nil { return nil }
        throw failure
    }

    /// How many bytes come before the zeros at the end of a file.
    private static func contentLength(of file: any OpenFile, length: Int64) throws(ConnectorError) -> Int64 {
        var end = length
        while end > 0 {
            let start = max(0, end - 4096)
            try file.seek(to: start)
            var piece = AvroFileBytes(file, length: end - start)
            guard let bytes = try piece.take(Int(end - start)) else { break }
            if let last = bytes.lastIndex(where: { $0 != 0 }) {
                return start + Int64(last - bytes.startIndex) + 1
            }
            end = start
        }
        return end
    }

    /// Nil where the file ends within it.
    private init?(reading file: any OpenFile, at path: FilePath, length: Int64) throws(ConnectorError) {
        var input = AvroFileBytes(file, length: length)
        for expected in AvroFileHead.magic {
            guard let byte = try input.take(1)?.first else { return nil }
            guard byte == expected else { throw AvroFileHead.wrong(path) }
        }
        var values: [String: [UInt8]] = [:]
        while true {
            guard var count = try input.long(path) else { return nil }
            if count == 0 { break }
            if count < 0 {
                guard try input.long(path) != nil else { return nil }
                count = count == .min ? .max : -count
            }
            while count > 0 {
                guard let name = try input.run(path, most: AvroFileHead.most),
                    let value = try input.run(path, most: AvroFileHead.most)
                else { return nil }
                guard input.count <= 2 * AvroFileHead.most else { throw AvroFileHead.wrong(path) }
                values[String(decoding: name, as: UTF8.self)] = value
                count -= 1
            }
        }
        guard let sync = try input.take(AvroFileHead.syncBytes) else { return nil }
        guard let schema = values["avro.schema"] else { throw AvroFileHead.wrong(path) }
        self.schema = Bytes(schema)
        self.sync = Bytes(sync)
        codec = values["avro.codec"].map { String(decoding: $0, as: UTF8.self) } ?? "null"
        bytes = Bytes(input.taken)
    }

    static func wrong(_ path: FilePath) -> ConnectorError {
        ConnectorError(
            .configuration, "\(path) is there, and is no container file of Avro; write to another file, or replace it")
    }

    /// How much of a file is there in whole blocks.
    ///
    /// - Parameters:
    ///   - file: at its beginning
    ///   - path: its name
    ///   - length: how many bytes it has
    /// - Returns: 0 where not even its head is whole
    /// - Throws: `ConnectorError` where it is no container file
    static func wholeLength(
        of file: any OpenFile, at path: FilePath, length: Int64
    ) throws(ConnectorError) -> Int64 {
        guard let head = try AvroFileHead.whole(of: file, at: path, length: length) else { return 0 }
        var end = Int64(head.bytes.count)
        while end < length {
            try file.seek(to: end)
            var input = AvroFileBytes(file, pieceBytes: 32)
            guard let count = try input.long(path), let size = try input.long(path) else { break }
            let (next, overflow) = (end + Int64(input.count)).addingReportingOverflow(size)
            guard count >= 0, size >= 0, !overflow else { throw wrong(path) }
            if next > length - Int64(syncBytes) { break }
            try file.seek(to: next)
            var mark = AvroFileBytes(file, pieceBytes: syncBytes)
            guard let found = try mark.take(syncBytes), found.elementsEqual(head.sync) else {
                // Zeros to the end are what a crash of the machine leaves of a block.
                if try contentLength(of: file, length: length) <= next + Int64(syncBytes) { break }
                throw wrong(path)
            }
            end = next + Int64(syncBytes)
        }
        return end
    }
}

/// Bytes of a file, read in pieces.
private struct AvroFileBytes {
    private let file: any OpenFile
    private let pieceBytes: Int
    /// How many may be taken.
    private let length: Int64
    private var bytes: [UInt8] = []
    /// How many were taken.
    private(set) var count = 0

    init(_ file: any OpenFile, pieceBytes: Int = 4096, length: Int64 = .max) {
        self.file = file
        self.pieceBytes = pieceBytes
        self.length = length
    }

    /// All that were taken.
    var taken: ArraySlice<UInt8> { bytes[..<count] }

    /// So many bytes; nil where the file ends before.
    mutating func take(_ wanted: Int) throws(ConnectorError) -> ArraySlice<UInt8>? {
        guard Int64(wanted) <= length - Int64(count) else { return nil }
        while bytes.count - count < wanted {
            let room = max(pieceBytes, wanted - (bytes.count - count))
            let piece = try BytesBuffer.filled(capacity: room) { (memory) throws(ConnectorError) in
                try file.read(into: memory) ?? 0
            }
            if piece.isEmpty { return nil }
            bytes += piece
        }
        count += wanted
        return bytes[(count - wanted)..<count]
    }

    /// A number in the coding of Avro; nil where the file ends before.
    mutating func long(_ path: FilePath) throws(ConnectorError) -> Int64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while let byte = try take(1)?.first {
            guard shift < 63 || byte <= 1 else { throw AvroFileHead.wrong(path) }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1) }
            shift += 7
        }
        return nil
    }

    /// Bytes behind their length; nil where the file ends before.
    mutating func run(_ path: FilePath, most: Int) throws(ConnectorError) -> [UInt8]? {
        guard let length = try long(path) else { return nil }
        guard (0...Int64(most)).contains(length) else { throw AvroFileHead.wrong(path) }
        return try take(Int(length)).map(Array.init)
    }
}
