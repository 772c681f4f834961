import Connect

/// Appends fields to the bytes of a frame, numbers with the most significant byte first.
struct WireWriter {
    var bytes: [UInt8]

    mutating func append(_ number: some FixedWidthInteger & UnsignedInteger) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// Appends a text behind its length; a text that is too long is cut, at the end of a character.
    mutating func append(_ text: String) {
        var cut = Substring(text)
        while cut.utf8.count > WireLimits.maximumTextLength { cut.removeLast() }
        append(UInt16(cut.utf8.count))
        bytes.append(contentsOf: cut.utf8)
    }

    mutating func append(_ flow: FlowAddress) {
        append(flow.exchange)
        append(flow.origin)
    }
}
