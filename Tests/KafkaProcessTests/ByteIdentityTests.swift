import Connect
import ConnectKafka
import Foundation
import ProcessSupport
import Testing

extension KafkaProcessTests {
    @Suite("Byte for byte, judged by the Python client")
    struct ByteIdentityTests {
        let scratch: Scratch
        let cluster: Cluster

        init() throws {
            scratch = try Scratch()
            cluster = try Cluster()
        }

        static let everyByte = Bytes((0...255).map { UInt8($0) })

        /// Messages of every kind. Their keys or headers tell them apart; one has a time of its own, or -1 for none.
        static let messages: [KeyValue] = [
            KeyValue(key: "plain", value: "value", timestamp: EventTime(millisecondsSinceEpoch: 1_763_000_000_123)),
            KeyValue(key: nil, value: "no key", timestamp: EventTime(millisecondsSinceEpoch: 1)),
            KeyValue(key: "no value", value: nil, timestamp: EventTime(millisecondsSinceEpoch: 2)),
            KeyValue(key: nil, value: nil, headers: [.init("nothing", nil)]),
            KeyValue(key: "empty value", value: "", timestamp: EventTime(millisecondsSinceEpoch: 3)),
            KeyValue(key: "", value: "empty key", timestamp: EventTime(millisecondsSinceEpoch: 4)),
            KeyValue(key: "", value: "", headers: [.init("", "no name")]),
            KeyValue(
                key: "headers", value: "h",
                headers: [
                    .init("a", "1"), .init("b", nil), .init("a", "2"), .init("c", ""), .init("a", nil),
                    .init("ü→", "ü"),
                    .init("bytes", everyByte),
                ]),
            KeyValue(key: "negative", value: "t", timestamp: EventTime(millisecondsSinceEpoch: -5_000)),
            KeyValue(key: "very early", value: "t", timestamp: EventTime(millisecondsSinceEpoch: -62_135_596_800_000)),
            KeyValue(key: "no time", value: "t", timestamp: EventTime(millisecondsSinceEpoch: -1)),
            KeyValue(key: everyByte, value: Bytes(everyByte.reversed())),
            KeyValue(key: Bytes([0]), value: Bytes([0, 0, 0])),
            KeyValue(key: "\r\n\u{2028}", value: Bytes([0xFF, 0xFE, 0xC0, 0x80])),
            KeyValue(key: "large", value: Bytes((0..<1 << 20).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) })),
            KeyValue(
                key: "large with all", value: Bytes((0..<1 << 20).map { UInt8(truncatingIfNeeded: $0 &* 7 >> 2) }),
                headers: [.init("large", Bytes(repeatElement(0xEE, count: 10_000)))],
                timestamp: EventTime(millisecondsSinceEpoch: 5)),
        ]

        private var large: [String: String] { ["message.max.bytes": "2000000"] }

        /// Python code that turns messages into lines and back: hexadecimal, `-` for what is not there.
        private static let lines = """
            def text(data): return "-" if data is None else "x" + data.hex()
            def data(text): return None if text == "-" else bytes.fromhex(text[1:])
            def line(key, value, headers, time):
                return " ".join([text(key), text(value), str(time)]
                    + [text(name.encode()) + ":" + text(content) for name, content in headers])
            def read(topic, count):
                consumer = Consumer({
                    "bootstrap.servers": arguments[0], "group.id": "python", "auto.offset.reset": "error",
                    "enable.auto.commit": False, "fetch.wait.max.ms": 10})
                partitions = consumer.list_topics(topic, 60).topics[topic].partitions
                consumer.assign([TopicPartition(topic, number, OFFSET_BEGINNING) for number in partitions])
                found, end = [], time.monotonic() + 100
                while len(found) < count and time.monotonic() < end:
                    message = consumer.poll(0.1)
                    if message is None: continue
                    if message.error(): sys.exit(str(message.error()))
                    found.append(line(
                        message.key(), message.value(), message.headers() or [], message.timestamp()[1]))
                consumer.close()
                return found

            """

        /// A message as a line; without a time of its own the time is left open.
        private static func line(_ message: KeyValue) -> String {
            func text(_ bytes: Bytes?) -> String {
                bytes.map { "x" + $0.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined() } ?? "-"
            }
            let time = message.timestamp.map { "\($0.millisecondsSinceEpoch)" } ?? "now"
            return
                ([text(message.key), text(message.value), time]
                + message.headers.map { text(Bytes($0.name)) + ":" + text($0.value) }).joined(separator: " ")
        }

        /// Compares lines without their order; times count where they were given.
        private func compare(_ found: [Substring]) {
            func withoutTime(_ line: some StringProtocol) -> String {
                var words = line.split(separator: " ", omittingEmptySubsequences: false)
                if words.count > 2 { words.remove(at: 2) }
                return words.joined(separator: " ")
            }
            let wanted = ByteIdentityTests.messages
            #expect(found.count == wanted.count)
            for message in wanted {
                let line = ByteIdentityTests.line(message)
                let isThere =
                    message.timestamp == nil
                    ? found.contains { withoutTime($0) == withoutTime(line) } : found.contains { $0 == line }
                #expect(isThere, "\(line.prefix(200))\n\(found.map { $0.prefix(200) }.joined(separator: "\n"))")
            }
        }

        @Test("What the sink writes, the Python client reads")
        func written() async throws {
            // case 77
            let topic = try await cluster.topic("written", partitions: 3, in: scratch)
            try await Pipeline("write").root(ListSource(ByteIdentityTests.messages))
                .to(KafkaSink(topic, cluster.configuration(large))).run(.watched())
            let run = try await KafkaClients.python(
                ByteIdentityTests.lines + "print(\"\\n\".join(read(arguments[1], int(arguments[2]))))",
                cluster.brokers, topic, "\(ByteIdentityTests.messages.count)", in: scratch
            ).success()
            compare(run.lines)
        }

        /// Has Python write the messages.
        private func writeByPython(to topic: String) async throws {
            let text = ByteIdentityTests.messages.map(ByteIdentityTests.line).joined(separator: "\n")
            let path = try scratch.file("messages", text)
            _ = try await KafkaClients.python(
                ByteIdentityTests.lines
                    + """
                    producer = Producer({"bootstrap.servers": arguments[0], "message.max.bytes": 2000000})
                    def reported(error, message):
                        if error: sys.exit(str(error))
                    for words in open(arguments[2]).read().split("\\n"):
                        key, value, moment, *headers = words.split(" ")
                        options = {} if moment == "now" else {"timestamp": int(moment)}
                        pairs = [pair.split(":") for pair in headers]
                        producer.produce(
                            arguments[1], key=data(key), value=data(value), on_delivery=reported,
                            headers=[(data(name).decode(), data(content)) for name, content in pairs], **options)
                        producer.poll(0)
                    if producer.flush(100): sys.exit("not written")
                    """, cluster.brokers, topic, path, in: scratch
            ).success()
        }

        @Test("What the Python client writes, the source reads")
        func read() async throws {
            // case 77
            let topic = try await cluster.topic("read", partitions: 3, in: scratch)
            try await writeByPython(to: topic)
            let sink = CollectSink<KeyValue>()
            try await Pipeline("read").root(KafkaSource.bounded(topic, cluster.configuration(large))).to(sink)
                .run(.watched())
            // The time -1 is none.
            let found = sink.elements.map { message in
                var message = message
                message.timestamp = message.timestamp ?? EventTime(millisecondsSinceEpoch: -1)
                return ByteIdentityTests.line(message)
            }
            compare(found.map { $0[...] })
        }

        @Test("What the Python client writes goes through a program and arrives as it was")
        func copied() async throws {
            // case 77
            let from = try await cluster.topic("from", partitions: 3, in: scratch)
            let to = try await cluster.topic("to", partitions: 2, in: scratch)
            let process = try ChildProcess(
                .kafkaToKafka,
                [cluster.brokers, cluster.group("copied"), from, to] + cluster.memberWords(large), in: scratch)
            try await writeByPython(to: from)
            let run = try await KafkaClients.python(
                ByteIdentityTests.lines + "print(\"\\n\".join(read(arguments[1], int(arguments[2]))))",
                cluster.brokers, to, "\(ByteIdentityTests.messages.count)", in: scratch
            ).success()
            compare(run.lines)
            process.send(SIGTERM)
            #expect(try await process.wait() == .exited(0))
            #expect(try process.standardError() == "")
        }

        @Test("Values that the client reads where they stand arrive unchanged, while their source goes on reading")
        func valuesInPlace() async throws {
            // The embedded broker keeps 5 MiB of a partition.
            let from = try await cluster.topic("from", partitions: 16, in: scratch)
            let to = try await cluster.topic("to", partitions: 15, in: scratch)
            // Large enough to be handed on without a copy, and many times what may be under way like that.
            func value(_ number: Int) -> Bytes {
                Bytes((0..<2_000).map { UInt8(truncatingIfNeeded: ($0 &+ 1) &* (number | 1) &+ number >> 8) })
            }
            try await cluster.write((0..<20_000).map { KeyValue(key: Bytes("\($0)"), value: value($0)) }, to: from)
            try await Pipeline("copy").root(KafkaSource.bounded(from, cluster.configuration()))
                .to(KafkaSink(to, cluster.configuration())).run(.watched())
            let sink = CollectSink<KeyValue>()
            try await Pipeline("check").root(KafkaSource.bounded(to, cluster.configuration())).to(sink).run(.watched())
            var missing = Set(0..<20_000)
            for element in sink.elements {
                guard let number = element.key.flatMap({ Int("\($0)") }), missing.remove(number) != nil,
                    element.value == value(number)
                else {
                    Issue.record("\(element.key as Bytes?) is there twice, or was changed")
                    continue
                }
            }
            let missingCount = missing.count
            #expect(missingCount == 0)
        }

        @Test("A source without headers gives all but the headers")
        func withoutHeaders() async throws {
            let from = try await cluster.topic("from", partitions: 1, in: scratch)
            try await cluster.write(
                [KeyValue(key: "k", value: "v", headers: [.init("h", "1")]), KeyValue(key: nil, value: "w")], to: from)
            let source = KafkaSource.bounded(from, cluster.configuration())
            for (source, count) in [(source, 1), (source.withoutHeaders(), 0)] {
                let sink = CollectSink<KeyValue>()
                try await Pipeline("read").root(source).to(sink).run(.watched())
                #expect(sink.elements.map(\.headers.count) == [count, 0])
                #expect(sink.elements.map(\.value) == ["v", "w"])
                #expect(sink.elements.map(\.key) == ["k", nil])
            }
        }
    }
}
