import Connect
import ConnectKafka
import ConnectKafkaEmbedded
import ConnectTesting
import ProcessSupport
import Testing

extension KafkaProcessTests {
    @Suite("A group that changes its shares")
    struct RebalanceTests {
        let scratch: Scratch
        let cluster: Cluster

        init() throws {
            scratch = try Scratch()
            cluster = try Cluster()
        }

        @Test(
            "What is under way of partitions is done and committed before others read them, also when two come at once",
            arguments: ["range", "cooperative-sticky"])
        func drains(assignor: String) async throws {
            // S-ACK-7
            let from = try await cluster.topic("from", partitions: 8, in: scratch)
            let to = try await cluster.topic("to", partitions: 4, in: scratch)
            let group = cluster.group("drain")
            let member = cluster.member(["partition.assignment.strategy": assignor])
            let pipeline = Pipeline("member").root(KafkaSource(from, group: group, member))
                .map { $0 }.par(2).to(KafkaSink(to, cluster.configuration()))
            let numbers = Numbers(cluster, from)
            let result = try await whileRunning(pipeline) { first in
                try await numbers.write(5000)
                try await first.waitForCommit(of: 2000)
                let second = try PipelineRun(pipeline, .watched())
                let third = try PipelineRun(pipeline, .watched())
                // Written all the time, so that there is something under way at each change.
                try await numbers.write(until: "shares of all three") { second.written > 0 && third.written > 0 }
                second.stop()
                _ = try await second.value()
                try await numbers.write(until: "the first and third go on alone") { [before = numbers.count] in
                    numbers.count > before + 3000
                }
                third.stop()
                _ = try await third.value()
                try await numbers.write(1000)
                try await waitForCommits(group, from)
                first.stop()
            }
            _ = try result.get()
            let found = try await cluster.numbers(in: to, scratch).values.flatMap(\.self)
            #expect(Set(found) == Set(0..<numbers.count))
            print("rebalance, \(assignor): \(found.count - Set(found).count) of \(numbers.count) twice")
            // The embedded broker refuses some commits in the middle of a change.
            if Cluster.real != nil { #expect(found.count == numbers.count) }
        }

        @Test("Of partitions that were lost nothing is committed; they are read again from what is")
        func lost() async throws {
            // S-ACK-7
            if Cluster.real != nil { return skip("lost partitions", "a real cluster has no faults on demand") }
            let from = try await cluster.topic("from", partitions: 1, in: scratch)
            let to = try await cluster.topic("to", partitions: 1, in: scratch)
            try await cluster.write(0..<100, to: from)
            let gate = Gate()
            defer { gate.open() }
            let log = RunLog()
            let pipeline = Pipeline("lost")
                .root(KafkaSource(from, group: "lost", cluster.member()))
                .map { (message: KeyValue) in
                    if message.value == "50" { gate.pass() }
                    return message
                }
                .buffer(10)
                .to(KafkaSink(to, cluster.configuration()))
            let result = try await whileRunning(pipeline, .watched(log, batchCapacity: 1)) { run in
                try await run.waitForCommit(of: 50)
                try cluster.embedded?.failNext(.heartbeat, with: [KafkaErrorCode(rawValue: 25)])
                try await eventually("the loss; \(log.lines)") { log.count("given up before all") > 0 }
                let offsets = try await cluster.offsets(of: "lost", from, in: scratch)
                #expect(offsets == [GroupOffset(partition: 0, committed: 50, end: 100)])
                gate.open()
                try await run.waitForCommit(of: 100)
                run.stop()
            }
            _ = try result.get()
            let found = try await cluster.numbers(in: to, scratch)
            #expect(Set(found.values.flatMap(\.self)) == Set(0..<100))
        }

        /// Waits until the group has committed all of a topic.
        private func waitForCommits(_ group: String, _ topic: String) async throws {
            var offsets: [GroupOffset] = []
            for _ in 0..<200 {
                offsets = try await cluster.offsets(of: group, topic, in: scratch)
                if offsets.allSatisfy({ $0.committed == $0.end }) { return }
            }
            throw TestFailure("not all is committed: \(offsets)")
        }
    }
}

/// Writes numbers to a topic, one after the other.
final class Numbers {
    private let cluster: Cluster
    private let topic: String
    /// How many were written.
    private(set) var count = 0

    init(_ cluster: Cluster, _ topic: String) {
        self.cluster = cluster
        self.topic = topic
    }

    func write(_ more: Int) async throws {
        try await cluster.write(count..<count + more, to: topic)
        count += more
    }

    /// Writes until a condition holds.
    func write(until what: String, _ isTrue: () -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(120)
        while !isTrue() {
            if ContinuousClock.now > end { throw TestFailure("not within two minutes: \(what)") }
            try await write(200)
        }
    }
}
