import Connect
import ConnectTesting
import Testing

/// A group gives partitions to others while a run ends.
@Suite struct TakenAwayTests {
    // S-ACK-4, S-ACK-7
    @Test(
        "At the end a commit of what was taken away is tried for some seconds, and then left to the next owner",
        arguments: [0, 4, 100])
    func leavesItToOthers(failures: Int) throws {
        let source = GroupSource(failures: failures)
        let report = try simulate { _ in Pipeline("taken").root(source).to(CollectSink()) }
        #expect(report.offset == (failures < 100 ? 10 : nil))
        #expect(report.elementsRead == 10)
        #expect(report.duration < .seconds(30))
    }

    // S-ACK-7
    @Test("While the last elements go to their end the client of the source is served, and closing it is waited for")
    func servesWhileDraining() throws {
        let source = GroupSource(failures: 0)
        try simulate { scheduler in
            Pipeline("served").root(source).buffer(10).map { element in
                scheduler.sleep(for: .seconds(1))
                return element
            }.to(CollectSink())
        }
        let events = source.events.value
        #expect(events.last == "closed")
        #expect(events.count { $0 == "served" } >= 5)
    }
}

/// A source with a client that wants to be served, whose commits are refused at first, and that takes long to close.
private struct GroupSource: Source {
    let failures: Int
    let events = Shared<[String]>([])

    var descriptor: SourceDescriptor {
        SourceDescriptor(
            kind: "GroupSource", origin: "", isBounded: true, resumption: .source, hasDuties: true)
    }

    func makeReader() -> Reader { Reader(committer: Committer(failures: Shared(failures)), events: events) }

    struct Reader: SourceReader {
        let committer: Committer
        let events: Shared<[String]>
        var context: SourceContext?

        mutating func open(_ context: SourceContext) throws {
            self.context = context
        }

        mutating func poll(into batch: inout SourceBatch<Int>, deadline: MonotonicTime) throws -> SourcePoll {
            guard let context else { return .ended }
            let partition = context.partitions.partition(named: "0")
            for element in 0..<10 { batch.append(element, partition: partition, offset: Int64(element)) }
            return .ended
        }

        mutating func service(now: MonotonicTime) -> MonotonicTime? {
            events.change { $0.append("served") }
            return now.advanced(by: .seconds(1))
        }

        func makeCommitter() -> (any PositionCommitter)? { committer }

        mutating func close() {
            context?.scheduler.sleep(for: .seconds(2))
            events.change { $0.append("closed") }
        }
    }

    struct Committer: PositionCommitter {
        let failures: Shared<Int>

        func commit(_ positions: [Position]) throws {
            let isRefused = failures.change { failures in
                failures -= 1
                return failures >= 0
            }
            if isRefused { throw ConnectorError(.takenAway, "somebody else has it") }
        }
    }
}
