#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A lock with conditions to wait on, each wait with a deadline.
///
/// `Mutex` of the standard library has nothing to wait on. In a simulation the calls go to the seeded scheduler.
public final class Monitor: @unchecked Sendable {
    // Proof for `@unchecked Sendable`: the pointer and `simulation` never change; the mutex is made for sharing, and all
    // else behind the pointer is touched only by who holds it. `isHeld` is used only in a simulation, where exactly one
    // thread runs at a time.
    private struct Memory {
        var mutex = pthread_mutex_t()
        var isHeld = false
        /// Signalled under the lock, to be woken when it is given back.
        var due: Unmanaged<Condition>?
    }

    // A pointer instead of stored properties: no exclusivity check per call.
    private let memory: UnsafeMutablePointer<Memory>
    let simulation: (any Simulation)?

    init(simulation: (any Simulation)?) {
        self.simulation = simulation
        memory = .allocate(capacity: 1)
        memory.initialize(to: Memory())
        pthread_mutex_init(mutex, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        memory.deallocate()
    }

    private var mutex: UnsafeMutablePointer<pthread_mutex_t> {
        // The mutex is the first field.
        UnsafeMutableRawPointer(memory).assumingMemoryBound(to: pthread_mutex_t.self)
    }

    /// Takes the lock.
    public func lock() {
        guard let simulation else {
            pthread_mutex_lock(mutex)
            return
        }
        simulation.willLock()
        while memory.pointee.isHeld { simulation.willLock() }
        memory.pointee.isHeld = true
    }

    /// Gives the lock back.
    public func unlock() {
        if simulation != nil {
            memory.pointee.isHeld = false
            return
        }
        let due = memory.pointee.due
        memory.pointee.due = nil
        pthread_mutex_unlock(mutex)
        if let due { due.takeRetainedValue().wakeOne() }
    }

    /// Runs a closure under the lock.
    @inline(__always)
    public func withLock<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
        lock()
        defer { unlock() }
        return try body()
    }

    /// Something to wait for under the lock of one monitor.
    public final class Condition: @unchecked Sendable {
        // Proof for `@unchecked Sendable`: the pointers never change, `waiters` is read and written under the
        // monitor's lock only; the condition variable is made for sharing.
        private let condition: UnsafeMutablePointer<pthread_cond_t>
        private let waiters: UnsafeMutablePointer<Int>
        private let monitor: Monitor

        init(monitor: Monitor) {
            self.monitor = monitor
            waiters = .allocate(capacity: 1)
            waiters.initialize(to: 0)
            condition = .allocate(capacity: 1)
            #if os(Linux)
                var attributes = pthread_condattr_t()
                pthread_condattr_init(&attributes)
                pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
                pthread_cond_init(condition, &attributes)
                pthread_condattr_destroy(&attributes)
            #else
                pthread_cond_init(condition, nil)
            #endif
        }

        deinit {
            pthread_cond_destroy(condition)
            condition.deallocate()
            waiters.deallocate()
        }

        /// Waits under the monitor's lock until the condition is signalled or the deadline has passed; it may also
        /// return for no reason, so the caller looks again at what it waits for.
        public func wait(until deadline: MonotonicTime = .distantFuture) {
            if let simulation = monitor.simulation {
                monitor.memory.pointee.isHeld = false
                simulation.wait(on: ObjectIdentifier(self), until: deadline)
                while monitor.memory.pointee.isHeld { simulation.willLock() }
                monitor.memory.pointee.isHeld = true
                return
            }
            monitor.wakeDue()
            waiters.pointee += 1
            if deadline == .distantFuture {
                pthread_cond_wait(condition, monitor.mutex)
            } else {
                waitReal(until: deadline)
            }
            waiters.pointee -= 1
        }

        private func waitReal(until deadline: MonotonicTime) {
            #if os(Linux)
                var time = timespec(
                    tv_sec: Int(clamping: deadline.nanoseconds / 1_000_000_000),
                    tv_nsec: Int(deadline.nanoseconds % 1_000_000_000)
                )
                pthread_cond_timedwait(condition, monitor.mutex, &time)
            #else
                let now = SystemScheduler.shared.now.nanoseconds
                let rest = deadline.nanoseconds > now ? deadline.nanoseconds - now : 0
                var time = timespec(
                    tv_sec: Int(clamping: rest / 1_000_000_000), tv_nsec: Int(rest % 1_000_000_000))
                pthread_cond_timedwait_relative_np(condition, monitor.mutex, &time)
            #endif
        }

        /// Wakes one waiting thread, if there is one; called under the lock.
        ///
        /// It is woken when the lock is given back: woken earlier, it would run into the lock and sleep once more.
        public func signal() {
            if let simulation = monitor.simulation {
                simulation.signal(ObjectIdentifier(self), all: false)
            } else if waiters.pointee > 0 {
                monitor.wakeLater(self)
            }
        }

        /// Wakes all waiting threads; called under the lock.
        public func broadcast() {
            if let simulation = monitor.simulation {
                simulation.signal(ObjectIdentifier(self), all: true)
            } else if waiters.pointee > 0 {
                pthread_cond_broadcast(condition)
            }
        }

        fileprivate func wakeOne() {
            pthread_cond_signal(condition)
        }
    }

    /// Keeps a condition for the end of the lock; there is room for one, which is nearly always enough.
    private func wakeLater(_ condition: Condition) {
        if memory.pointee.due == nil {
            memory.pointee.due = .passRetained(condition)
        } else {
            condition.wakeOne()
        }
    }

    /// Wakes at once what was kept, because the lock is given up by waiting.
    private func wakeDue() {
        guard let due = memory.pointee.due else { return }
        memory.pointee.due = nil
        due.takeRetainedValue().wakeOne()
    }

    /// Makes a condition that is waited for under this monitor's lock.
    public func makeCondition() -> Condition {
        Condition(monitor: self)
    }
}
