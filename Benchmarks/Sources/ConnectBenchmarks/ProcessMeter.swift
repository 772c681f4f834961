#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Measures a piece of work in this process.
enum ProcessMeter {
    /// The monotonic clock, in nanoseconds.
    static var now: UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Processor time of all threads so far, user and system, in seconds.
    static var processor: Double {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// The most memory that was resident so far, in bytes.
    ///
    /// Linux counts into `ru_maxrss` also what the parent had when it started this process, so it is asked elsewhere.
    static var peakBytes: Int? {
        #if os(Linux)
            guard let text = SmallFile.read("/proc/self/status") else { return nil }
            guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }) else { return nil }
            return line.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first
                .flatMap { Int($0) }.map { $0 * 1024 }
        #else
            var usage = rusage()
            guard getrusage(RUSAGE_SELF, &usage) == 0 else { return nil }
            return usage.ru_maxrss
        #endif
    }

    /// Runs a program and measures it.
    static func measure(_ program: Program, elements: Int) throws -> Measurement {
        let before = (wall: now, processor: processor)
        let latency = try program(elements)
        let after = (wall: now, processor: processor)
        return Measurement(
            elements: elements, wall: Double(after.wall - before.wall) / 1e9,
            processor: after.processor - before.processor, peakBytes: peakBytes, latency: latency)
    }
}

/// A contender that is a part of this program: gets the number of elements.
typealias Program = @Sendable (Int) throws -> Measurement.Latency?
