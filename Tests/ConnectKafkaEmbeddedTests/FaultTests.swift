import ConnectKafka
import ConnectKafkaEmbedded
import ProcessSupport
import Testing

extension EmbeddedKafkaTests {
    @Suite("Faults of an embedded broker, as clients see them")
    struct FaultTests {
        let scratch: Scratch

        init() throws {
            scratch = try Scratch()
        }

        /// Sends records one after the other.
        ///
        /// - Returns: the number of the error of each, 0 for none
        private func produce(_ count: Int, to kafka: EmbeddedKafka, timeout: Duration = .seconds(60)) async throws
            -> [Int]
        {
            let run = try await KafkaClients.python(
                """
                producer = Producer({
                    "bootstrap.servers": arguments[0], "message.timeout.ms": arguments[2], "linger.ms": 0})
                for n in range(int(arguments[1])):
                    producer.produce(
                        "topic", value=b"%d" % n, partition=0,
                        on_delivery=lambda error, _: print(error.code() if error else 0))
                    producer.flush()
                """, kafka.bootstrapServers, "\(count)", "\(timeout.components.seconds * 1000)", in: scratch
            ).success()
            return run.lines.compactMap { Int($0) }
        }

        /// What a client is told of the topic: the number of its error, then the leaders of its partitions.
        private func metadata(of kafka: EmbeddedKafka) async throws -> [Int] {
            let run = try await KafkaClients.python(
                """
                topic = Producer({"bootstrap.servers": arguments[0]}).list_topics("topic", 60).topics["topic"]
                print(topic.error.code() if topic.error else 0)
                for number in sorted(topic.partitions):
                    print(topic.partitions[number].leader)
                """, kafka.bootstrapServers, in: scratch
            ).success()
            return run.lines.compactMap { Int($0) }
        }

        /// Reads one record as a member of a group.
        private func consume(from kafka: EmbeddedKafka) async throws {
            _ = try await KafkaClients.python(
                """
                consumer = Consumer({
                    "bootstrap.servers": arguments[0], "group.id": "readers", "auto.offset.reset": "earliest",
                    "fetch.wait.max.ms": 10})
                consumer.subscribe(["topic"])
                end = time.monotonic() + 90
                while True:
                    message = consumer.poll(1)
                    if message is not None and not message.error():
                        break
                    if time.monotonic() > end:
                        sys.exit("nothing came")
                consumer.close()
                """, kafka.bootstrapServers, in: scratch
            ).success()
        }

        @Test("The next requests get the errors that were queued, in order, and those behind them none")
        func failNext() async throws {
            let kafka = try EmbeddedKafka(topics: [.init("topic", partitions: 1)])
            try kafka.failNext(.produce, with: [.init(rawValue: 0), .messageTooLarge])
            try kafka.failNext(.produce, with: [.wrongAcknowledgements])
            #expect(try await produce(4, to: kafka) == [0, 10, 21, 0])
        }

        @Test("A connection that is cut is made again, and what was sent is sent again")
        func transport() async throws {
            let kafka = try EmbeddedKafka(topics: [.init("topic", partitions: 1)])
            try kafka.failNext(.produce, with: [.transport, .transport])
            #expect(try await produce(2, to: kafka) == [0, 0])
        }

        @Test("Errors that were queued can be taken back")
        func clearErrors() async throws {
            let kafka = try EmbeddedKafka(topics: [.init("topic", partitions: 1)])
            try kafka.failNext(.produce, with: [.topicForbidden, .topicForbidden])
            try kafka.clearErrors(.produce)
            #expect(try await produce(2, to: kafka) == [0, 0])
        }

        @Test("One broker answers as it was told, which can be counted")
        func answerNext() async throws {
            let kafka = try EmbeddedKafka(brokers: 2, topics: [.init("topic", partitions: 1)])
            try kafka.setLeader(of: "topic", 0, to: 2)
            let answers = [
                EmbeddedKafka.Answer(delay: .milliseconds(1)), .init(.messageTooLarge), .init(.unknownTopic),
            ]
            try kafka.answerNext(.produce, at: 2, with: answers)
            try kafka.answerNext(.produce, at: 1, with: answers)
            #expect(try kafka.answersLeft(.produce, at: 2) == 3)
            #expect(try kafka.answersLeft(.fetch, at: 2) == 0)
            #expect(try await produce(2, to: kafka) == [0, 10])
            #expect(try kafka.answersLeft(.produce, at: 2) == 1)
            #expect(try kafka.answersLeft(.produce, at: 1) == 3)
        }

