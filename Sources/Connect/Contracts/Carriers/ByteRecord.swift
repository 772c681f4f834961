/// An element of a type of its own that was cut out of bytes: dead letters hold these.
package protocol ByteRecord: Sendable {
    /// The bytes as they came.
    var originalBytes: Bytes { get }
}
