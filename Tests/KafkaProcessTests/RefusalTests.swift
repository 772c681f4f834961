import Connect
import ConnectKafka
import ConnectKafkaEmbedded
import ConnectTesting
import ProcessSupport
import Testing

extension KafkaProcessTests {
    @Suite("What brokers and clients refuse")
    struct RefusalTests {
        let scratch: Scratch

        init() throws {
            scratch = try Scratch()
        }

        @Test(
            "A message that is too large for the client ends the program; what came before is delivered and committed")
        func tooLargeForClient() async throws {
            // S-ERR-2
            let cluster = try Cluster()
            let from = try await cluster.topic("from", partitions: 1, in: scratch)
            let to = try await cluster.topic("to", partitions: 1, in: scratch)
            var messages = (0..<100).map { KeyValue(key: "key", value: Bytes("\($0)")) }
            messages[50].value = Bytes(repeatElement(0x31, count: 5000))
            try await cluster.write(messages, to: from)
            let process = try ChildProcess(
                .kafkaToKafka,
                [cluster.brokers, cluster.group("large"), from, to]
                    + cluster.memberWords(["message.max.bytes": "2000"]), in: scratch)
            #expect(try await process.wait() == .exited(1))
            let errors = try process.standardError()
            for words in ["5000 bytes", "message.max.bytes", "\(from)-0@50", "MSG_SIZE_TOO_LARGE"] {
                #expect(errors.contains(words), "\(errors)")
            }
            #expect(try await cluster.numbers(in: to, scratch) == [0: Array(0..<50)])
            let offsets = try await cluster.offsets(of: cluster.group("large"), from, in: scratch)
            #expect(offsets == [GroupOffset(partition: 0, committed: 50, end: 100)])
        }

        /// Errors that the broker answers with, and what the run then says.
        static let refusals: [(code: Int32, words: [String])] = [
            (10, ["MSG_SIZE_TOO_LARGE", "bytes for topic", "message.max.bytes", "max.message.bytes", "-0@"]),
            (29, ["TOPIC_AUTHORIZATION_FAILED", "bytes for topic", "permit the user to use the topic", "-0@"]),
            // Number 45 says that a message of an idempotent producer is missing: the client cannot go on after that.
            (45, ["OUT_OF_ORDER_SEQUENCE_NUMBER", "the client cannot go on"]),
            (47, ["INVALID_PRODUCER_EPOCH"]),
        ]

        @Test(
            "What a broker refuses for good ends the run by its name; what came before is delivered and committed",
            arguments: refusals)
        func refusedByBroker(code: Int32, words: [String]) async throws {
            // S-ERR-2, S-ACK-3
            if Cluster.real != nil { return skip("refused messages", "a real cluster has no faults on demand") }
            let kafka = try EmbeddedKafka()
            let cluster = Cluster(embedded: kafka)
            let from = try await cluster.topic("from", partitions: 1, in: scratch)
            let to = try await cluster.topic("to", partitions: 1, in: scratch)
            try await cluster.write(0..<100, to: from)
            let gate = Gate()
            defer { gate.open() }
            let pipeline = Pipeline("refused")
                .root(KafkaSource(from, group: "refused", cluster.member()))
                .map { (message: KeyValue) in
                    if message.value == "50" { gate.pass() }
                    return message
                }
                .buffer(1)
                .to(KafkaSink(to, cluster.configuration(["linger.ms": "0"])))
            let result = try await whileRunning(pipeline, .watched(batchCapacity: 1)) { run in
                try await run.waitForCommit(of: 50)
                try kafka.failNext(.produce, with: [KafkaErrorCode(rawValue: code)])
                gate.open()
                try await eventually("the end") { run.status.phase == .ended }
            }
            guard case .failure(let error as PipelineError) = result else {
                Issue.record("it did not fail: \(result)")
                return
            }
            #expect(error.code == .sinkFailed)
            for word in words { #expect("\(error)".contains(word), "\(error)") }
            let found = try await cluster.numbers(in: to, scratch)
            #expect(Array(found[0, default: []].prefix(50)) == Array(0..<50))
            let offsets = try await cluster.offsets(of: "refused", from, in: scratch)
            #expect(offsets == [GroupOffset(partition: 0, committed: 50, end: 100)])
        }

        @Test("A static member whose place another one took stops by the name of the error")
        func fencedMember() async throws {
            // Reliability rule 11
            if Cluster.real != nil { return skip("fenced member", "a real cluster has no faults on demand") }
            let kafka = try EmbeddedKafka()
            let cluster = Cluster(embedded: kafka)
            let from = try await cluster.topic("from", partitions: 1, in: scratch)
            try await cluster.write(0..<10, to: from)
            let pipeline = Pipeline("fenced")
                .root(KafkaSource(from, group: "fenced", cluster.member(["group.instance.id": "one"])))
                .to(NullSink<KeyValue>())
            let result = try await whileRunning(pipeline) { run in
                try await run.waitForCommit(of: 10)
                try kafka.failNext(.heartbeat, with: [KafkaErrorCode(rawValue: 82)])
                try await eventually("the end") { run.status.phase == .ended }
            }
            guard case .failure(let error as PipelineError) = result else {
                Issue.record("it did not fail: \(result)")
                return
            }
            #expect(error.code == .sourceFailed)
            for word in ["FENCED_INSTANCE_ID", "group.instance.id", "give each a value of its own"] {
                #expect("\(error)".contains(word), "\(error)")
            }
        }
    }
}
