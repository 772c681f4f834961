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

    /// How many words a lane has, where three of them are summed at once.
    static let laneWords = 128

    // Table k says what a byte of the state, counted from the lowest, becomes when a lane of zeros follows: the checksum is
    // linear, so that the sums of lanes can be put together.
    private static let laneTables: [UInt32] = {
        let bits = (0..<32).map { bit in
            (0..<(laneWords * 8)).reduce(UInt32(1) << bit) { state, _ in
                tables[Int(state & 0xFF)] ^ (state >> 8)
            }
        }
        return (0..<(4 * 256)).map { index in
            let (byte, value) = (index / 256, index % 256)
            return (0..<8).reduce(0) { $0 ^ (value >> $1 & 1 == 1 ? bits[byte * 8 + $1] : 0) }
        }
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
            index = updateByLanes(bytes)
            let words = (bytes.count - index) / 8
            state = connect_checksum(state, bytes.baseAddress.map { $0 + index }, words)
            index += words * 8
        }
        if index < bytes.count { updateByTables(UnsafeRawBufferPointer(rebasing: bytes[index...])) }
    }

    /// Takes in three lanes after the other, as long as there are as many.
    ///
    /// - Returns: how many bytes were taken in
    private mutating func updateByLanes(_ bytes: UnsafeRawBufferPointer) -> Int {
        let length = 3 * Self.laneWords * 8
        guard bytes.count >= length, let base = bytes.baseAddress else { return 0 }
        var state = self.state
        var index = 0
        Self.laneTables.withUnsafeBufferPointer { tables in
            func behindLane(_ state: UInt32) -> UInt32 {
                tables[Int(state & 0xFF)] ^ tables[0x100 + Int((state >> 8) & 0xFF)]
                    ^ tables[0x200 + Int((state >> 16) & 0xFF)] ^ tables[0x300 + Int(state >> 24)]
            }
            while bytes.count - index >= length {
                let lanes = connect_checksum_three(state, base + index, Self.laneWords)
                state = behindLane(behindLane(lanes.first) ^ lanes.second) ^ lanes.third
                index += length
            }
        }
        self.state = state
        return index
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