        @Test("A client cannot reach a broker that is down; once it is up again all is well")
        func down() async throws {
            let kafka = try EmbeddedKafka(topics: [.init("topic", partitions: 1)])
            #expect(try await produce(1, to: kafka) == [0])
            try kafka.takeDown()
            try kafka.takeDown()
            #expect(!isOpen(kafka.ports[0]))
            // `_MSG_TIMED_OUT`
            #expect(try await produce(1, to: kafka, timeout: .seconds(1)) == [-192])
            try kafka.bringUp()
            #expect(try await produce(1, to: kafka) == [0])
        }

        @Test("One broker can be down while the others are up")
        func oneDown() throws {
            let kafka = try EmbeddedKafka(brokers: 3)
            try kafka.takeDown(broker: 2)
            #expect(kafka.ports.map(isOpen) == [true, false, true])
            try kafka.bringUp(broker: 2)
            #expect(kafka.ports.map(isOpen) == [true, true, true])
        }

        @Test("A round-trip time holds answers back at least as long")
        func roundTripTime() async throws {
            let kafka = try EmbeddedKafka()
            try kafka.setRoundTripTime(.milliseconds(400))
            let run = try await KafkaClients.python(
                """
                start = time.monotonic()
                Producer({"bootstrap.servers": arguments[0]}).list_topics(timeout=60)
                print(time.monotonic() - start >= 0.4)
                """, kafka.bootstrapServers, in: scratch
            ).success()
            #expect(run.output == "True\n")
        }

        @Test("Partitions have the leader that they were given, or none")
        func leader() async throws {
            let kafka = try EmbeddedKafka(brokers: 3, topics: [.init("topic", partitions: 3)])
            for (partition, broker) in [3, 2, nil].enumerated() {
                try kafka.setLeader(of: "topic", partition, to: broker)
            }
            #expect(try await metadata(of: kafka) == [0, 3, 2, -1])
            try kafka.setLeader(of: "topic", 2, to: 1)
            #expect(try await metadata(of: kafka) == [0, 3, 2, 1])
        }

        @Test("A topic has the error that it was given, until it is taken back")
        func topicError() async throws {
            let kafka = try EmbeddedKafka(topics: [.init("topic", partitions: 1)])
            try kafka.setError(of: "topic", to: .topicForbidden)
            #expect(try await metadata(of: kafka).first == 29)
            try kafka.setError(of: "topic", to: nil)
            #expect(try await metadata(of: kafka) == [0, 1])
        }

        @Test("Consumers find the coordinator of their group, and the follower of a partition, where they were put")
        func coordinatorAndFollower() async throws {
            let kafka = try EmbeddedKafka(brokers: 3, topics: [.init("topic", partitions: 1)])
            try kafka.setLeader(of: "topic", 0, to: 1)
            #expect(try await produce(1, to: kafka) == [0])
            try kafka.setCoordinator(of: .group("readers"), to: 2)
            try kafka.setFollower(of: "topic", 0, to: 3)
            for broker in kafka.brokers {
                try kafka.answerNext(.joinGroup, at: broker, with: [.init()])
                try kafka.answerNext(.fetch, at: broker, with: [.init()])
            }
            try await consume(from: kafka)
            #expect(try kafka.brokers.map { try kafka.answersLeft(.joinGroup, at: $0) } == [1, 0, 1])
            #expect(try kafka.brokers.map { try kafka.answersLeft(.fetch, at: $0) } == [0, 1, 0])
        }

        @Test("All faults can be taken back at once")
        func endFaults() async throws {
            let kafka = try EmbeddedKafka(brokers: 2, topics: [.init("topic", partitions: 1)])
            try kafka.setRoundTripTime(.seconds(3600))
            try kafka.takeDown()
            try kafka.setError(of: "topic", to: .unknownTopic)
            try kafka.failNext(.produce, with: [.topicForbidden])
            try kafka.failNext(.metadata, with: [.topicForbidden])
            try kafka.endFaults()
            #expect(try await produce(1, to: kafka) == [0])
            #expect(try await metadata(of: kafka).first == 0)
        }

        @Test("What the broker does not know it says to who listens, and cuts the connection")
        func messages() async throws {
            let (messages, continuation) = AsyncStream<String>.makeStream()
            let kafka = try EmbeddedKafka { continuation.yield($0) }
            // The request to make topics, version 0, number 1, no name of the client, no tags, and nothing more.
            try sendAndWaitForEnd([0, 0, 0, 11, 0, 19, 0, 0, 0, 0, 0, 1, 0xFF, 0xFF, 0], to: kafka.ports[0])
            kafka.stop()
            continuation.finish()
            var all: [String] = []
            for await message in messages { all.append(message) }
            #expect(all.contains { $0.contains("unsupported CreateTopicsRequestV0") }, "\(all)")
        }
    }
}
