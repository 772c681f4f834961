import Connect

/// Takes the fields of a frame out of its bytes; nothing is believed that the bytes do not hold.
struct WireReader {
    private let bytes: Bytes
    private var offset = 0
    private let kind: Frame.Kind

    /// A reader of a frame's content.
    ///
    /// - Parameters:
    ///   - bytes: the content, without the header
    ///   - kind: the type of the frame, for errors
    init(_ bytes: Bytes, of kind: Frame.Kind) {
        self.bytes = bytes
        self.kind = kind
    }

    var remaining: Int { bytes.count - offset }

    mutating func number<Number: FixedWidthInteger & UnsignedInteger>(
        _ type: Number.Type = Number.self
    ) throws(ProtocolError) -> Number {
        let field = try take(MemoryLayout<Number>.size)
        return field.withUnsafeBytes { Number(bigEndian: $0.loadUnaligned(as: Number.self)) }
    }

    mutating func take(_ count: Int) throws(ProtocolError) -> Bytes {
        guard count <= remaining else {
            throw ProtocolError(.truncated, "a frame of type \(kind) ends before all of its fields")
        }
        defer { offset += count }
        return bytes[offset..<(offset + count)]
    }

    mutating func text() throws(ProtocolError) -> String {
        let count = Int(try number(UInt16.self))
        guard count <= WireLimits.maximumTextLength else {
            throw ProtocolError(
                .malformed,
                "a text of \(count) bytes stands in a frame of type \(kind), at most "
                    + "\(WireLimits.maximumTextLength) are allowed")
        }
        // Texts get into logs: what could be taken for the end of a line there is refused.
        guard let text = String(validating: try take(count)),
            !text.unicodeScalars.contains(where: { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) })
        else { throw ProtocolError(.malformed, "a text in a frame of type \(kind) is not plain UTF-8") }
        return text
    }

    mutating func flow() throws(ProtocolError) -> FlowAddress {
        FlowAddress(exchange: try number(), origin: try number())
    }

    /// Makes sure that all was read.
    func end() throws(ProtocolError) {
        guard remaining == 0 else {
            throw ProtocolError(.truncated, "\(remaining) bytes stand behind the fields of a frame of type \(kind)")
        }
    }
}
