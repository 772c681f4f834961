extension Batch {
    /// Moves the first elements into another, empty batch, which gets a hold on the token.
    ///
    /// The rest moves up; meant for the rare batch that is too large for who takes it.
    mutating func moveFirst(_ wanted: Int, into target: inout Batch<Element>) {
        let taken = min(wanted, count)
        moveRange(0..<taken, into: &target)
        if Element.self == Bytes.self {
            (column.ranges.pointer).update(from: column.ranges.pointer + taken, count: count - taken)
        } else {
            (storage.elements).moveInitialize(from: storage.elements + taken, count: count - taken)
        }
        if hasOrigins, let origins = storage.origins {
            origins.update(from: origins + taken, count: count - taken)
        } else {
            originBase += taken
        }
        if !eventTimes.isEmpty { eventTimes.removeFirst(taken) }
        filled -= taken
        if count == 0 { takeToken()?.release() }
    }

    /// Moves a range of elements into another, empty batch, which gets a hold on the token. The caller accounts for
    /// the hole.
    @usableFromInline
    mutating func moveRange(_ range: Range<Int>, into target: inout Batch<Element>) {
        target.ensureCapacity(range.count)
        if Element.self == Bytes.self {
            target.column.share(column, range)
        } else {
            target.storage.elements.moveInitialize(from: storage.elements + range.lowerBound, count: range.count)
        }
        target.filled = range.count
        target.hasOrigins = hasOrigins
        target.originBase = originBase + range.lowerBound
        if hasOrigins, let origins = storage.origins {
            target.storage.originsAllocated().update(from: origins + range.lowerBound, count: range.count)
        }
        if !eventTimes.isEmpty { target.eventTimes = Array(eventTimes[range]) }
        target.endsUnterminated = endsUnterminated && range.upperBound == count
        token?.addHold()
        target.token = token
    }

    /// Hands all elements on in slices; the batch is empty afterwards. Where the receiver interrupts, the slices not
    /// yet handed on are dropped.
    ///
    /// - Parameters:
    ///   - scratch: an empty batch whose storage is used for the slices
    ///   - size: how many elements the next slice may have at most; at least 1
    ///   - body: takes a slice over
    /// - Throws: why the receiver, or the size, interrupted
    @usableFromInline
    mutating func consumeSlices(
        using scratch: inout Batch<Element>,
        size: () throws(Interruption) -> Int,
        _ body: (inout Batch<Element>) throws(Interruption) -> Void
    ) throws(Interruption) {
        var next = 0
        let total = count
        do {
            while next < total {
                let wanted = try max(1, size())
                // The receiver takes it over as a whole.
                if next == 0, wanted >= total { break }
                let range = next..<min(total, next + wanted)
                moveRange(range, into: &scratch)
                next = range.upperBound
                try body(&scratch)
                scratch.clear()
            }
        } catch {
            scratch.clear()
            if next < total { token?.mark(.stop, at: origin(of: next)) }
            takeToken()?.release()
            destroyElements(next..<total)
            reset()
            throw error
        }
        if next < total {
            do throws(Interruption) { try body(&self) } catch {
                clear()
                throw error
            }
            return
        }
        takeToken()?.release()
        reset()
    }

    /// Drops the elements from an index on; who calls it has marked the token.
    mutating func truncate(to kept: Int) {
        guard kept < count else { return }
        destroyElements(kept..<count)
        filled = kept
        endsUnterminated = false
        if !eventTimes.isEmpty { eventTimes.removeLast(eventTimes.count - kept) }
    }
}

extension BytesColumn {
    /// Takes a range of another column over by sharing its buffer.
    mutating func share(_ other: borrowing BytesColumn, _ range: Range<Int>) {
        clear()
        builder.buffer = other.builder.buffer
        builder.used = other.builder.used
        isShared = true
        base = other.base
        isNewlineTerminated = other.isNewlineTerminated
        ranges.pointer.update(from: other.ranges.pointer + range.lowerBound, count: range.count)
        if !other.foreign.isEmpty {
            for index in 0..<range.count where ranges.pointer[index].start == BytesColumn.foreignMark {
                let value = other.foreign[Int(ranges.pointer[index].count)]
                ranges.pointer[index].count = UInt32(foreign.count)
                foreign.append(value)
                foreignBytes += value.count
            }
        }
    }
}
