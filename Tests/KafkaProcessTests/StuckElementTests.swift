import Connect
import ConnectKafka
import ConnectTesting
import ProcessSupport
import Testing

extension KafkaProcessTests {
    @Suite("An element that is stuck")
    struct StuckElementTests {
        let scratch: Scratch
        let cluster: Cluster

        init() throws {
            scratch = try Scratch()
            cluster = try Cluster()
        }

        @Test("What is done behind it by other workers is not committed", arguments: [true, false])
        func isNeverPassed(isOrdered: Bool) async throws {
            // S-ACK-2, S-ORD-2
            let from = try await cluster.topic("from-\(isOrdered)", partitions: 1, in: scratch)
            let to = try await cluster.topic("to-\(isOrdered)", partitions: 4, in: scratch)
            let group = cluster.group("stuck-\(isOrdered)")
            try await cluster.write(0..<1000, to: from)
            let gate = Gate()
            defer { gate.open() }
            let pipeline = Pipeline("stuck")
                .root(KafkaSource(from, group: group, cluster.member()))
                .map { (message: KeyValue) in
                    if message.value == "500" { gate.pass() }
                    return message
                }
                .par(8, order: isOrdered ? .total : .unordered)
                .to(KafkaSink(to, cluster.configuration()))
            let result = try await whileRunning(pipeline, .watched(batchCapacity: 16)) { run in
                // Up to the batch of the stuck one all is committed; of the others those go by that need no order.
                try await run.waitForCommit(of: 484)
                if !isOrdered { try await eventually("those behind it") { run.written >= 900 } }
                // Commits are tried all the time: after some more looks nothing has gone further.
                for _ in 0..<3 {
                    let offsets = try await cluster.offsets(of: group, from, in: scratch)
                    #expect(offsets.allSatisfy { 484...500 ~= $0.committed }, "\(offsets)")
                }
                if isOrdered { #expect(run.written <= 500) }
                gate.open()
                try await run.waitForCommit(of: 1000)
                run.stop()
            }
            _ = try result.get()
            let offsets = try await cluster.offsets(of: group, from, in: scratch)
            #expect(offsets == [GroupOffset(partition: 0, committed: 1000, end: 1000)])
            let found = try await cluster.numbers(in: to, scratch)
            #expect(found.values.flatMap(\.self).sorted() == Array(0..<1000))
        }
    }
}
