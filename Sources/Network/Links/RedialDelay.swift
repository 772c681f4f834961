/// How long a member waits before it dials another one again: longer from time to time, and not as long as others wait.
struct RedialDelay: Sendable, Hashable {
    private let first: Duration
    private let longest: Duration
    private var failures = 0
    private var state: UInt64

    /// The waits for one other member.
    ///
    /// - Parameters:
    ///   - first: about how long the first wait is
    ///   - longest: how long no wait is exceeded
    ///   - seed: decides what chance decides
    init(first: Duration, longest: Duration, seed: UInt64) {
        self.first = first
        self.longest = longest
        state = seed
    }

    /// The next wait: between half of its length and all of it, and the next one is twice as long.
    mutating func next() -> Duration {
        let whole = min(longest, first * (1 << min(failures, 20)))
        failures += 1
        return whole / 2 + (whole / 2) * Int(draw() % 1024) / 1024
    }

    /// Begins with the first wait again.
    mutating func reset() { failures = 0 }

    private mutating func draw() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
        return bits ^ (bits >> 31)
    }
}
