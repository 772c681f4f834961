import Connect
import ConnectKafka
import ProcessSupport
import Testing

extension KafkaProcessTests {
    @Suite("Where reading begins and ends")
    struct PlaceTests {
        let scratch: Scratch
        let cluster: Cluster

        init() throws {
            scratch = try Scratch()
            cluster = try Cluster()
        }

        @Test(
            "A bounded source ends, goes on where it was after a limit and a restart, and gives nothing twice",
            arguments: [true, false])
        func bounded(hasGroup: Bool) async throws {
            // S-END-1, S-END-2, S-END-3
            let from = try await cluster.topic("from", partitions: 4, in: scratch)
            let store = MemoryCheckpointStore()
            let sink = CollectSink<KeyValue>()
            let group = hasGroup ? cluster.group("bounded") : nil
            func run(limit: Int? = nil) async throws -> Int {
                let source = Pipeline("bounded").root(KafkaSource.bounded(from, group: group, cluster.configuration()))
                let before = sink.elements.count
                var options = RunOptions.watched()
                options.checkpoints = store
                try await (limit.map { source.limit($0) } ?? source).to(sink).run(options)
                return sink.elements.count - before
            }
            #expect(try await run() == 0)
            try await cluster.write(0..<1000, to: from)
            #expect(try await run(limit: 300) == 300)
            #expect(try await run() == 700)
            #expect(try await run() == 0)
            try await cluster.write(1000..<1500, to: from)
            #expect(try await run(limit: 499) == 499)
            #expect(try await run() == 1)
            #expect(try await run() == 0)
            let found = sink.elements.compactMap { $0.value.flatMap { Int("\($0)") } }
            #expect(found.sorted() == Array(0..<1500))
            if let group {
                let offsets = try await cluster.offsets(of: group, from, in: scratch)
                #expect(offsets.allSatisfy { $0.committed == $0.end }, "\(offsets)")
            }
        }

        @Test("Reading begins at the offsets that are given where nothing is committed", arguments: [true, false])
        func offsets(isBounded: Bool) async throws {
            let from = try await cluster.topic("from", partitions: 1, in: scratch)
            try await cluster.write(0..<100, to: from)
            let start = KafkaStart.offsets([TopicPartition(from, 0): 40])
            let group = cluster.group("offsets-\(isBounded)")
            func source() -> KafkaSource {
                isBounded
                    ? .bounded(from, group: group, cluster.configuration(), start: start)
                    : KafkaSource(from, group: group, cluster.member(), start: start)
            }
            let sink = CollectSink<KeyValue>()
            try await Pipeline("first").root(source()).limit(10).to(sink).run(.watched())
            // What is committed comes first.
            try await Pipeline("second").root(source()).limit(50).to(sink).run(.watched())
            #expect(sink.elements.compactMap { $0.value.flatMap { Int("\($0)") } } == Array(40..<100))
        }

        @Test("Reading begins at the time that is given", arguments: [true, false])
        func timestamp(isBounded: Bool) async throws {
            if Cluster.real == nil {
                return skip("start at a time", "needs KAFKA_BOOTSTRAP; the embedded broker knows no times")
            }
            let from = try await cluster.topic("from", partitions: 2, in: scratch)
            let time = Int64(1_700_000_000_000)
            try await cluster.write(
                (0..<100).map {
                    KeyValue(
                        key: Bytes("\($0)"), value: Bytes("\($0)"),
                        timestamp: EventTime(millisecondsSinceEpoch: time + Int64($0)))
                }, to: from)
            let start = KafkaStart.timestamp(EventTime(millisecondsSinceEpoch: time + 40))
            let group = cluster.group("times-\(isBounded)")
            let source =
                isBounded
                ? KafkaSource.bounded(from, group: group, cluster.configuration(), start: start)
                : KafkaSource(from, group: group, cluster.member(), start: start)
            let sink = CollectSink<KeyValue>()
            try await Pipeline("times").root(source).limit(60).to(sink).run(.watched())
            #expect(Set(sink.elements.compactMap { $0.value.flatMap { Int("\($0)") } }) == Set(40..<100))
        }
    }
}
