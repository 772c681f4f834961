extension Inlet {
    /// Spaces elements: at most `count` in any `period`, evenly, without bursts after a pause.
    ///
    /// The next place in time is never earlier than now, so what a stalled source did not use is gone. While it waits
    /// for that time the stage serves the timers behind it.
    static func throttle(
        _ context: StageContext, before next: Inlet<Element>, _ count: Int, per period: Duration
    ) -> Inlet<Element> {
        let spacing = period.wholeNanoseconds / UInt64(max(1, count))
        let scratch = BatchSlot<Element>()
        // Below the precision of a thread's wake-up single elements go in small groups, so that the rate holds.
        let group = max(1, Int(clamping: 1_000_000 / max(1, spacing)))
        var due = MonotonicTime(nanoseconds: 0)
        return Inlet(before: next) { (batch: inout Batch<Element>) throws(Interruption) in
            context.countReceived(batch.count)
            try batch.consumeSlices(using: &scratch.pointer.pointee) { () throws(Interruption) in
                group
            } _: { (slice: inout Batch<Element>) throws(Interruption) in
                try context.wait(until: due, ticking: next)
                let now = context.run.scheduler.now
                let size = UInt64(slice.count)
                due = max(due, now).advanced(by: .nanoseconds(Int64(clamping: spacing * size)))
                context.countSent(slice.count)
                try next.push(&slice)
            }
        }
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
