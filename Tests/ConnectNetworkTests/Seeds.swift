import Foundation

/// The seeds of random tests: `CONNECT_SEEDS` says how many, `CONNECT_SEED` repeats a single one.
func seeds(_ count: Int) -> [UInt64] {
    let environment = ProcessInfo.processInfo.environment
    if let seed = environment["CONNECT_SEED"].flatMap(UInt64.init) { return [seed] }
    let wanted = environment["CONNECT_SEEDS"].flatMap(Int.init) ?? count
    return (0..<max(1, wanted)).map(UInt64.init)
}

/// Numbers that a seed decides.
struct SeededNumbers: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 0x1234_5678_9ABC_DEF1
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
