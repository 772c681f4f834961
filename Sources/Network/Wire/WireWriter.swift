import Connect
import NIOCore

/// Appends fields to the bytes of a frame, numbers with the most significant byte first.
struct WireWriter {
    var buffer: ByteBuffer

    mutating func append(_ number: some FixedWidthInteger & UnsignedInteger) {
        buffer.writeInteger(number)
    }

    /// Appends a text behind its length; a text that is too long is cut, at the end of a character.
    mutating func append(_ text: String) {
        var cut = Substring(text)
        while cut.utf8.count > WireLimits.maximumTextLength { cut.removeLast() }
        append(UInt16(cut.utf8.count))
        buffer.writeSubstring(cut)
    }

    mutating func append(_ flow: FlowAddress) {
        append(flow.exchange)
        append(flow.origin)
    }

    /// Appends elements, each behind its length: all are copied in one go, and only once.
    mutating func append(_ elements: [Bytes], length: Int) {
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: length) { room in
            var offset = 0
            for element in elements {
                room.storeBytes(of: UInt32(element.count).bigEndian, toByteOffset: offset, as: UInt32.self)
                offset += 4
                element.withUnsafeBytes { bytes in
                    UnsafeMutableRawBufferPointer(rebasing: room[offset...]).copyMemory(from: bytes)
                }
                offset += element.count
            }
            return offset
        }
    }
}
