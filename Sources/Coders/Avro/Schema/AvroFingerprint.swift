/// The 64-bit Rabin fingerprint of the Avro specification.
enum AvroFingerprint {
    private static let empty: UInt64 = 0xc15d_213a_a4d7_a795

    private static let table: [UInt64] = (0..<256).map { byte in
        (0..<8).reduce(UInt64(byte)) { value, _ in (value >> 1) ^ (empty & (0 &- (value & 1))) }
    }

    static func rabin(_ bytes: some Sequence<UInt8>) -> UInt64 {
        bytes.reduce(empty) { value, byte in (value >> 8) ^ table[Int((value ^ UInt64(byte)) & 0xFF)] }
    }
}
