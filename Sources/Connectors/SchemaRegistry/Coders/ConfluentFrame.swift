public import Connect

/// What stands before data whose schemas are in a registry: a byte of zero, and the schema's number in four bytes.
public enum ConfluentFrame {
    /// How many bytes it has.
    public static let byteCount = 5

    /// The number of the schema.
    ///
    /// - Parameter bytes: a datum with what stands before it
    /// - Returns: the number
    /// - Throws: `CoderError` where the bytes do not begin so
    public static func number(of bytes: Bytes) throws(CoderError) -> Int32 {
        guard bytes.count >= byteCount else {
            throw CoderError(
                .truncated, coder: coder, offset: Int64(bytes.count),
                "there are \(bytes.count) bytes, but a zero and the number of a schema take 5")
        }
        guard bytes[0] == 0 else {
            throw CoderError(
                .malformed, coder: coder, offset: 0,
                "it begins with another byte than zero, so no number of a schema follows; its sender does not use a registry"
            )
        }
        return bytes.withUnsafeBytes { Int32(bigEndian: $0.loadUnaligned(fromByteOffset: 1, as: Int32.self)) }
    }

    /// A datum with what stands before it.
    ///
    /// - Parameters:
    ///   - number: the schema's
    ///   - data: the datum
    /// - Returns: both
    public static func frame(_ number: Int32, _ data: Bytes) -> Bytes {
        BytesBuffer.filled(capacity: byteCount + data.count) { target in
            target.storeBytes(of: 0, toByteOffset: 0, as: UInt8.self)
            target.storeBytes(of: number.bigEndian, toByteOffset: 1, as: Int32.self)
            data.withUnsafeBytes { source in
                if let from = source.baseAddress, let to = target.baseAddress {
                    (to + byteCount).copyMemory(from: from, byteCount: source.count)
                }
            }
            return byteCount + data.count
        }
    }

    static let coder = "REGISTRY"
}
