#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The numbers by which starts of the same member are told apart: each is higher than those before it.
enum InstanceNumber {
    /// A number for a start now: the time of day in milliseconds, since nothing else lasts longer than the machine is up.
    static func next() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return UInt64(max(0, time.tv_sec)) * 1000 + UInt64(max(0, time.tv_nsec)) / 1_000_000
    }
}
