import ConnectKafka
import ConnectKafkaEmbedded
import Foundation
import Synchronization
import Testing

extension EmbeddedKafkaTests {
    @Suite("Starting and stopping an embedded broker")
    struct LifeTests {
        @Test("Each broker listens at a port of its own until it is stopped, which may be said twice")
        func ports() throws {
            let kafka = try EmbeddedKafka(brokers: 3)
            let other = try EmbeddedKafka()
            #expect(kafka.brokers == 1...3)
            let ports = kafka.ports + other.ports
            #expect(Set(ports).count == 4)
            #expect(kafka.bootstrapServers == kafka.ports.map { "127.0.0.1:\($0)" }.joined(separator: ","))
            #expect(ports.allSatisfy(isOpen))
            kafka.stop()
            kafka.stop()
            #expect(kafka.ports.allSatisfy { !isOpen($0) })
            #expect(other.ports.allSatisfy(isOpen))
        }

        @Test("One that nobody holds any more is stopped")
        func isReleased() throws {
            var kafka: EmbeddedKafka? = try EmbeddedKafka()
            let port = try #require(kafka?.ports.first)
            #expect(isOpen(port))
            kafka = nil
            #expect(!isOpen(port))
        }

        @Test("Behind its end every method says that it was stopped")
        func isStopped() throws {
            let kafka = try EmbeddedKafka()
            kafka.stop()
            let calls: [() throws -> Void] = [
                { try kafka.createTopic("a") }, { try kafka.failNext(.produce, with: [.transport]) },
                { try kafka.clearErrors(.produce) }, { try kafka.answerNext(.produce, at: 1, with: [.init()]) },
                { _ = try kafka.answersLeft(.produce, at: 1) }, { try kafka.takeDown() }, { try kafka.bringUp() },
                { try kafka.setRoundTripTime(.zero) }, { try kafka.setLeader(of: "a", 0, to: 1) },
                { try kafka.setFollower(of: "a", 0, to: 1) },
                { try kafka.setFollowerOffsets(of: "a", 0, first: 0, end: 1) },
                { try kafka.setCoordinator(of: .group("g"), to: 1) }, { try kafka.setError(of: "a", to: nil) },
                { try kafka.endFaults() },
            ]
            for call in calls { #expect(code(call) == .stopped) }
        }

        @Test("Calls of many threads while it is stopped are done or say that it was stopped")
        func threads() throws {
            for round in 0..<10 {
                let kafka = try EmbeddedKafka(brokers: 2)
                let others = Atomic(0)
                DispatchQueue.concurrentPerform(iterations: 8) { thread in
                    if thread == round % 8 { return kafka.stop() }
                    for number in 0..<20 {
                        let found = code {
                            try kafka.createTopic("topic-\(thread)-\(number)")
                            try kafka.failNext(.fetch, with: [.transport])
                        }
                        if found != nil, found != .stopped { others.add(1, ordering: .relaxed) }
                    }
                }
                #expect(others.load(ordering: .relaxed) == 0)
                #expect(code { try kafka.createTopic("a") } == .stopped)
            }
        }

        @Test(
            "Names and numbers that cannot be are refused before anything is started",
            arguments: [
                (0, EmbeddedKafka.Topic("a")), (101, .init("a")), (-1, .init("a")), (1, .init("")), (1, .init(".")),
                (1, .init("..")), (1, .init("a/b")), (1, .init("a:1")), (1, .init("ä")),
                (1, .init(String(repeating: "x", count: 250))), (1, .init("a", partitions: 0)),
                (1, .init("a", partitions: -1)), (1, .init("a", partitions: 10_001)),
            ])
        func mistakes(brokers: Int, topic: EmbeddedKafka.Topic) {
            #expect(code { _ = try EmbeddedKafka(brokers: brokers, topics: [topic]) } == .invalidArgument)
        }

        @Test("What is not there, or there twice, has an error of its own, and the message names it")
        func unknown() throws {
            #expect(code { _ = try EmbeddedKafka(topics: [.init("a"), .init("a")]) } == .topicExists)
            let kafka = try EmbeddedKafka(brokers: 2, topics: [.init("a", partitions: 1)])
            let rows: [(EmbeddedKafkaError.Code, String, () throws -> Void)] = [
                (.topicExists, "\"a\"", { try kafka.createTopic("a", partitions: 2) }),
                (.unknownBroker, "broker 3; the brokers are 1 to 2", { try kafka.takeDown(broker: 3) }),
                (.unknownBroker, "broker 0", { try kafka.bringUp(broker: 0) }),
                (.unknownBroker, "broker 3", { try kafka.setRoundTripTime(.seconds(1), broker: 3) }),
                (.unknownBroker, "broker 3", { try kafka.setLeader(of: "a", 0, to: 3) }),
                (.unknownBroker, "broker 3", { try kafka.answerNext(.fetch, at: 3, with: []) }),
                (.unknownPartition, "no partition 1", { try kafka.setLeader(of: "a", 1, to: 1) }),
                (.unknownPartition, "no partition -1", { try kafka.setFollower(of: "a", -1, to: 1) }),
                (.unknownPartition, "no partition 9", { try kafka.setFollowerOffsets(of: "a", 9, first: 0, end: 0) }),
                (.invalidArgument, "\"a b\"", { try kafka.setError(of: "a b", to: .unknownTopic) }),
            ]
            for (expected, words, call) in rows {
                do {
                    try call()
                    Issue.record("nothing was thrown: \(words)")
                } catch let error as EmbeddedKafkaError {
                    #expect(error.code == expected)
                    #expect(error.description.hasPrefix("embedded Kafka: "))
                    #expect(error.message.contains(words), "\(error)")
                }
            }
        }

        #if os(Linux)
            @Test("No signal of the process is ever given to a thread of the brokers, which it would end")
            func signalsAreBlocked() throws {
                let kafka = try EmbeddedKafka(brokers: 2)
                defer { kafka.stop() }
                var masks: [String: [UInt64]] = [:]
                for thread in try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task") {
                    // Threads of other tests may end meanwhile.
                    guard let name = try? String(contentsOfFile: "/proc/self/task/\(thread)/comm", encoding: .utf8),
                        let status = try? String(contentsOfFile: "/proc/self/task/\(thread)/status", encoding: .utf8),
                        let line = status.split(separator: "\n").first(where: { $0.hasPrefix("SigBlk:") }),
                        let mask = UInt64(line.dropFirst("SigBlk:".count).drop(while: \.isWhitespace), radix: 16)
                    else { continue }
                    masks[String(name.dropLast()), default: []].append(mask)
                }
                let mock = try #require(masks["rdk:mock"])
                for signal in [SIGINT, SIGTERM, SIGUSR1, SIGHUP, SIGCHLD] {
                    #expect(mock.allSatisfy { $0 & (1 << UInt64(signal - 1)) != 0 }, "\(signal)")
                }
            }
        #endif
    }
}
