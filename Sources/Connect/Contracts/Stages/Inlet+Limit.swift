extension Inlet {
    // Lets exactly a number of elements through, then stops everything before it; `number` counts the limits of the
    // chain from 1.
    static func limit(
        _ context: StageContext, before next: Inlet<Element>, _ count: Int, number: Int
    ) -> Inlet<Element> {
        let rollback = context.run.rollback
        let place = "limit \(number)"
        var left = rollback?.restored(place) as? Int ?? count
        let push = { (batch: inout Batch<Element>) throws(Interruption) in
            context.countReceived(batch.count)
            if left <= 0 { throw .stop }
            if batch.count < left {
                left -= batch.count
                context.countSent(batch.count)
                return try next.push(&batch)
            }
            if let token = batch.takeToken() {
                token.mark(.limit(number), at: batch.origin(of: left - 1) + 1)
                batch.token = LimitedToken(token, limit: number)
            }
            batch.truncate(to: left)
            context.countSent(left)
            left = 0
            try next.push(&batch)
            throw .stop
        }
        guard let rollback else { return Inlet(before: next, push: push) }
        let flush = { () throws(Interruption) in
            rollback.save(left, of: place)
            try next.flush()
        }
        return Inlet(push: push, tick: next.tick, flush: flush, finish: next.finish)
    }
}
