import Connect
import ConnectKafka
import Testing

@Suite("Kafka to Kafka")
struct RoundTripTests {
    static let messages: [KeyValue] = [
        KeyValue(key: "key", value: "value"),
        KeyValue(key: nil, value: "no key"),
        KeyValue(key: "tombstone", value: nil),
        KeyValue(key: "", value: ""),
        KeyValue(key: nil, value: nil),
        KeyValue(
            key: "headers", value: "h",
            headers: [.init("a", "1"), .init("b", nil), .init("a", "2"), .init("empty", ""), .init("ü", "ü")]),
        KeyValue(key: "negative", value: "t", timestamp: EventTime(millisecondsSinceEpoch: -5)),
        KeyValue(key: "first", value: "t", timestamp: EventTime(millisecondsSinceEpoch: 1)),
        KeyValue(key: "later", value: "t", timestamp: EventTime(millisecondsSinceEpoch: 1_763_000_000_123)),
        KeyValue(key: Bytes((0...255).map { UInt8($0) }), value: Bytes((0...255).reversed().map { UInt8($0) })),
        KeyValue(key: "large", value: Bytes(repeatElement(0xAB, count: 990_000))),
    ]

    @Test("What is written to a topic is read from it, every byte of it", arguments: [1, 4])
    func roundTrip(partitions: Int) async throws {
        let cluster = try Cluster()
        let topic = try cluster.topic("round-trip-\(partitions)", partitions: partitions)
        try await cluster.write(RoundTripTests.messages, to: topic)
        let found = try await cluster.read(topic)
        #expect(found.count == RoundTripTests.messages.count)
        for message in RoundTripTests.messages {
            #expect(
                found.contains {
                    $0.key == message.key && $0.value == message.value && $0.headers == message.headers
                        && (message.timestamp == nil || $0.timestamp == message.timestamp)
                }, "\(message.key.map(String.init(describing:)) ?? "nil")")
        }
    }

    @Test("A member of a group copies a topic, stops cleanly and has committed where the topic ends")
    func copies() async throws {
        let cluster = try Cluster()
        let (from, to) = (try cluster.topic("from"), try cluster.topic("to"))
        try await cluster.write((0..<10_000).map { KeyValue(key: Bytes("\($0)"), value: Bytes("v\($0)")) }, to: from)
        let pipeline = Pipeline("copy")
            .root(KafkaSource(from, group: cluster.group("copy"), cluster.member()))
            .limit(10_000)
            .to(KafkaSink(to, cluster.configuration()))
        let report = try await pipeline.run(.quiet)
        #expect(report.committed.reduce(0) { $0 + $1.offset } == 10_000)
        let found = try await cluster.read(to)
        #expect(Set(found.map { $0.key.map { "\($0)" } ?? "" }) == Set((0..<10_000).map { "\($0)" }))
        #expect(found.count == 10_000)
    }
}
