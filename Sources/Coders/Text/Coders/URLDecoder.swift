public import Connect

/// A ``ResourceURL`` from the bytes that ``URLEncoder`` makes, and from no others.
public struct URLDecoder: Coder {
    /// What it takes.
    public typealias Input = Bytes
    /// What it gives.
    public typealias Output = ResourceURL

    /// The most bytes that scheme, path and name may have, each.
    public var maxFieldBytes: Int

    /// A decoder of resource names.
    ///
    /// - Parameter maxFieldBytes: the most bytes that scheme, path and name may have, each; 1 ... 2³¹ - 1
    public init(maxFieldBytes: Int = 64 << 10) {
        self.maxFieldBytes = maxFieldBytes
    }

    /// `URL-DECODE`
    public var name: String { "URL-DECODE" }

    /// Makes the instance of a worker.
    ///
    /// - Throws: `CoderError` where ``maxFieldBytes`` is out of its range
    public func makeInstance() throws -> Instance {
        try checkFieldLimit(maxFieldBytes, coder: name)
        return Instance(name: name, limit: maxFieldBytes)
    }

    /// Decodes for one worker.
    public struct Instance: CoderInstance {
        let name: String
        let limit: Int

        /// The resource's name that bytes hold.
        ///
        /// - Throws: `CoderError` with the offset where the bytes are not of the format: `truncated`,
        ///   `limitExceeded` or `malformed`
        public mutating func convert(_ input: Bytes) throws -> ResourceURL {
            var reader = URLReader(bytes: input, coder: name, limit: limit)
            let schemeStart = reader.offset
            let scheme = try reader.field("scheme")
            guard ResourceURLRules.isScheme(scheme) else {
                throw reader.error(
                    .malformed, at: schemeStart, "the scheme is not one; \(ResourceURLRules.schemeAdvice)")
            }
            let path = try reader.field("path")
            let resource = try reader.field("name")
            let modified = try reader.modified()
            try reader.end()
            return ResourceURL(scheme: scheme.description, path: path, name: resource, modified: modified)
        }
    }
}

/// Reads field after field; every length is checked before anything is taken.
private struct URLReader {
    let bytes: Bytes
    let coder: String
    let limit: Int
    var offset = 0

    init(bytes: Bytes, coder: String, limit: Int) {
        self.bytes = bytes
        self.coder = coder
        self.limit = limit
    }

    mutating func field(_ title: String) throws -> Bytes {
        let start = offset
        let count = Int(try number(UInt32.self, "the length of the \(title)"))
        guard count <= limit else {
            throw error(
                .limitExceeded, at: start,
                "the \(title) is said to have \(count) bytes, but maxFieldBytes is \(limit); raise it if such names are "
                    + "expected, or check that the bytes are of this format")
        }
        return try take(count, "the \(title)")
    }

    mutating func modified() throws -> EventTime? {
        let start = offset
        switch try take(1, "whether the time of change is known")[0] {
        case 0: return nil
        case 1: return EventTime(nanosecondsSinceEpoch: try number(Int64.self, "the time of change"))
        case let mark:
            throw error(.malformed, at: start, "the mark before the time of change is \(mark), but must be 0 or 1")
        }
    }

    func end() throws {
        guard offset == bytes.count else {
            throw error(
                .malformed, at: offset,
                "\(bytes.count - offset) bytes follow, but nothing may; check that the bytes are one whole resource name"
            )
        }
    }

    private mutating func number<Number: FixedWidthInteger>(_ type: Number.Type, _ title: String) throws -> Number {
        try take(type.bitWidth / 8, title).reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
    }

    private mutating func take(_ count: Int, _ title: String) throws -> Bytes {
        guard count <= bytes.count - offset else {
            throw error(
                .truncated, at: offset,
                "\(title) takes \(count) bytes, but \(bytes.count - offset) are left; the bytes were cut, or are not of "
                    + "this format")
        }
        defer { offset += count }
        return bytes[offset..<(offset + count)]
    }

    func error(_ code: CoderError.Code, at offset: Int, _ text: String) -> CoderError {
        CoderError(code, coder: coder, offset: Int64(offset), text)
    }
}
