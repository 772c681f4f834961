import Connect
import ConnectKafka
import ConnectKafkaEmbedded
import Logging
import ProcessSupport
import Testing

extension KafkaProcessTests {
    @Suite("Settings that cannot work")
    struct SettingsTests {
        let scratch: Scratch

        init() throws {
            scratch = try Scratch()
        }

        /// A mistake, and what the error must say of it.
        struct Mistake: Sendable, CustomTestStringConvertible {
            var testDescription: String
            var keys: [String: String] = [:]
            var topic = "topic"
            var group = "group"
            /// What the broker is to answer, so that it is like a cluster that minds.
            var fault: @Sendable (EmbeddedKafka) throws -> Void = { _ in }
            var words: [String]
            var isOfSource = true
            var isOfSink = true
        }

        static let mistakes = [
            Mistake(
                testDescription: "a port where nobody listens", keys: ["bootstrap.servers": "127.0.0.1:1"],
                words: ["bootstrap.servers=127.0.0.1:1", "within 2.0 seconds", "see whether bootstrap.servers"]),
            Mistake(
                testDescription: "a host that does not exist", keys: ["bootstrap.servers": "nowhere.invalid:9092"],
                words: ["bootstrap.servers=nowhere.invalid:9092", "within 2.0 seconds", "see whether"]),
            Mistake(
                testDescription: "no brokers", keys: ["bootstrap.servers": ""],
                words: ["bootstrap.servers is missing", "bootstrap.servers=localhost:9092"]),
            Mistake(
                testDescription: "a topic that does not exist", topic: "missing",
                fault: { try $0.setError(of: "missing", to: KafkaErrorCode(rawValue: 3)) },
                words: ["\"missing\"", "UNKNOWN_TOPIC_OR_PART", "create the topic, or correct its name"]),
            Mistake(
                testDescription: "a topic that is forbidden", topic: "forbidden",
                fault: { try $0.setError(of: "forbidden", to: KafkaErrorCode(rawValue: 29)) },
                words: ["\"forbidden\"", "TOPIC_AUTHORIZATION_FAILED", "permit the user to use the topic"]),
            Mistake(testDescription: "no topic", topic: "", words: ["no topic is named"]),
            Mistake(
                testDescription: "no group", group: "", words: ["group.id is missing", "name the group"],
                isOfSink: false),
            Mistake(
                testDescription: "a session time-out that the broker refuses",
                fault: { try $0.failNext(.joinGroup, with: [KafkaErrorCode(rawValue: 26)]) },
                words: [
                    "INVALID_SESSION_TIMEOUT",
                    "set session.timeout.ms between the broker's group.min.session.timeout.ms and",
                ], isOfSink: false),
            Mistake(
                testDescription: "another strategy than the group has",
                fault: { try $0.failNext(.joinGroup, with: [KafkaErrorCode(rawValue: 23)]) },
                words: ["INCONSISTENT_GROUP_PROTOCOL", "partition.assignment.strategy"], isOfSink: false),
            Mistake(
                testDescription: "a group that is forbidden",
                fault: { try $0.failNext(.joinGroup, with: [KafkaErrorCode(rawValue: 30)]) },
                words: ["GROUP_AUTHORIZATION_FAILED", "permit the user to read with this group.id"], isOfSink: false),
            Mistake(
                testDescription: "automatic commits", keys: ["enable.auto.commit": "true"],
                words: ["enable.auto.commit=true", "leave the key out"], isOfSink: false),
            Mistake(
                testDescription: "automatic marks", keys: ["enable.auto.offset.store": "true"],
                words: ["enable.auto.offset.store=true", "leave the key out"], isOfSink: false),
            Mistake(
                testDescription: "an unknown key", keys: ["boostrap.servers": "x"],
                words: ["boostrap.servers", "is no key of librdkafka"]),
            Mistake(
                testDescription: "a word for a number", keys: ["socket.timeout.ms": "soon"],
                words: ["socket.timeout.ms", "cannot be set"]),
            Mistake(
                testDescription: "a number out of range", keys: ["socket.timeout.ms": "-1"],
                words: ["socket.timeout.ms", "range"]),
            Mistake(
                testDescription: "a word that is none of a key's", keys: ["security.protocol": "safe"],
                words: ["security.protocol", "cannot be set"]),
            Mistake(
                testDescription: "keys that contradict each other",
                keys: ["max.poll.interval.ms": "2000", "session.timeout.ms": "6000"],
                words: ["max.poll.interval.ms", "session.timeout.ms"], isOfSink: false),
            Mistake(
                testDescription: "idempotence that acknowledgements contradict",
                keys: ["enable.idempotence": "true", "acks": "1"], words: ["acks", "enable.idempotence"],
                isOfSource: false),
        ]

