/// A function of a byte, as a table of its 256 values, and where it can be as a few ranges that are shifted.
///
/// A closure call for each byte would take ten times as long.
struct ByteMap: Sendable {
    /// Neighbouring bytes that all change by the same amount, such as the lower case letters.
    private struct Shift: Sendable {
        var low: UInt8
        /// The last one's distance from the first.
        var span: UInt8
        var amount: UInt8

        /// By how much a byte changes.
        @inline(__always)
        func change(of byte: UInt8) -> UInt8 { byte &- low <= span ? amount : 0 }
    }

    private let table: [UInt8]
    /// Nil where a look into the table is quicker.
    private let shifts: [Shift]?

    /// Calls a function once for every byte there is.
    init(_ transform: (UInt8) -> UInt8) {
        table = (0...255).map { transform(UInt8($0)) }
        shifts = ByteMap.shifts(of: table)
    }

    /// The value for a byte.
    subscript(byte: UInt8) -> UInt8 { table[Int(byte)] }

    /// Writes the values for bytes; the two must not overlap.
    func apply(_ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, count: Int) {
        if let shifts { return apply(shifts, source, target, count: count) }
        table.withUnsafeBufferPointer { table in
            for offset in 0..<count {
                let byte = source.load(fromByteOffset: offset, as: UInt8.self)
                target.storeBytes(of: table[Int(byte)], toByteOffset: offset, as: UInt8.self)
            }
        }
    }

    /// Without a branch or a look into memory, so that the compiler works on many bytes at once.
    private func apply(
        _ shifts: [Shift], _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, count: Int
    ) {
        let first = shifts[0]
        let second = shifts[1]
        for offset in 0..<count {
            let byte = source.load(fromByteOffset: offset, as: UInt8.self)
            let changed = byte &+ first.change(of: byte) &+ second.change(of: byte)
            target.storeBytes(of: changed, toByteOffset: offset, as: UInt8.self)
        }
    }

    /// - Returns: two, of which one or both may do nothing; nil where two are not enough
    private static func shifts(of table: [UInt8]) -> [Shift]? {
        var shifts: [Shift] = []
        for byte in UInt8.min...UInt8.max {
            let amount = table[Int(byte)] &- byte
            if amount == 0 { continue }
            if let last = shifts.last, last.amount == amount, last.low + last.span + 1 == byte {
                shifts[shifts.count - 1].span += 1
            } else {
                shifts.append(Shift(low: byte, span: 0, amount: amount))
            }
        }
        if shifts.count > 2 { return nil }
        while shifts.count < 2 { shifts.append(Shift(low: 0, span: 0, amount: 0)) }
        return shifts
    }
}
