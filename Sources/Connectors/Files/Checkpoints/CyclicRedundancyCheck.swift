/// The checksum CRC-32 of ISO 3309, as gzip and Ethernet use it (polynomial 0x04C11DB7, reflected).
///
/// It finds every change of up to four bytes that stand together, so also every single altered byte.
enum CyclicRedundancyCheck {
    private static let table: [UInt32] = (0..<256).map { number in
        (0..<8).reduce(UInt32(number)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0xEDB8_8320 : value >> 1 }
    }

    /// The checksum of bytes.
    static func checksum(of bytes: some Sequence<UInt8>) -> UInt32 {
        ~bytes.reduce(UInt32.max) { value, byte in table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] ^ value >> 8 }
    }
}
