import CConnectChecksum
import Connect

/// The checksum CRC-32C of RFC 3720 (polynomial 0x1EDC6F41, reflected), eight bytes at a time.
///
/// Where the processor has an instruction for it that is used: every byte that goes between members is summed twice, and
/// tables take more time than everything else that is done with it.
struct CastagnoliChecksum: Sendable {
    /// Whether the processor has an instruction.
    static let hasInstruction = connect_has_checksum() != 0

    // Table k says what a byte does to the checksum when k further bytes follow it.
    private static let tables: [UInt32] = {
        var tables: [UInt32] = []
        for number: UInt32 in 0..<256 {
            var value = number
            for _ in 0..<8 { value = value & 1 == 1 ? (value >> 1) ^ 0x82F6_3B78 : value >> 1 }
            tables.append(value)
        }
        for index in 256..<(8 * 256) {
            let before = tables[index - 256]
            tables.append((before >> 8) ^ tables[Int(before & 0xFF)])
        }
        return tables
    }()

    private var state = UInt32.max
    private let usesTables: Bool

    /// The checksum of no bytes.
    ///
    /// - Parameter usesTables: whether the processor's instruction is not used
    init(usesTables: Bool = !hasInstruction) {
        self.usesTables = usesTables
    }

    /// The checksum of all bytes so far.
    var value: UInt32 { ~state }

    /// Takes further bytes in.
    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        var index = 0
        if !usesTables {
            let words = bytes.count / 8
            state = connect_checksum(state, bytes.baseAddress, words)
            index = words * 8
        }
        if index < bytes.count { updateByTables(UnsafeRawBufferPointer(rebasing: bytes[index...])) }
    }

    private mutating func updateByTables(_ bytes: UnsafeRawBufferPointer) {
        var state = self.state
        Self.tables.withUnsafeBufferPointer { tables in
            var index = 0
            while index + 8 <= bytes.count {
                let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self))
                let low = UInt32(truncatingIfNeeded: word) ^ state
                let high = UInt32(truncatingIfNeeded: word >> 32)
                state = tables[0x700 + Int(low & 0xFF)] ^ tables[0x600 + Int((low >> 8) & 0xFF)]
                state ^= tables[0x500 + Int((low >> 16) & 0xFF)] ^ tables[0x400 + Int(low >> 24)]
                state ^= tables[0x300 + Int(high & 0xFF)] ^ tables[0x200 + Int((high >> 8) & 0xFF)]
                state ^= tables[0x100 + Int((high >> 16) & 0xFF)] ^ tables[Int(high >> 24)]
                index += 8
            }
            while index < bytes.count {
                state = tables[Int((state ^ UInt32(bytes[index])) & 0xFF)] ^ (state >> 8)
                index += 1
            }
        }
        self.state = state
    }

    /// Takes further bytes in.
    mutating func update(_ bytes: Bytes) {
        bytes.withUnsafeBytes { update($0) }
    }
}