        /// How a run with these settings ends.
        private func failure(_ pipeline: Pipeline) async throws -> String {
            let clock = ContinuousClock()
            let start = clock.now
            do {
                try await pipeline.run(.watched())
            } catch {
                // A minute for a machine that is busy; the settings say two seconds.
                #expect(start.duration(to: clock.now) < .seconds(60))
                return "\(error)"
            }
            return "it did not fail"
        }

        @Test("A mistake in the settings of a source is an error with the key and the mend", arguments: mistakes)
        func source(_ mistake: Mistake) async throws {
            guard mistake.isOfSource else { return }
            let kafka = try EmbeddedKafka(topics: [EmbeddedKafka.Topic("topic")])
            try mistake.fault(kafka)
            let keys = Cluster(embedded: kafka).member().values.merging(mistake.keys) { $1 }
            let source = KafkaSource(
                mistake.topic, group: mistake.group, KafkaConfiguration(keys), connectTimeout: .seconds(2))
            let text = try await failure(Pipeline("wrong").root(source).to(NullSink<KeyValue>()))
            for word in mistake.words { #expect(text.contains(word), "\(text)") }
        }

        @Test("A mistake in the settings of a sink is an error with the key and the mend", arguments: mistakes)
        func sink(_ mistake: Mistake) async throws {
            guard mistake.isOfSink else { return }
            let kafka = try EmbeddedKafka(topics: [EmbeddedKafka.Topic("topic")])
            try mistake.fault(kafka)
            let keys = Cluster(embedded: kafka).configuration().values.merging(mistake.keys) { $1 }
            let sink = KafkaSink(mistake.topic, KafkaConfiguration(keys), connectTimeout: .seconds(2))
            let text = try await failure(Pipeline("wrong").root(ListSource([KeyValue(value: "v")])).to(sink))
            for word in mistake.words { #expect(text.contains(word), "\(text)") }
        }

        /// Keys of which one is a secret, and does not work.
        static let secretKeys: [[String: String]] = [
            [
                "security.protocol": "sasl_plaintext", "sasl.mechanism": "PLAIN", "sasl.username": "me",
                "sasl.password": "hunter2",
            ],
            ["security.protocol": "ssl", "ssl.key.pem": "hunter2"],
            ["security.protocol": "ssl", "ssl.certificate.pem": "hunter2"],
            ["security.protocol": "sasl_plaintext", "sasl.mechanism": "NOPE", "sasl.password": "hunter2"],
            [
                "sasl.oauthbearer.config": "hunter2", "security.protocol": "sasl_plaintext",
                "sasl.mechanism": "OAUTHBEARER",
            ],
            ["ssl.key.password": "hunter2", "sasl.password": "hunter2", "linger.ms": "soon"],
        ]

        @Test("Secrets are in no error, no log and no plan", arguments: secretKeys)
        func secrets(_ keys: [String: String]) async throws {
            // Reliability rule 10
            let kafka = try EmbeddedKafka(topics: [EmbeddedKafka.Topic("topic")])
            let log = RunLog()
            let configuration = Cluster(embedded: kafka).configuration(keys)
            let pipelines = [
                Pipeline("secret")
                    .root(KafkaSource("topic", group: "group", configuration, connectTimeout: .seconds(2)))
                    .to(NullSink<KeyValue>()),
                Pipeline("secret").root(ListSource([KeyValue(value: "v")]))
                    .to(KafkaSink("topic", configuration, connectTimeout: .seconds(2))),
            ]
            for pipeline in pipelines {
                var options = RunOptions.watched(log)
                options.logger.logLevel = .trace
                var text = "\(configuration) \(try pipeline.plan())"
                do {
                    try await pipeline.run(options)
                    Issue.record("it did not fail")
                } catch {
                    text += " \(error)"
                }
                #expect(!text.contains("hunter2"), "\(text)")
            }
            #expect(log.count("hunter2") == 0, "\(log.lines)")
        }

        @Test("A program whose settings cannot work ends with status 1 and says why")
        func statuses() async throws {
            let kafka = try EmbeddedKafka()
            try kafka.setError(of: "missing", to: KafkaErrorCode(rawValue: 3))
            for words in [["enable.auto.commit=true"], []] {
                let process = try ChildProcess(
                    .kafkaToKafka, [kafka.bootstrapServers, "group", "missing", "other"] + words, in: scratch)
                #expect(try await process.wait() == .exited(1))
                let errors = try process.standardError()
                #expect(errors.contains(words.first ?? "\"missing\""), "\(errors)")
            }
        }
    }
}
