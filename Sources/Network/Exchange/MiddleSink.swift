import Connect

/// Sends elements on to a merge, as the sink of a part behind a split.
struct MiddleSink: Sink {
    typealias Input = Bytes

    /// Elements with the positions of those that they were made of.
    struct Outputs: Sendable {
        var elements: [Bytes] = []
        var offsets: [Int64] = []
        var bytes = 0
    }

    let door: DepartureDoor
    let limits: ExchangeLimits
    let kind: String
    let middle: OnLoop<MiddleFlow>

    var descriptor: SinkDescriptor {
        SinkDescriptor(kind: kind, confirmation: .acknowledgement)
    }

    func makeWriter() -> Writer { Writer(sink: self) }

    struct Writer: SinkWriter {
        let sink: MiddleSink

        mutating func write(
            _ batch: borrowing Batch<Bytes>, _ acknowledgement: consuming SinkAcknowledgement
        ) throws {
            var outputs = Outputs()
            outputs.elements.reserveCapacity(batch.count)
            outputs.offsets.reserveCapacity(batch.count)
            for index in 0..<batch.count {
                let element = batch[index]
                try sink.limits.check(element, at: acknowledgement.position(of: index))
                guard let offset = acknowledgement.offset(of: index) else {
                    throw ConnectorError(.malformed, "an element came of which it is not known what it was made of")
                }
                outputs.elements.append(element)
                outputs.offsets.append(offset)
                outputs.bytes += ExchangeLimits.size(of: element)
            }
            let complete = outputs
            _ = try sink.door.pass(complete.bytes) { sink.middle.run { $0.take(complete) } }
            // The run's own commits say what is through, not what is done: for that the origin keeps its batches.
            acknowledgement.end()
        }
    }
}
