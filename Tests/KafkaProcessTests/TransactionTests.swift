import Connect
import ConnectKafka
import ConnectKafkaEmbedded
import ProcessSupport
import Testing

extension KafkaProcessTests {
    @Suite("Exactly once")
    struct TransactionTests {
        let scratch: Scratch
        let cluster: Cluster

        init() throws {
            scratch = try Scratch()
            cluster = try Cluster()
        }

        struct Fault: Sendable, CustomTestStringConvertible {
            var kind: EmbeddedKafka.RequestKind
            var code: Int32
            var count = 1
            /// How many transactions it aborts; nil where it ends the pipeline.
            var aborts: Int?

            var testDescription: String { "request \(kind.rawValue) fails with \(KafkaErrorCode(rawValue: code).name)" }
        }

        static let faults: [Fault] = [
            // Retried by the client, or by the same call again.
            Fault(kind: .initProducerID, code: 15, aborts: 0),
            Fault(kind: .addPartitionsToTransaction, code: 14, aborts: 0),
            Fault(kind: .addOffsetsToTransaction, code: 51, aborts: 0),
            Fault(kind: .transactionalOffsetCommit, code: 14, aborts: 0),
            Fault(kind: .endTransaction, code: 16, aborts: 0),
            // The transaction is aborted, and done again.
            Fault(kind: .addPartitionsToTransaction, code: 29, aborts: 1),
            Fault(kind: .addOffsetsToTransaction, code: 30, aborts: 1),
            Fault(kind: .transactionalOffsetCommit, code: 22, aborts: 1),
            Fault(kind: .transactionalOffsetCommit, code: 25, aborts: 1),
            // Another instance has the transactional id now.
            Fault(kind: .endTransaction, code: 47, aborts: nil),
            Fault(kind: .addPartitionsToTransaction, code: 47, aborts: nil),
            Fault(kind: .initProducerID, code: 53, aborts: nil),
        ]

        private func pipeline(_ from: String, _ to: String, group: String) -> Pipeline {
            Pipeline("exactly once")
                .root(KafkaSource(from, group: group, cluster.member()))
                .limit(400)
                .to(
                    KafkaSink(to, cluster.configuration())
                        .exactlyOnce(transactionalId: "copy-\(group)").permittingEmbeddedTransactions())
        }

        @Test(
            "Each error of each call has its documented outcome", .enabled(if: Cluster.real == nil),
            arguments: TransactionTests.faults)
        func outcome(_ fault: Fault) async throws {
            let (from, to) = (
                try await cluster.topic("from", partitions: 2, in: scratch),
                try await cluster.topic("to", partitions: 2, in: scratch)
            )
            try await cluster.write(0..<400, to: from)
            let embedded = try #require(cluster.embedded)
            try embedded.failNext(
                fault.kind, with: Array(repeating: KafkaErrorCode(rawValue: fault.code), count: fault.count))
            let pipeline = pipeline(from, to, group: "g")
            guard let aborts = fault.aborts else {
                await #expect(throws: PipelineError.self) { try await pipeline.run(.watched()) }
                return
            }
            let report = try await pipeline.run(.watched())
            #expect(report.abortedTransactions == aborts)
            #expect(report.committed.reduce(0) { $0 + $1.offset } == 400)
            // The embedded broker shows what was aborted, too: nothing is missing, that it is not there twice a broker with
            // isolation shows.
            let found = try await cluster.numbers(in: to, scratch).values.flatMap { $0 }
            #expect(Set(found) == Set(0..<400))
            if aborts == 0 { #expect(found.count == 400) }
        }

        @Test("A Kafka with transactions shows each element once, also where the pipeline is stopped and started again")
        func isolation() async throws {
            guard Cluster.real != nil else {
                return skip("exactly once for a reader with isolation", "needs a real cluster in KAFKA_BOOTSTRAP")
            }
            let (from, to) = (
                try await cluster.topic("from", partitions: 4, in: scratch),
                try await cluster.topic("to", partitions: 4, in: scratch)
            )
            try await cluster.write(0..<800, to: from)
            let group = cluster.group("g")
            for _ in 0..<2 { try await pipeline(from, to, group: group).run(.watched()) }
            let found = try await cluster.numbers(in: to, scratch).values.flatMap { $0 }
            #expect(found.sorted() == Array(0..<800))
        }

        @Test("An embedded broker is refused, and so are sinks that do not fit")
        func refusals() async throws {
            let (from, to) = (
                try await cluster.topic("from", partitions: 4, in: scratch),
                try await cluster.topic("to", partitions: 4, in: scratch)
            )
            let sink = KafkaSink(to, cluster.configuration()).exactlyOnce(transactionalId: "t")
            if Cluster.real == nil {
                let pipeline = Pipeline("refused")
                    .root(KafkaSource(from, group: cluster.group("g"), cluster.member())).to(sink)
                let error = await #expect(throws: PipelineError.self) { try await pipeline.run(.watched()) }
                #expect(error?.message.contains("an embedded Kafka cannot be written to exactly once") == true)
            }
            #expect(throws: PlanError.self) {
                try Pipeline("list").root(ListSource([KeyValue(value: "")])).to(sink).plan()
            }
            let elsewhere = KafkaSink(to, ["bootstrap.servers": "elsewhere:9092"]).exactlyOnce(transactionalId: "t")
            #expect(throws: PlanError.self) {
                try Pipeline("two").root(KafkaSource(from, group: "g", cluster.member())).to(elsewhere).plan()
            }
            let plan = try Pipeline("pair").root(KafkaSource(from, group: "g", cluster.member())).to(sink).plan()
            #expect("\(plan)".contains("guarantee  exactly-once"))
        }
    }
}
