import Foundation
import ProcessSupport
import Testing

extension KafkaProcessTests {
    @Suite("The examples of Kafka")
    struct ExampleTests {
        let scratch: Scratch

        init() throws {
            scratch = try Scratch()
        }

        @Test("Lines go from a file to a topic, to another topic and back to a file, and are counted on the way")
        func roundTrip() async throws {
            // The embedded broker as a program of its own, unless there is a real one.
            let broker = try ChildProcess(
                Program("kafka-embedded"), ["numbers:4", "copies:4"], in: scratch,
                output: try Descriptor(scratch.path("address"), O_WRONLY | O_CREAT))
            try await eventually("the broker's address") { (try? scratch.text("address").hasSuffix("\n")) ?? false }
            let brokers = try scratch.text("address").trimmingCharacters(in: .newlines)
            let numbers = (1...5000).map { "\($0)" }
            let file = try scratch.file("numbers", numbers.joined(separator: "\n") + "\n")

            for _ in 0..<2 {
                // The second time there is nothing new.
                let writer = try ChildProcess(
                    Program("file-to-kafka"), [file, brokers, "numbers", scratch.path("state")], in: scratch)
                #expect(try await writer.success())
            }
            let settings = ["fetch.wait.max.ms=10", "session.timeout.ms=6000"]
            let copier = try ChildProcess(
                Program("kafka-to-kafka"), [brokers, "copy", "numbers", "copies"] + settings, in: scratch)
            let reader = try ChildProcess(
                Program("kafka-to-file"), [brokers, "read", "copies", scratch.path("out")], in: scratch)
            try await eventually("all lines") { try scratch.exists("out") && scratch.text("out").count >= 23_893 }
            for process in [copier, reader] {
                process.send(SIGTERM)
                #expect(try await process.success())
            }
            let found = try scratch.text("out").split(separator: "\n").map(String.init)
            #expect(Set(found) == Set(numbers))
            #expect(found.count == numbers.count)

            for topic in ["numbers", "copies"] {
                let count = try ChildProcess(
                    Program("kafka-count-stdout"), [brokers, topic], in: scratch,
                    output: try Descriptor(scratch.path(topic), O_WRONLY | O_CREAT))
                #expect(try await count.success())
                #expect(try scratch.text(topic).split(separator: "\n").last == "5000")
            }
            broker.send(SIGTERM)
            #expect(try await broker.wait() == .killed(by: SIGTERM))
        }

        @Test(
            "Called in a wrong way they say how, and end with 2",
            arguments: ["kafka-embedded", "file-to-kafka", "kafka-to-kafka", "kafka-to-file", "kafka-count-stdout"])
        func usage(_ name: String) async throws {
            let process = try ChildProcess(Program(name), [], in: scratch)
            #expect(try await process.wait() == .exited(2))
            #expect(try process.standardError().hasPrefix("usage: \(name) "))
        }
    }
}

extension ChildProcess {
    /// Whether it ends well; says what it has complained about where it does not.
    fileprivate func success() async throws -> Bool {
        let ending = try await wait()
        if ending != .exited(0) { print("\(ending): \(try standardError())") }
        return ending == .exited(0)
    }
}
