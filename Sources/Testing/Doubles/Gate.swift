public import Connect

/// Holds threads of stages up until it is opened.
public final class Gate: Sendable {
    private let isOpen: Guarded<Bool>
    private let changed: Monitor.Condition

    /// A closed gate.
    ///
    /// - Parameter scheduler: whose threads wait at it
    public init(_ scheduler: any Scheduler = SystemScheduler.shared) {
        isOpen = Guarded(false, scheduler: scheduler)
        changed = isOpen.monitor.makeCondition()
    }

    /// Waits until the gate is open.
    public func pass() {
        isOpen.waitWithLock { isOpen in isOpen ? .done(()) : .wait(changed) }
    }

    /// Lets through who waits and who comes later.
    public func open() {
        isOpen.withLock { isOpen in
            isOpen = true
            changed.broadcast()
        }
    }
}
