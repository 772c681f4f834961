/// A message of the domain name system (RFC 1035): writes queries, reads answers. A pure value.
struct DNSMessage: Equatable {
    /// The kinds of records that are asked for.
    enum Kind: UInt16 {
        case address4 = 1
        case address6 = 28
        case service = 33
    }

    /// What a record says.
    enum Record: Equatable {
        case address([UInt8])
        case service(target: String, port: Int)
    }

    /// Why bytes are no answer.
    struct Malformed: Error {}

    /// By which an answer is known to belong to its query.
    let identifier: UInt16
    /// The name that was asked for, in lower case, without a dot at its end.
    let name: String
    let kind: UInt16
    /// Whether the rest did not fit: the same is to be asked over TCP.
    let isTruncated: Bool
    /// 0 is success, 3 that the name does not exist.
    let responseCode: UInt8
    /// The records of the kind that was asked for.
    let records: [Record]

    /// Writes a query.
    ///
    /// - Returns: nil where the name cannot be asked for: it is empty, or a part of it or all of it is too long
    static func query(_ name: String, _ kind: Kind, identifier: UInt16) -> [UInt8]? {
        var bytes = big(identifier) + [1, 0, 0, 1, 0, 0, 0, 0, 0, 0]  // recursion desired, one question
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        for label in labels {
            guard (1...63).contains(label.utf8.count) else { return nil }
            bytes.append(UInt8(label.utf8.count))
            bytes += label.utf8
        }
        guard bytes.count - 12 <= 254 else { return nil }
        return bytes + [0] + big(kind.rawValue) + big(1)
    }

    /// Reads an answer.
    ///
    /// - Throws: where the bytes are none
    init(_ bytes: [UInt8]) throws(Malformed) {
        var reader = DNSReader(bytes)
        identifier = try reader.number()
        let flags = try reader.number()
        let (questions, answers) = (try reader.number(), try reader.number())
        _ = try reader.take(4)
        guard flags & 0x8000 != 0, questions == 1 else { throw Malformed() }
        isTruncated = flags & 0x0200 != 0
        responseCode = UInt8(flags & 0x000F)
        name = try reader.name()
        kind = try reader.number()
        _ = try reader.take(2)
        var records: [Record] = []
        // What did not fit is asked for again, so a truncated answer is not read to its end.
        for _ in 0..<(isTruncated ? 0 : answers) {
            _ = try reader.name()
            let found = try reader.number()
            _ = try reader.take(6)
            let end = try reader.position + 2 + Int(reader.peek())
            _ = try reader.number()
            if found == kind, let record = try DNSMessage.record(found, &reader, end: end) { records.append(record) }
            try reader.go(to: end)
        }
        self.records = records
    }

    private static func record(
        _ kind: UInt16, _ reader: inout DNSReader, end: Int
    ) throws(Malformed) -> Record? {
        switch Kind(rawValue: kind) {
        case .address4?:
            guard end - reader.position == 4 else { throw Malformed() }
            return .address(try reader.take(4))
        case .address6?:
            guard end - reader.position == 16 else { throw Malformed() }
            return .address(try reader.take(16))
        case .service?:
            _ = try reader.take(4)
            let port = Int(try reader.number())
            let target = try reader.name()
            // A dot says that the service is decidedly not there.
            return target.isEmpty ? nil : .service(target: target, port: port)
        case nil: return nil
        }
    }

    private static func big(_ number: UInt16) -> [UInt8] { [UInt8(number >> 8), UInt8(number & 0xFF)] }
}

/// Reads the parts of a message; never beyond its end, never in a circle.
struct DNSReader {
    private let bytes: [UInt8]
    private(set) var position = 0

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    mutating func take(_ count: Int) throws(DNSMessage.Malformed) -> [UInt8] {
        guard position + count <= bytes.count else { throw DNSMessage.Malformed() }
        defer { position += count }
        return Array(bytes[position..<position + count])
    }

    mutating func number() throws(DNSMessage.Malformed) -> UInt16 {
        let two = try take(2)
        return UInt16(two[0]) << 8 | UInt16(two[1])
    }

    func peek() throws(DNSMessage.Malformed) -> UInt16 {
        var copy = self
        return try copy.number()
    }

    /// Goes on at a place that is not before this one.
    mutating func go(to place: Int) throws(DNSMessage.Malformed) {
        guard (position...bytes.count).contains(place) else { throw DNSMessage.Malformed() }
        position = place
    }

    /// A name in lower case; the parts that it shares with an earlier one are fetched from there.
    mutating func name() throws(DNSMessage.Malformed) -> String {
        var labels: [String] = []
        var length = 0
        var place = position
        var after: Int?
        while true {
            guard place < bytes.count else { throw DNSMessage.Malformed() }
            let first = Int(bytes[place])
            if first & 0xC0 == 0xC0 {
                guard place + 1 < bytes.count else { throw DNSMessage.Malformed() }
                let target = (first & 0x3F) << 8 | Int(bytes[place + 1])
                after = after ?? place + 2
                // Only backwards: so it ends.
                guard target < place else { throw DNSMessage.Malformed() }
                place = target
                length += 1
            } else if first == 0 {
                position = after ?? place + 1
                return labels.joined(separator: ".")
            } else {
                guard first <= 63, place + 1 + first <= bytes.count else { throw DNSMessage.Malformed() }
                labels.append(String(decoding: bytes[place + 1..<place + 1 + first], as: UTF8.self).lowercased())
                place += 1 + first
                length += 1 + first
            }
            guard length <= 255 else { throw DNSMessage.Malformed() }
        }
    }
}
