/// Spreads batches over the lanes of a segment whose order is kept per key: equal keys go to the same lane.
///
/// A key that is much more frequent than others fills its lane and then stops the entry.
final class KeyScatter<Element: Sendable> {
    private let lanes: [Channel<Element>]
    private let keys: KeyLanes<Element>
    private let parts: [BatchSlot<Element>]
    private let scratch = BatchSlot<Element>()
    private let duties: SourceDuties?

    init(lanes: [Channel<Element>], keys: KeyLanes<Element>, duties: SourceDuties?) {
        self.duties = duties
        self.lanes = lanes
        self.keys = keys
        parts = lanes.map { _ in BatchSlot() }
    }

    var inlet: Inlet<Element> {
        Inlet(
            push: { (batch: inout Batch<Element>) throws(Interruption) in try self.push(&batch) },
            tick: { self.duties?.serve(at: $0) ?? .distantFuture },
            flush: { () throws(Interruption) in
                for lane in self.lanes { try lane.pushBarrier() }
            },
            finish: {
                for lane in self.lanes { lane.end() }
            })
    }

    private func push(_ batch: inout Batch<Element>) throws(Interruption) {
        let count = batch.count
        let token = batch.takeToken()
        batch.filled = 0
        for part in parts { part.pointer.pointee.ensureCapacity(count) }
        for index in 0..<count {
            let element = batch.moveElement(at: index)
            let lane = Int(UInt(bitPattern: keys.hash(element)) % UInt(lanes.count))
            parts[lane].pointer.pointee.append(element, origin: batch.origin(of: index))
        }
        batch.reset()
        defer { token?.release() }
        var interruption: Interruption?
        for (part, lane) in zip(parts, lanes) where part.pointer.pointee.count > 0 {
            part.pointer.pointee.hasOrigins = true
            token?.addHold()
            part.pointer.pointee.token = token
            do throws(Interruption) {
                if interruption == nil { try lane.push(&part.pointer.pointee, scratch: scratch) }
            } catch {
                interruption = error
            }
            part.pointer.pointee.clear()
        }
        if let interruption { throw interruption }
    }
}
