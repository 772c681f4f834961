import Connect

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Waits in the system until a descriptor can be read, so that a deadline or the run's interrupt ends the wait.
struct DescriptorWaiter: Sendable {
    /// Why a wait ended.
    enum Outcome: Sendable {
        /// A read will not wait: there are bytes, or the end.
        case readable
        /// The deadline has passed.
        case timedOut
        /// The run wants nothing more.
        case interrupted
    }

    private let wake: WakePipe
    private let scheduler: any Scheduler

    init(interrupt: Interrupt, scheduler: any Scheduler) throws(ConnectorError) {
        let wake = try WakePipe()
        self.wake = wake
        self.scheduler = scheduler
        // The closure keeps the pipe open for as long as it could be called.
        interrupt.onRaise { wake.signal() }
    }

    func wait(for descriptor: Int32, until deadline: MonotonicTime) throws(SystemError) -> Outcome {
        var requests = [
            pollfd(fd: wake.readEnd, events: Int16(POLLIN), revents: 0),
            pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0),
        ]
        while true {
            let timeout = milliseconds(until: deadline)
            if poll(&requests, nfds_t(requests.count), timeout) < 0 {
                if SystemError.last.number == EINTR { continue }
                throw SystemError.last
            }
            if requests[0].revents != 0 { return .interrupted }
            if requests[1].revents & Int16(POLLNVAL) != 0 { throw SystemError(number: EBADF) }
            if requests[1].revents != 0 { return .readable }
            if scheduler.now >= deadline { return .timedOut }
        }
    }

    /// What `poll` takes as a time-out: rounded up, so that it does not return a moment before the deadline and spin.
    private func milliseconds(until deadline: MonotonicTime) -> Int32 {
        if deadline == .distantFuture { return -1 }
        let rest = deadline.elapsed(since: scheduler.now).wholeNanoseconds
        return Int32(clamping: (rest + 999_999) / 1_000_000)
    }
}

/// A pipe whose reading end becomes readable when something has happened, and stays so.
private final class WakePipe: Sendable {
    let readEnd: Int32
    private let writeEnd: Int32

    init() throws(ConnectorError) {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw ConnectorError(SystemError.last, cannot: "make a pipe to be woken by") }
        for end in ends {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        readEnd = ends[0]
        writeEnd = ends[1]
    }

    deinit {
        close(readEnd)
        close(writeEnd)
    }

    func signal() {
        var byte: UInt8 = 1
        // A full pipe is readable already; any other failure cannot be mended here.
        _ = write(writeEnd, &byte, 1)
    }
}
