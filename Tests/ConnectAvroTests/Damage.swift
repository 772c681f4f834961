/// What may become of a datum on the way.
enum Damage {
    /// The datum cut before each byte, and with each bit turned.
    static func all(of data: [UInt8]) -> [[UInt8]] {
        let cut = data.indices.map { Array(data[..<$0]) }
        let turned = (0..<data.count * 8).map { bit in
            var copy = data
            copy[bit / 8] ^= UInt8(1 << (bit % 8))
            return copy
        }
        return cut + turned
    }
}
