import Connect

/// Sends elements into a split, as the sink of a part.
struct SplitSink: Sink {
    typealias Input = Bytes

    let door: DepartureDoor
    let limits: ExchangeLimits
    let kind: String
    /// Whether the hash of its key stands before each element.
    let isKeyed: Bool
    let split: OnLoop<SplitEnd>

    var descriptor: SinkDescriptor {
        SinkDescriptor(kind: kind, confirmation: .acknowledgement)
    }

    func makeWriter() -> Writer { Writer(sink: self) }

    struct Writer: SinkWriter {
        let sink: SplitSink

        mutating func write(
            _ batch: borrowing Batch<Bytes>, _ acknowledgement: consuming SinkAcknowledgement
        ) throws {
            var elements: [Bytes] = []
            elements.reserveCapacity(batch.count)
            var hashes: [UInt64] = []
            var bytes = 0
            for index in 0..<batch.count {
                var element = batch[index]
                if sink.isKeyed {
                    let parts = SplitKeys.parts(of: element)
                    hashes.append(parts.hash)
                    element = parts.element
                }
                try sink.limits.check(element, at: acknowledgement.position(of: index))
                bytes += ExchangeLimits.size(of: element)
                elements.append(element)
            }
            let write = SplitWrite(elements, hashes: hashes, acknowledgement)
            let size = bytes
            _ = try sink.door.pass(size) { sink.split.run { $0.take(write, size) } }
        }

        mutating func close(succeeded: Bool) throws {
            // Also where it has failed: what it has handed over before goes to its end.
            sink.door.post { sink.split.run { $0.noMore() } }
            try sink.door.waitUntilDone()
        }
    }
}

extension ExchangeLimits {
    /// Refuses an element that no frame has room for.
    func check(_ bytes: Bytes, at position: @autoclosure () -> Position?) throws {
        guard bytes.count > element else { return }
        let position = position()
        let place = position.map { " at \($0)" } ?? ""
        var error = ConnectorError(
            .limitExceeded,
            "an element\(place) has \(bytes.count) bytes, and at most \(element) can be sent to another instance; "
                + "make it smaller before it is split or merged")
        error.position = position
        throw error
    }
}
