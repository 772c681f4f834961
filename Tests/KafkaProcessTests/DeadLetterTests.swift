import Connect
import ConnectKafka
import ProcessSupport
import Testing

extension KafkaProcessTests {
    @Suite("Dead letters in a topic")
    struct DeadLetterTests {
        struct NotANumber: Error, CustomStringConvertible {
            var description: String { "that is no number" }
        }

        @Test("A message that a stage cannot process comes whole, with the headers that Kafka Connect writes")
        func headers() async throws {
            // S-ERR-1
            let scratch = try Scratch()
            let cluster = try Cluster()
            let from = try await cluster.topic("from", partitions: 1, in: scratch)
            let letters = try await cluster.topic("letters", partitions: 1, in: scratch)
            let time = EventTime(millisecondsSinceEpoch: 1_763_000_000_123)
            try await cluster.write(
                [
                    KeyValue(key: "a", value: "1"),
                    KeyValue(key: "b", value: "two", headers: [.init("own", "x"), .init("own", nil)], timestamp: time),
                    KeyValue(key: "c", value: "3"),
                ], to: from)
            let sink = CollectSink<Int>()
            let report = try await Pipeline("numbers")
                .root(KafkaSource.bounded(from, group: cluster.group("letters"), cluster.configuration()))
                .map { message in
                    guard let number = message.value.flatMap({ Int("\($0)") }) else { throw NotANumber() }
                    return number
                }.named("parse").onError(.deadLetter(KafkaDeadLetters(letters, cluster.configuration())))
                .to(sink).run(.watched())
            #expect(sink.elements == [1, 3])
            // The letter was confirmed before its message counted as done.
            #expect(report.committed.map(\.offset) == [3])

            let found = CollectSink<KeyValue>()
            try await Pipeline("read").root(KafkaSource.bounded(letters, cluster.configuration())).to(found)
                .run(.watched())
            let letter = try #require(found.elements.first)
            #expect(found.elements.count == 1)
            #expect(letter.key == "b" && letter.value == "two" && letter.timestamp == time)
            func header(_ name: String) -> String? { letter.header("__connect.errors." + name)?.value.map { "\($0)" } }
            #expect(letter.headers.prefix(2) == [.init("own", "x"), .init("own", nil)])
            #expect(header("topic") == from && header("partition") == "0" && header("offset") == "1")
            #expect(header("connector.name") == "numbers" && header("task.id") == "0")
            #expect(header("stage") == "parse" && header("class.name") == "parse")
            #expect(header("exception.class.name") == "NotANumber")
            #expect(header("exception.message") == "that is no number")
            #expect(letter.header("__connect.errors.exception.stacktrace") != nil)
        }
    }
}
