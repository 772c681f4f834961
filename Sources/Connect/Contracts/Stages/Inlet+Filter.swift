extension Inlet {
    /// Lets those elements pass for which a closure says yes; the others are done.
    @inlinable
    static func filter(
        _ context: StageContext, before next: Inlet<Element>, _ isIncluded: @escaping (Element) throws -> Bool
    ) -> Inlet<Element> {
        Inlet(before: next) { (batch: inout Batch<Element>) throws(Interruption) in
            let count = batch.count
            context.countReceived(batch, count)
            var kept = 0
            var index = 0
            var keep = false
            var interruption: Interruption?
            batch.makeRoomForOrigins()
            while index < count {
                // Taken out and put back: looked at where it stands, it would be retained for the time of the call.
                let element = batch.moveElement(at: index)
                keep = false
                do {
                    keep = try isIncluded(element)
                } catch {
                    do throws(Interruption) {
                        keep = try context.recoverFilter(error, element, batch.token, batch.origin(of: index)) {
                            try isIncluded($0)
                        }
                    } catch {
                        interruption = error
                        index += 1
                        break
                    }
                }
                batch.compact(from: index, to: kept)
                if keep {
                    batch.putBack(element, at: kept)
                    kept += 1
                }
                index += 1
            }
            try batch.pushCompacted(
                to: next, context, kept: kept, keepsLast: keep, seen: index, of: count, interruption)
        }
    }
}

extension StageContext {
    @usableFromInline
    func recoverFilter<Element>(
        _ error: any Error, _ element: Element, _ token: AckToken?, _ origin: Int,
        _ isIncluded: (Element) throws -> Bool
    ) throws(Interruption) -> Bool {
        try withoutActuallyEscaping(isIncluded) { (isIncluded) throws(Interruption) -> Bool in
            try recover(
                from: error, at: element, token: token, origin: origin, attempt: { try isIncluded(element) }) ?? false
        }
    }
}

extension Batch {
    /// An element in place; the caller does not keep it beyond the batch.
    @inlinable
    func element(at index: Int) -> Element {
        if Element.self == Bytes.self { return unsafeBitCast(column.bytes(at: index), to: Element.self) }
        return storage.elements[index]
    }

    @inlinable
    mutating func makeRoomForOrigins() {
        _ = storage.originsAllocated()
    }

    /// Moves what belongs to an element down to its new place: its origin, its time and, of bytes, where they stand.
    @inlinable
    mutating func compact(from index: Int, to place: Int) {
        let origins = storage.origins.unsafelyUnwrapped
        origins[place] = hasOrigins ? origins[index] : UInt16(truncatingIfNeeded: originBase + index)
        if Element.self == Bytes.self { column.ranges.pointer[place] = column.ranges.pointer[index] }
        if !eventTimes.isEmpty { eventTimes[place] = eventTimes[index] }
    }

    /// Puts an element that was taken out into its new place.
    @inlinable
    mutating func putBack(_ element: consuming Element, at place: Int) {
        if Element.self != Bytes.self { (storage.elements + place).initialize(to: element) }
    }

    /// Ends a compaction: destroys what was not looked at and notes whether origins are needed now.
    @inlinable
    mutating func endCompaction(kept: Int, seen: Int, of total: Int) {
        destroyElements(seen..<total)
        filled = kept
        if kept != total {
            hasOrigins = true
            if !eventTimes.isEmpty { eventTimes.removeLast(eventTimes.count - kept) }
        }
    }
}
