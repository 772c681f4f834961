#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif
import Synchronization

/// Turns SIGINT and SIGTERM into calls on a thread of its own. One per process.
package enum SignalWatcher {
    /// Where the handler writes the number of a signal; a pipe, because a handler may do little else.
    private static let writeEnd = Atomic<Int32>(-1)

    /// Catches SIGINT and SIGTERM from now on, and ignores SIGPIPE, so that a closed pipe is an error of the write.
    ///
    /// - Parameters:
    ///   - others: further signals to catch
    ///   - handler: gets the number of each signal that comes, in order
    package static func start(catching others: [Int32] = [], _ handler: @escaping @Sendable (Int32) -> Void) {
        signal(SIGPIPE, SIG_IGN)
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { return }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        writeEnd.store(ends[1], ordering: .releasing)
        let readEnd = ends[0]
        SystemScheduler.shared.spawn(name: "signals") {
            var number: UInt8 = 0
            while true {
                let count = read(readEnd, &number, 1)
                if count == 1 { handler(Int32(number)) } else if count == 0 || errno != EINTR { return }
            }
        }
        for number in [SIGINT, SIGTERM] + others { signal(number, handle) }
    }

    private static let handle: @convention(c) (Int32) -> Void = { number in
        var byte = UInt8(truncatingIfNeeded: number)
        _ = write(SignalWatcher.writeEnd.load(ordering: .acquiring), &byte, 1)
    }
}

/// Which signals have come, and who is to be told.
final class SignalCount: Sendable {
    private struct State: Sendable {
        var count = 0
        var last: Int32?
        var handler: (@Sendable (Int) -> Void)?
    }

    private let state = Mutex(State())

    func note(_ number: Int32) {
        let (count, handler) = state.withLock { state in
            state.count += 1
            state.last = number
            return (state.count, state.handler)
        }
        handler?(count)
    }

    /// Tells somebody of the signals that have come and of those that will.
    ///
    /// - Parameter handler: gets 1 for the first signal, 2 for the second and so on
    func forward(to handler: @escaping @Sendable (Int) -> Void) {
        let missed = state.withLock { state in
            state.handler = handler
            return state.count
        }
        for count in 0..<missed { handler(count + 1) }
    }

    var last: Int32? { state.withLock { $0.last } }
}
