/// An element of a type of its own that was cut out of bytes: dead letters hold these.
package protocol ByteRecord: Sendable {
    /// The bytes as they came.
    var originalBytes: Bytes { get }
    /// How much memory it takes with what it refers to, in bytes.
    var occupiedBytes: Int { get }
}

extension ByteRecord {
    package var occupiedBytes: Int { originalBytes.count }
}
