import Connect
import ConnectKafka
import ConnectKafkaEmbedded
import ProcessSupport
import Testing

extension KafkaProcessTests {
    @Suite("Brokers in trouble")
    struct BrokerFaultTests {
        let scratch: Scratch

        init() throws {
            scratch = try Scratch()
        }

        /// A pipeline from one topic of four partitions to another.
        private func copy(_ cluster: Cluster) async throws -> (pipeline: Pipeline, from: String, to: String) {
            let from = try await cluster.topic("from", partitions: 4, in: scratch)
            let to = try await cluster.topic("to", partitions: 4, in: scratch)
            let pipeline = Pipeline("copy")
                .root(KafkaSource(from, group: cluster.group("copy"), cluster.member()))
                .to(KafkaSink(to, cluster.configuration()))
            return (pipeline, from, to)
        }

        @Test(
            "Where the client's queue is full it is waited for: nothing is lost, and partitions keep their order",
            arguments: [false, true])
        func queueFull(hasTimes: Bool) async throws {
            // S-MEM-1: with times and without, since the client has a call of its own for each
            let cluster = try Cluster()
            let to = try await cluster.topic("to-\(hasTimes)", partitions: 4, in: scratch)
            let messages = (0..<5000).map { number in
                KeyValue(
                    key: Bytes("\(number % 10)"), value: Bytes("\(number)"),
                    timestamp: hasTimes ? EventTime(millisecondsSinceEpoch: 1_700_000_000_000 + Int64(number)) : nil)
            }
            let configuration = cluster.configuration(["queue.buffering.max.messages": "7", "linger.ms": "0"])
            try await Pipeline("full").root(ListSource(messages)).to(KafkaSink(to, configuration)).run(.watched())
            let found = try await cluster.numbers(in: to, scratch)
            #expect(found.count == 4)
            #expect(found.values.flatMap(\.self).sorted() == Array(0..<5000))
            for numbers in found.values { #expect(numbers == numbers.sorted()) }
        }

        @Test("Where partitions get other leaders, nothing is lost")
        func leaderChange() async throws {
            if Cluster.real != nil { return skip("leader change", "a real cluster has no faults on demand") }
            let kafka = try EmbeddedKafka(brokers: 3)
            let cluster = Cluster(embedded: kafka)
            let (pipeline, from, to) = try await copy(cluster)
            let result = try await whileRunning(pipeline) { run in
                for round in 0..<4 {
                    try await cluster.write(round * 1000..<(round + 1) * 1000, to: from)
                    if round.isMultiple(of: 2) { try await run.waitForCommit(of: Int64(round + 1) * 1000) }
                    for topic in [from, to] {
                        for partition in 0..<4 {
                            try kafka.setLeader(of: topic, partition, to: (partition + round) % 3 + 1)
                        }
                    }
                }
                try await run.waitForCommit(of: 4000)
                run.stop()
            }
            _ = try result.get()
            let found = try await cluster.numbers(in: to, scratch)
            #expect(Set(found.values.flatMap(\.self)) == Set(0..<4000))
        }

        @Test("A cluster that is away for five seconds is waited for: nothing is lost, and the log says it once")
        func away() async throws {
            // Reliability rule 11
            if Cluster.real != nil { return skip("cluster away", "a real cluster has no faults on demand") }
            let kafka = try EmbeddedKafka()
            let cluster = Cluster(embedded: kafka)
            let (pipeline, from, to) = try await copy(cluster)
            let log = RunLog()
            try await cluster.write(0..<1000, to: from)
            let result = try await whileRunning(pipeline, .watched(log)) { run in
                try await run.waitForCommit(of: 1000)
                try kafka.takeDown()
                try await eventually("the log") { log.count("away") > 0 }
                let end = ContinuousClock.now + .seconds(5)
                try await eventually("five seconds") { ContinuousClock.now > end }
                try kafka.bringUp()
                try await cluster.write(1000..<2000, to: from)
                try await run.waitForCommit(of: 2000)
                run.stop()
            }
            _ = try result.get()
            let found = try await cluster.numbers(in: to, scratch)
            #expect(Set(found.values.flatMap(\.self)) == Set(0..<2000))
            // The source has a client, and the sink has one.
            #expect(1...2 ~= log.count("away, waiting for it"), "\(log.lines)")
            #expect(log.count("is back") == log.count("away, waiting for it"), "\(log.lines)")
        }

        @Test("Where one of three brokers is away, work with the others goes on, and the log does not go to and fro")
        func oneOfThree() async throws {
            if Cluster.real != nil { return skip("one broker away", "a real cluster has no faults on demand") }
            let kafka = try EmbeddedKafka(brokers: 3)
            let cluster = Cluster(embedded: kafka)
            let (pipeline, from, to) = try await copy(cluster)
            for topic in [from, to] {
                for partition in 0..<4 { try kafka.setLeader(of: topic, partition, to: 1) }
            }
            try kafka.setCoordinator(of: .group(cluster.group("copy")), to: 1)
            let log = RunLog()
            var count = 0
            let result = try await whileRunning(pipeline, .watched(log)) { run in
                try await cluster.write(0..<100, to: from)
                try await run.waitForCommit(of: 100)
                try kafka.takeDown(broker: 2)
                let end = ContinuousClock.now + .seconds(5)
                count = 100
                while ContinuousClock.now < end {
                    try await cluster.write(count..<count + 100, to: from)
                    count += 100
                    try await run.waitForCommit(of: Int64(count))
                }
                try kafka.bringUp(broker: 2)
                run.stop()
            }
            _ = try result.get()
            let found = try await cluster.numbers(in: to, scratch)
            #expect(Set(found.values.flatMap(\.self)) == Set(0..<count))
            #expect(log.count("away, waiting for it") <= 2, "\(log.lines)")
        }
    }
}
