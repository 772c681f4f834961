/// A hash of bytes that is the same in every run and on every machine: FNV-1a of 64 bits
/// (draft-eastlake-fnv), followed by the finaliser of SplitMix64 so that all its bits are good.
package enum StableHash {
    /// The hash of some bytes.
    ///
    /// - Parameters:
    ///   - span: the bytes
    ///   - seed: another one gives a hash that has nothing to do with this one
    /// - Returns: 64 bits, all of them good
    package static func value(_ span: RawSpan, seed: UInt64) -> UInt64 {
        span.withUnsafeBytes { value($0, seed: seed) }
    }

    /// The hash of some bytes.
    ///
    /// - Parameters:
    ///   - bytes: the bytes
    ///   - seed: another one gives a hash that has nothing to do with this one
    /// - Returns: 64 bits, all of them good
    package static func value(_ bytes: some Sequence<UInt8>, seed: UInt64) -> UInt64 {
        var hash = 0xcbf2_9ce4_8422_2325 ^ mixed(seed)
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        return mixed(hash)
    }

    /// Two independent ones, which differ for different bytes as good as always.
    ///
    /// - Parameter span: the bytes
    /// - Returns: 128 bits
    package static func pair(_ span: RawSpan) -> UInt128 {
        UInt128(value(span, seed: 1)) << 64 | UInt128(value(span, seed: 2))
    }

    private static func mixed(_ value: UInt64) -> UInt64 {
        var value = value &+ 0x9e37_79b9_7f4a_7c15
        value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
        value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
        return value ^ (value >> 31)
    }
}
