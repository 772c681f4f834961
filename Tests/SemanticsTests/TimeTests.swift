import Connect
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The clock of runs on real threads.
@Suite struct TimeTests {
    private static func monotonic() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    // S-TRG-3
    @Test func `Time comes from the monotonic clock, which setting the time of day does not move`() {
        let before = Self.monotonic()
        let now = SystemScheduler.shared.now.nanoseconds
        #expect(before <= now && now <= Self.monotonic())
    }

    // S-TRG-3
    @Test func `A wait with a deadline waits for an instant of the monotonic clock`() {
        let state = Guarded(0, scheduler: SystemScheduler.shared)
        let condition = state.monitor.makeCondition()
        let deadline = SystemScheduler.shared.now.advanced(by: .milliseconds(30))
        // By another clock the deadline would be long past, so that each look would be followed at once by the next.
        let looks = state.waitWithLock { looks in
            looks += 1
            return SystemScheduler.shared.now >= deadline ? .done(looks) : .wait(condition, until: deadline)
        }
        #expect(looks <= 20)
    }
}
