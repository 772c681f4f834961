import Testing

@testable import ConnectNetwork

@Suite("How long a member waits before it dials again")
struct RedialDelayTests {
    private static func delay(seed: UInt64) -> RedialDelay {
        RedialDelay(first: .milliseconds(50), longest: .seconds(2), seed: seed)
    }

    // S-NET-5
    @Test("Waits double up to the longest, chance takes up to a half away, and all begins anew after a success")
    func grows() {
        for seed: UInt64 in 0..<100 {
            var delay = Self.delay(seed: seed)
            for whole in [50, 100, 200, 400, 800, 1600, 2000, 2000] {
                let wait = delay.next()
                #expect(wait >= .milliseconds(whole) / 2 && wait <= .milliseconds(whole), "seed \(seed)")
            }
            for _ in 0..<200 { _ = delay.next() }
            #expect(delay.next() <= .seconds(2))
            delay.reset()
            #expect(delay.next() <= .milliseconds(50))
        }
    }

    @Test("The same seed gives the same waits, and others give others")
    func seeded() {
        var (one, same, other) = (Self.delay(seed: 1), Self.delay(seed: 1), Self.delay(seed: 2))
        let waits = (0..<8).map { _ in one.next() }
        #expect(waits == (0..<8).map { _ in same.next() })
        #expect(waits != (0..<8).map { _ in other.next() })
    }
}
