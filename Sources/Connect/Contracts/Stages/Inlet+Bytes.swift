extension Inlet where Element == Bytes {
    /// One element of bytes for each, written into the output's column without a value of its own.
    @inlinable
    static func mapBytes(
        _ context: StageContext, before next: Inlet<Bytes>,
        _ transform: @escaping (RawSpan, inout BytesBuilder) throws -> Void
    ) -> Inlet<Bytes> {
        let slot = BatchSlot<Bytes>()
        return Inlet(before: next) { (input: inout Batch<Bytes>) throws(Interruption) in
            let count = input.count
            let output = slot.pointer
            output.pointee.ensureCapacity(count)
            output.pointee.inheritOrigins(from: input, count: count)
            output.pointee.column.builder.reserve(input.column.byteCount + count)
            let token = input.takeToken()
            output.pointee.token = token
            input.filled = 0
            context.countReceived(input, count)
            var index = 0
            var interruption: Interruption?
            while index < count {
                let start = output.pointee.column.builder.used
                do {
                    try input.column.withUnsafeBytes(at: index) {
                        try transform($0.bytes, &output.pointee.column.builder)
                    }
                    output.pointee.endMappedBytes(startedAt: start, from: input, index)
                } catch {
                    output.pointee.column.builder.used = start
                    do throws(Interruption) {
                        try output.pointee.recoverBytes(context, error, from: input, index, ofInput: count, transform)
                    } catch {
                        interruption = error
                        index += 1
                        break
                    }
                }
                index += 1
            }
            if interruption != nil { output.pointee.endsUnterminated = false }
            input.reset()
            context.countFinished(count)
            context.countSent(output.pointee)
            try next.pushLast(output, interruption)
        }
    }

    /// Lets those elements pass for which a closure says yes.
    @inlinable
    static func filterBytes(
        _ context: StageContext, before next: Inlet<Bytes>, _ isIncluded: @escaping (RawSpan) throws -> Bool
    ) -> Inlet<Bytes> {
        Inlet(before: next) { (batch: inout Batch<Bytes>) throws(Interruption) in
            let count = batch.count
            context.countReceived(batch, count)
            var kept = 0
            var index = 0
            var keep = false
            var interruption: Interruption?
            batch.makeRoomForOrigins()
            while index < count {
                keep = false
                do {
                    keep = try batch.column.withUnsafeBytes(at: index) { try isIncluded($0.bytes) }
                } catch {
                    do throws(Interruption) {
                        keep = try context.recoverFilter(
                            error, batch.column.bytes(at: index), batch.token, batch.origin(of: index)
                        ) { bytes in try bytes.withSpan { try isIncluded($0) } }
                    } catch {
                        interruption = error
                        break
                    }
                }
                batch.compact(from: index, to: kept)
                if keep { kept += 1 }
                index += 1
            }
            try batch.pushCompacted(
                to: next, context, kept: kept, keepsLast: keep, seen: index, of: count, interruption)
        }
    }

    /// Changes each byte by itself, a whole column at a time.
    static func mapEachByte(
        _ context: StageContext, before next: Inlet<Bytes>, _ map: ByteMap
    ) -> Inlet<Bytes> {
        let slot = BatchSlot<Bytes>()
        return Inlet(before: next) { (input: inout Batch<Bytes>) throws(Interruption) in
            let count = input.count
            let output = slot.pointer
            output.pointee.ensureCapacity(count)
            output.pointee.inheritOrigins(from: input, count: count)
            output.pointee.token = input.takeToken()
            output.pointee.column.mapBytes(of: input.column, count: count, map)
            output.pointee.filled = count
            context.countReceived(input, count)
            context.countFinished(count)
            context.countSent(output.pointee)
            input.reset()
            try next.pushLast(output, nil)
        }
    }
}

