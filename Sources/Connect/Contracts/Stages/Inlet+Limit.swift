extension Inlet {
    // Lets exactly a number of elements through, then stops everything before it; `number` counts the limits of the
    // chain from 1.
    static func limit(
        _ context: StageContext, before next: Inlet<Element>, _ count: Int, number: Int
    ) -> Inlet<Element> {
        var left = count
        return Inlet(before: next) { (batch: inout Batch<Element>) throws(Interruption) in
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
    }
}
