import Connect

/// Writes numbers in binary.
enum AvroNumber {
    /// Appends a number of variable length.
    ///
    /// - Returns: how many bytes it has
    @discardableResult @inline(__always)
    static func append(_ value: Int64, to output: inout BytesBuilder) -> Int {
        var rest = UInt64(bitPattern: (value << 1) ^ (value >> 63))
        var count = 1
        while rest >= 0x80 {
            output.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
            count += 1
        }
        output.append(UInt8(truncatingIfNeeded: rest))
        return count
    }

    /// Appends four bytes.
    @inline(__always)
    static func append(_ value: Float, to output: inout BytesBuilder) {
        withUnsafeBytes(of: value.bitPattern.littleEndian) { output.append($0) }
    }

    /// Appends eight bytes.
    @inline(__always)
    static func append(_ value: Double, to output: inout BytesBuilder) {
        withUnsafeBytes(of: value.bitPattern.littleEndian) { output.append($0) }
    }
}
