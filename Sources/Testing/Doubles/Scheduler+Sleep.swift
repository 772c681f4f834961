public import Connect

extension Scheduler {
    /// Keeps the calling thread waiting for a while; in a simulation the time is virtual and costs nothing.
    ///
    /// - Parameter duration: how long; zero and less return at once
    public func sleep(for duration: Duration) {
        let deadline = now.advanced(by: duration)
        let nothing = Guarded((), scheduler: self)
        let never = nothing.monitor.makeCondition()
        nothing.waitWithLock { _ in
            now >= deadline ? .done(()) : .wait(never, until: deadline)
        }
    }
}
