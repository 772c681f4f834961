#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Real threads and the real monotonic clock.
public final class SystemScheduler: Scheduler {
    /// The scheduler that runs use unless they are given another.
    public static let shared = SystemScheduler()

    /// None: the system schedules.
    public var simulation: (any Simulation)? { nil }

    /// The monotonic clock; a change of the time of day does not move it.
    public var now: MonotonicTime {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return MonotonicTime(nanoseconds: UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec))
    }

    /// The system's clock.
    public var timeOfDay: EventTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return EventTime(nanosecondsSinceEpoch: Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec))
    }

    /// Starts a detached POSIX thread.
    ///
    /// A thread that cannot be had (the limit of the process is reached) runs its body nowhere; the run would wait for
    /// it for ever, so the failure ends the process with a message.
    public func spawn(name: String, _ body: sending @escaping () -> Void) {
        let start = Unmanaged.passRetained(ThreadStart(name: name, body: body))
        #if os(Linux)
            var thread = pthread_t()
        #else
            var thread: pthread_t?
        #endif
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        let code = pthread_create(&thread, &attributes, threadEntry, start.toOpaque())
        pthread_attr_destroy(&attributes)
        precondition(code == 0, "Connect cannot start a thread (error \(code)); raise the limit of processes")
    }
}

private final class ThreadStart {
    let name: String
    let body: () -> Void

    init(name: String, body: sending @escaping () -> Void) {
        self.name = name
        self.body = body
    }
}

#if os(Linux)
    private func threadEntry(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        guard let argument else { return nil }
        let start = Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
        nameThread(start.name)
        start.body()
        return nil
    }

    // `pthread_setname_np` is not in the C library's module; the kernel takes the name by a file as well.
    private func nameThread(_ name: String) {
        let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        var text = String(name.prefix(15))
        text.withUTF8 { _ = write(file, $0.baseAddress, $0.count) }
        close(file)
    }
#else
    private func threadEntry(_ argument: UnsafeMutableRawPointer) -> UnsafeMutableRawPointer? {
        let start = Unmanaged<ThreadStart>.fromOpaque(argument).takeRetainedValue()
        pthread_setname_np(String(start.name.prefix(63)))
        start.body()
        return nil
    }
#endif
