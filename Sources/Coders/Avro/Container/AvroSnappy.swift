import CConnectZlib
import Connect

/// Packs and unpacks blocks in the format of snappy, with the checksum that Avro puts behind them. The format is small enough to be
/// read here, where no byte is looked at without a check.
enum AvroSnappy {
    private static let checksumBytes = 4

    /// Unpacks a block.
    ///
    /// - Parameters:
    ///   - packed: all of it, with its checksum
    ///   - limit: how many bytes it may become
    /// - Returns: what it becomes
    /// - Throws: `CoderError` where it is damaged, cut or beyond the limit
    static func unpacked(_ packed: UnsafeRawBufferPointer, limit: Int) throws(CoderError) -> Bytes {
        guard packed.count > checksumBytes else { throw AvroError.damagedBlock }
        let end = packed.count - checksumBytes
        var place = 0
        var length = 0
        var shift = 0
        while true {
            guard place < end, shift < 35 else { throw AvroError.damagedBlock }
            let byte = packed[place]
            place += 1
            length |= Int(byte & 0x7F) << shift
            if byte < 0x80 { break }
            shift += 7
        }
        guard length <= limit else { throw AvroError.tooLarge(limit) }
        var isWhole = false
        let result = BytesBuffer.filled(capacity: length) { target in
            isWhole = fill(
                UnsafeMutableRawBufferPointer(rebasing: target[..<length]),
                from: UnsafeRawBufferPointer(rebasing: packed[place..<end]))
            return length
        }
        let expected = UInt32(bigEndian: packed.loadUnaligned(fromByteOffset: end, as: UInt32.self))
        guard isWhole, result.withUnsafeBytes({ checksum($0) }) == expected else { throw AvroError.damagedBlock }
        return result
    }

    /// - Returns: whether the input made all of the output
    private static func fill(_ output: UnsafeMutableRawBufferPointer, from input: UnsafeRawBufferPointer) -> Bool {
        var place = 0
        var made = 0
        /// A number of some bytes, the lowest first; nil where there are not so many.
        func number(_ count: Int) -> Int? {
            guard input.count - place >= count else { return nil }
            var value = 0
            for index in 0..<count { value |= Int(input[place + index]) << (8 * index) }
            place += count
            return value
        }
        while place < input.count {
            let tag = Int(input[place])
            place += 1
            var count = tag >> 2
            if tag & 3 == 0 {
                if count >= 60 {
                    guard let found = number(count - 59) else { return false }
                    count = found
                }
                count += 1
                guard input.count - place >= count, output.count - made >= count else { return false }
                UnsafeMutableRawBufferPointer(rebasing: output[made..<(made + count)])
                    .copyMemory(from: UnsafeRawBufferPointer(rebasing: input[place..<(place + count)]))
                place += count
                made += count
                continue
            }
            let distance: Int
            if tag & 3 == 1 {
                guard let low = number(1) else { return false }
                distance = (tag >> 5) << 8 | low
                count = count & 7 + 4
            } else {
                guard let found = number(tag & 3 == 2 ? 2 : 4) else { return false }
                distance = found
                count += 1
            }
            guard distance > 0, distance <= made, output.count - made >= count else { return false }
            // Byte by byte: what is copied may be what was just written.
            for index in made..<(made + count) { output[index] = output[index - distance] }
            made += count
        }
        return made == output.count
    }

    /// Packs a block.
    static func packed(_ block: UnsafeRawBufferPointer) -> Bytes {
        var output = BytesBuilder()
        var rest = block.count
        while rest >= 0x80 {
            output.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        output.append(UInt8(rest))
        var start = 0
        var table = [Int32](repeating: -1, count: tableSize)
        while start < block.count {
            // Within so many bytes a distance takes two.
            let end = min(block.count, start + fragmentBytes)
            pack(UnsafeRawBufferPointer(rebasing: block[start..<end]), &table, into: &output)
            start = end
        }
        withUnsafeBytes(of: checksum(block).bigEndian) { output.append($0) }
        return output.take()
    }

    private static let fragmentBytes = 1 << 16
    private static let tableSize = 1 << 13

    private static func pack(
        _ input: UnsafeRawBufferPointer, _ table: inout [Int32], into output: inout BytesBuilder
    ) {
        for index in table.indices { table[index] = -1 }
        var literal = 0
        var place = 0
        while place + 4 <= input.count {
            let word = input.loadUnaligned(fromByteOffset: place, as: UInt32.self)
            let slot = Int((word &* 0x1E35_A7BD) >> 19)
            let candidate = Int(table[slot])
            table[slot] = Int32(place)
            guard candidate >= 0, input.loadUnaligned(fromByteOffset: candidate, as: UInt32.self) == word else {
                place += 1
                continue
            }
            var count = 4
            while place + count < input.count, input[place + count] == input[candidate + count] { count += 1 }
            append(literal: UnsafeRawBufferPointer(rebasing: input[literal..<place]), to: &output)
            let distance = place - candidate
            place += count
            literal = place
            while count > 0 {
                let part = min(count, 64)
                output.append(UInt8((part - 1) << 2 | 2))
                output.append(UInt8(truncatingIfNeeded: distance))
                output.append(UInt8(truncatingIfNeeded: distance >> 8))
                count -= part
            }
        }
        append(literal: UnsafeRawBufferPointer(rebasing: input[literal...]), to: &output)
    }

    private static func append(literal: UnsafeRawBufferPointer, to output: inout BytesBuilder) {
        if literal.isEmpty { return }
        let count = literal.count - 1
        if count < 60 {
            output.append(UInt8(count << 2))
        } else {
            output.append(61 << 2)
            output.append(UInt8(truncatingIfNeeded: count))
            output.append(UInt8(truncatingIfNeeded: count >> 8))
        }
        output.append(literal)
    }

    private static func checksum(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        UInt32(truncatingIfNeeded: crc32_z(0, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count))
    }
}