extension BytesColumn {
    /// Makes this column of another by changing each byte by itself.
    mutating func mapBytes(of other: borrowing BytesColumn, count: Int, _ map: ByteMap) {
        clear()
        guard count > 0 else { return }
        let (low, high) = other.extent(count)
        isNewlineTerminated = other.isNewlineTerminated
        if high > low {
            // What stands between the elements is changed along with them: one straight loop is faster than a stop
            // at each, and the newlines are put right afterwards.
            builder.reserve(high - low + 1)
            map.apply(other.builder.buffer.base + low, builder.buffer.base, count: high - low)
            builder.used = high - low
        }
        let newline = map[0x0A] != 0x0A
        for index in 0..<count {
            let range = other.ranges.pointer[index]
            if range.start == BytesColumn.foreignMark {
                let source = other.foreign[Int(range.count)]
                let changed = source.withUnsafeBytes { bytes in
                    BytesBuffer.filled(capacity: bytes.count) { target in
                        if let from = bytes.baseAddress, let to = target.baseAddress {
                            map.apply(from, to, count: bytes.count)
                        }
                        return bytes.count
                    }
                }
                appendForeign(changed, at: index)
                continue
            }
            ranges.pointer[index] = ByteRange(start: range.start - UInt32(low), count: range.count)
            if newline, isNewlineTerminated {
                let end = Int(range.start) - low + Int(range.count)
                if end < builder.used { builder.buffer.base.storeBytes(of: 0x0A, toByteOffset: end, as: UInt8.self) }
            }
        }
    }

    /// From the first to behind the last byte of the elements in the buffer, with a newline behind them.
    @inlinable
    func extent(_ count: Int) -> (low: Int, high: Int) {
        var low = Int.max
        var high = 0
        for index in 0..<count where ranges.pointer[index].start != BytesColumn.foreignMark {
            let range = ranges.pointer[index]
            low = min(low, Int(range.start))
            high = max(high, Int(range.start) + Int(range.count))
        }
        if high <= low { return (0, low == .max ? 0 : min(builder.used, 1)) }
        return (low, isNewlineTerminated ? min(high + 1, builder.used) : high)
    }
}

extension Batch where Element == Bytes {
    @inlinable
    mutating func endMappedBytes(startedAt start: Int, from input: borrowing Batch<Bytes>, _ index: Int) {
        let place = count
        column.endElement(startedAt: start, index: place)
        filled += 1
        if place != index {
            storage.originsAllocated()[place] = UInt16(truncatingIfNeeded: input.origin(of: index))
        }
    }

    @usableFromInline
    mutating func recoverBytes(
        _ context: StageContext, _ error: any Error, from input: borrowing Batch<Bytes>, _ index: Int,
        ofInput inputCount: Int, _ transform: @escaping (RawSpan, inout BytesBuilder) throws -> Void
    ) throws(Interruption) {
        let bytes = input.column.bytes(at: index)
        let origin = input.origin(of: index)
        let result: Bytes? = try context.recover(
            from: error, at: bytes, token: token, origin: origin,
            attempt: {
                var builder = BytesBuilder()
                try bytes.withSpan { try transform($0, &builder) }
                return builder.take()
            })
        if let result {
            appendMapped(result, from: input, index)
        } else {
            leaveIdentity(ofInput: inputCount)
            if index == inputCount - 1 { endsUnterminated = false }
        }
    }
}

extension Batch {
    /// Hands on what a filter has kept.
    @inlinable
    mutating func pushCompacted(
        to next: Inlet<Element>, _ context: StageContext, kept: Int, keepsLast: Bool, seen: Int, of total: Int,
        _ interruption: Interruption?
    ) throws(Interruption) {
        if !keepsLast || seen < total { endsUnterminated = false }
        endCompaction(kept: kept, seen: seen, of: total)
        context.countFinished(total)
        context.countSent(self)
        if kept < seen { context.countFiltered(seen - kept) }
        if kept == 0, interruption == nil {
            takeToken()?.release()
            reset()
            return
        }
        try next.push(&self)
        if let interruption { throw interruption }
    }
}
