extension Inlet {
    /// Spaces elements: at most `count` in any `period`, evenly, without bursts after a pause of the source.
    ///
    /// What the source did not use is gone. What the stage itself was late with, because the system woke its thread late or
    /// the stages behind took their time, is made up for, up to 50 ms of it: else the rate would be lower the busier the
    /// machine is. While it waits for a place in time the stage serves the timers behind it.
    static func throttle(
        _ context: StageContext, before next: Inlet<Element>, _ count: Int, per period: Duration
    ) -> Inlet<Element> {
        let spacing = period.wholeNanoseconds / UInt64(max(1, count))
        let scratch = BatchSlot<Element>()
        // Below the precision of a thread's wake-up single elements go in small groups, so that the rate holds.
        let group = max(1, Int(clamping: 1_000_000 / max(1, spacing)))
        var pace = ThrottlePace()
        return Inlet(before: next) { (batch: inout Batch<Element>) throws(Interruption) in
            context.countReceived(batch.count)
            pace.resume(at: context.run.scheduler.now)
            try batch.consumeSlices(using: &scratch.pointer.pointee) { () throws(Interruption) in
                group
            } _: { (slice: inout Batch<Element>) throws(Interruption) in
                try context.wait(until: pace.due, ticking: next)
                pace.advance(at: context.run.scheduler.now, by: spacing * UInt64(slice.count))
                context.countSent(slice.count)
                try next.push(&slice)
            }
            pace.pause(at: context.run.scheduler.now)
        }
    }
}

/// The places in time that elements get.
private struct ThrottlePace {
    /// What is made up for at most.
    static let allowance = Duration.milliseconds(50)

    /// The next place in time.
    private(set) var due = MonotonicTime(nanoseconds: 0)
    /// Since when the source has given nothing.
    private var pausedAt = MonotonicTime(nanoseconds: 0)

    /// The source gives something again: what it has not used is gone.
    mutating func resume(at now: MonotonicTime) {
        guard due < now else { return }
        due = due.advanced(by: now.elapsed(since: max(due, pausedAt)))
    }

    /// Gives the place that is due to elements.
    ///
    /// - Parameters:
    ///   - now: when they go
    ///   - time: how long until the next, in nanoseconds
    mutating func advance(at now: MonotonicTime, by time: UInt64) {
        if now.elapsed(since: min(due, now)) > ThrottlePace.allowance {
            due = MonotonicTime(nanoseconds: now.nanoseconds - ThrottlePace.allowance.wholeNanoseconds)
        }
        due = due.advanced(by: .nanoseconds(Int64(clamping: time)))
    }

    /// All that was given has gone.
    mutating func pause(at now: MonotonicTime) {
        pausedAt = now
    }
}

extension StageContext {
    /// Waits until a time; the timers of the stages behind fire meanwhile.
    func wait<Element>(until due: MonotonicTime, ticking next: Inlet<Element>) throws(Interruption) {
        while true {
            let now = run.scheduler.now
            if now >= due { return }
            let timer = try next.tick(now)
            guard run.sleep(until: min(due, timer)) else { throw .stop }
        }
    }
}
