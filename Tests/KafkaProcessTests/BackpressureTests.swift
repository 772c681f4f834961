import Connect
import ConnectKafka
import ConnectKafkaEmbedded
import Foundation
import ProcessSupport
import Testing

extension KafkaProcessTests {
    @Suite("A sink that takes nothing")
    struct BackpressureTests {
        let scratch: Scratch
        let cluster: Cluster
        private let count = 48_000

        init() throws {
            scratch = try Scratch()
            cluster = try Cluster()
        }

        /// Writes 48 MB to a topic, less than the embedded broker keeps.
        private func fill(_ topic: String) async throws {
            let rest = String(repeating: ".", count: 990)
            for start in stride(from: 0, to: count, by: 4000) {
                try await cluster.write(
                    (start..<start + 4000).map { .init(key: .init("\($0)"), value: .init("\($0) \(rest)")) }, to: topic)
            }
        }

        @Test(
            "While it is stuck, memory stays as it is and the member stays in the group; then everything arrives once")
        func stuck() async throws {
            // S-MEM-1, case 44
            let topic = try await cluster.topic("fast", partitions: 16, in: scratch)
            try await fill(topic)
            let pipe = try Descriptor.pipe()
            let process = try printer(topic, "stuck", pipe.write)
            pipe.write.close()
            try await eventually("a full pipe") { pipe.read.available >= 32_768 }
            // Its queue is full, and its partitions are paused.
            try await pass(.seconds(3))
            let before = ProcessStatus(of: process)
            try cluster.embedded?.answerNext(.joinGroup, at: 1, with: [.init()])
            try await pass(.seconds(Settings.isSoak ? 180 : 6))
            // More than one interval of polling has passed: who had not polled would be thrown out.
            try cluster.embedded?.answerNext(.heartbeat, at: 1, with: [.init()])
            try await eventually("a heartbeat") { try cluster.embedded?.answersLeft(.heartbeat, at: 1) ?? 0 == 0 }
            #expect(try cluster.embedded?.answersLeft(.joinGroup, at: 1) ?? 1 == 1, "it has joined anew")
            if let before, let after = ProcessStatus(of: process) {
                print("stuck sink: \(before.memory) kB, then \(after.memory) kB, at most \(after.peakMemory) kB")
                #expect(after.memory <= before.memory + 4096)
                if !TestBuild.isSanitized { #expect(after.peakMemory < 150_000) }
            }
            let numbers = try await readLines(from: pipe.read) { $0.count >= count }
            #expect(numbers.count == count && Set(numbers) == Set(0..<count))
            process.send(SIGTERM)
            #expect(try await process.wait() == .exited(0))
            #expect(try process.standardError() == "")
        }

        @Test("While a topic has no leaders, the memory of who writes to it stays as it is; then every message arrives")
        func withoutLeaders() async throws {
            // S-MEM-1, case 44
            guard let kafka = cluster.embedded else {
                return skip("a topic without leaders", "a real cluster has no faults on demand")
            }
            let from = try await cluster.topic("from", partitions: 16, in: scratch)
            let to = try await cluster.topic("to", partitions: 16, in: scratch)
            try await fill(from)
            try kafka.answerNext(.produce, at: 1, with: [.init()])
            let process = try ChildProcess(
                .kafkaToKafka, [cluster.brokers, cluster.group("leaderless"), from, to] + cluster.memberWords(),
                in: scratch)
            try await eventually("a first message") { try kafka.answersLeft(.produce, at: 1) == 0 }
            for partition in 0..<16 { try kafka.setLeader(of: to, partition, to: nil) }
            // Its queue is full.
            try await pass(.seconds(3))
            let before = ProcessStatus(of: process)
            try await pass(.seconds(Settings.isSoak ? 180 : 6))
            if let before, let after = ProcessStatus(of: process) {
                print("no leaders: \(before.memory) kB, then \(after.memory) kB, at most \(after.peakMemory) kB")
                #expect(after.memory <= before.memory + 4096)
                if !TestBuild.isSanitized { #expect(after.peakMemory < 150_000) }
            } else {
                Issue.record("it has not waited: \(try process.standardError())")
            }
            for partition in 0..<16 { try kafka.setLeader(of: to, partition, to: 1) }
            let end = ContinuousClock.now + .seconds(120)
            while ContinuousClock.now < end {
                let offsets = try await cluster.offsets(of: cluster.group("leaderless"), from, in: scratch)
                if offsets.allSatisfy({ $0.committed == $0.end }) { break }
            }
            process.send(SIGTERM)
            #expect(try await process.wait() == .exited(0))
            let arrived = Set(try await cluster.numbers(in: to, scratch).values.joined())
            let areAll = arrived == Set(0..<count)
            #expect(areAll, "\(arrived.count) of \(count) arrived")
        }

        @Test(
            "Partitions that go to another member while they are paused, and come back later, are read on",
            arguments: Settings.isSoak ? ["range", "cooperative-sticky"] : ["range"])
        func pausedAndBack(assignor: String) async throws {
            // S-ACK-7
            let topic = try await cluster.topic("paused", partitions: 16, in: scratch)
            try await fill(topic)
            let pipe = try Descriptor.pipe()
            let process = try printer(topic, "paused", pipe.write, ["partition.assignment.strategy": assignor])
            pipe.write.close()
            try await eventually("a full pipe") { pipe.read.available >= 32_768 }
            try await pass(.seconds(2))
            // Another member takes its share, and commits nothing.
            let other = try ChildProcess(
                Program(at: "/usr/bin/python3"),
                [
                    "-c",
                    """
                    import os, sys
                    from confluent_kafka import Consumer
                    brokers, group, topic, assignor, place = sys.argv[1:]
                    consumer = Consumer({
                        "bootstrap.servers": brokers, "group.id": group, "enable.auto.commit": False,
                        "session.timeout.ms": 6000, "heartbeat.interval.ms": 200, "auto.offset.reset": "earliest",
                        "partition.assignment.strategy": assignor, "fetch.wait.max.ms": 10})
                    consumer.subscribe([topic])
                    while not os.path.exists(place + ".end"):
                        consumer.poll(0.01)
                        if consumer.assignment(): open(place, "w").close()
                    consumer.close()
                    """, cluster.brokers, cluster.group("paused"), topic, assignor, scratch.path("share"),
                ], in: scratch)
            try await eventually("the share of the other") { scratch.exists("share") }
            var numbers = try await readLines(from: pipe.read) { Set($0).count >= count / 4 }
            try scratch.file("share.end", "")
            #expect(try await other.wait() == .exited(0), "the other")
            numbers += try await readLines(from: pipe.read) { Set($0).union(numbers).count >= count }
            #expect(Set(numbers) == Set(0..<count))
            process.send(SIGTERM)
            #expect(try await process.wait() == .exited(0))
        }

        private func printer(
            _ topic: String, _ group: String, _ output: Descriptor, _ more: [String: String] = [:]
        ) throws -> ChildProcess {
            let keys = ["max.poll.interval.ms": "6000", "session.timeout.ms": "6000"].merging(more) { $1 }
            return try ChildProcess(
                Program("kafka-shapes"),
                ["print", cluster.brokers, cluster.group(group), topic] + cluster.memberWords(keys), in: scratch,
                output: output)
        }

        /// Lets time pass in which nothing must happen.
        private func pass(_ time: Duration) async throws {
            let end = ContinuousClock.now + time
            try await eventually(within: time + .seconds(60), "\(time)") { ContinuousClock.now >= end }
        }

        /// Reads lines until there are enough.
        ///
        /// - Returns: the numbers that they begin with
        private func readLines(
            from pipe: Descriptor, until isEnough: ([Int]) -> Bool
        ) async throws -> [Int] {
            var data = Data()
            var numbers: [Int] = []
            try await eventually("enough lines; \(numbers.count) are there") {
                while let more = try pipe.read() {
                    if more.isEmpty { throw TestFailure("the output has ended") }
                    data += more
                }
                guard let newline = data.lastIndex(of: 0x0A) else { return false }
                for line in data[...newline].split(separator: 0x0A) {
                    let digits = String(decoding: line.prefix { $0 != 0x20 }, as: UTF8.self)
                    if let number = Int(digits) { numbers.append(number) }
                }
                data = Data(data[(newline + 1)...])
                return isEnough(numbers)
            }
            return numbers
        }
    }
}
