#if Kafka
    import Foundation
    import ProcessSupport
    import Testing

    extension ToolTests {
        @Suite("The embedded Kafka of the tool")
        struct KafkaEmbeddedTests {
            let scratch: Scratch

            init() throws {
                scratch = try Scratch()
            }

            /// A broker that runs, and what it has written to standard output.
            private struct Broker {
                let process: ChildProcess
                let output: Descriptor
                let address: String
            }

            private func start(_ arguments: String...) async throws -> Broker {
                let (read, write) = try Descriptor.pipe()
                let process = try ChildProcess(
                    .connectctl, ["kafka-embedded"] + arguments, in: scratch, output: write)
                write.close()
                var text = ""
                try await eventually("the address") {
                    if let data = try read.read() {
                        // It has ended.
                        if data.isEmpty { throw TestFailure(try process.standardError()) }
                        text += String(decoding: data, as: UTF8.self)
                    }
                    return text.hasSuffix("\n")
                }
                return Broker(process: process, output: read, address: String(text.dropLast()))
            }

            @Test("1000 records of the Python client reach kcat with their keys and headers")
            func records() async throws {
                let broker = try await start("--topic", "numbers:16", "--quiet")
                _ = try await KafkaClients.python(
                    """
                    failed = []
                    producer = Producer({"bootstrap.servers": arguments[0]})
                    for n in range(1000):
                        producer.produce(
                            "numbers", key=b"key-%d" % n, value=b"%d" % n, headers={"number": b"%d" % n},
                            on_delivery=lambda error, _: failed.append(error) if error else None)
                    sys.exit(1 if producer.flush(60) or failed else 0)
                    """, broker.address, in: scratch
                ).success()
                let read = try await KafkaClients.kcat(
                    "-C", "-q", "-b", broker.address, "-t", "numbers", "-o", "beginning", "-e",
                    "-X", "auto.offset.reset=error", "-X", "fetch.wait.max.ms=10", "-f", "%k %s %h\\n", in: scratch
                ).success()
                #expect(read.lines.count == 1000)
                #expect(Set(read.lines.map(String.init)) == Set((0..<1000).map { "key-\($0) \($0) number=\($0)" }))
            }

            @Test(
                "It shows its address and nothing else, says what it is, and ends with 0", arguments: [SIGINT, SIGTERM])
            func life(signal: Int32) async throws {
                let broker = try await start("--topic", "one:1", "--topic", "four", "--brokers", "2")
                let ports = broker.address.split(separator: ",")
                #expect(ports.count == 2 && ports.allSatisfy { $0.hasPrefix("127.0.0.1:") }, "\(broker.address)")
                let metadata = try await KafkaClients.kcat("-L", "-b", broker.address, in: scratch).success()
                for words in ["2 brokers:", "topic \"one\" with 1 partitions", "topic \"four\" with 4 partitions"] {
                    #expect(metadata.output.contains(words), "\(metadata.output)")
                }
                try await eventually("the warning") {
                    let text = try broker.process.standardError()
                    return ["GONE", "5 MiB", "loopback", "not isolated", "librdkafka"].allSatisfy(text.contains)
                }
                #expect(broker.process.poll() == nil)
                broker.process.send(signal)
                #expect(try await broker.process.wait() == .exited(0))
                #expect(try await broker.output.readAll().isEmpty)
                let gone = try await KafkaClients.kcat("-L", "-m", "1", "-b", broker.address, in: scratch)
                #expect(gone.ending == .exited(1))
            }

            @Test("Two at once have ports of their own, and --quiet says nothing on standard error")
            func two() async throws {
                let brokers = [try await start("--quiet"), try await start("-q")]
                #expect(brokers[0].address != brokers[1].address)
                for broker in brokers {
                    broker.process.send(SIGTERM)
                    #expect(try await broker.process.wait() == .exited(0))
                    #expect(try broker.process.standardError() == "")
                }
            }

            @Test("A request that it does not know is told on standard error")
            func unknownRequest() async throws {
                let broker = try await start()
                // The request to make topics, as in the tests of the module.
                _ = try await KafkaClients.python(
                    """
                    import socket
                    host, port = arguments[0].split(":")
                    with socket.create_connection((host, int(port))) as connection:
                        connection.sendall(bytes([0, 0, 0, 11, 0, 19, 0, 0, 0, 0, 0, 1, 255, 255, 0]))
                        connection.recv(1)
                    """, broker.address, in: scratch
                ).success()
                try await eventually("the message") {
                    try broker.process.standardError().contains("unsupported CreateTopicsRequestV0")
                }
            }

            @Test(
                "What cannot be ends with 2 and says why",
                arguments: [
                    (["--topic", "a:0"], "topic \"a\" cannot have 0 partitions; give it 1 to 10000"),
                    (["--topic", "a:10001"], "give it 1 to 10000"),
                    (["--topic", "a:b"], "\"b\" is no number of partitions"),
                    (["--topic", "a:"], "\"\" is no number of partitions"),
                    (["--topic", ":4"], "\"\" is no name of a topic"),
                    (["--topic", "a b"], "\"a b\" is no name of a topic"),
                    (["--topic", "a", "--topic", "a:2"], "there is a topic \"a\" already"),
                    (["--brokers", "0"], "0 brokers are not possible; take 1 to 100"), (["--brokers", "x"], "'x'"),
                    (["--topic"], "--topic"), (["word"], "word"),
                ])
            func mistakes(arguments: [String], words: String) async throws {
                expectFailure(
                    try await connectctl(["kafka-embedded"] + arguments, in: scratch), status: 2, says: words)
            }

            @Test("The help has the verb with its options, and those of run")
            func help() async throws {
                #expect(try await connectctl([], in: scratch).text.contains("\n  kafka-embedded "))
                for (verb, options) in [
                    ("kafka-embedded", ["--topic", "--brokers", "-q, --quiet"]),
                    ("run", ["--embedded-kafka", "--embedded-kafka-topic"]),
                ] {
                    let run = try await connectctl([verb, "--help"], in: scratch)
                    expectQuietSuccess(run)
                    for option in options { #expect(run.text.contains("\n  \(option) "), "\(option)") }
                }
            }

            @Test("A run has a broker beside it for as long as it lasts, and warns of it in one line")
            func run() async throws {
                let fifo = try scratch.fifo("fifo")
                let output = try Descriptor(scratch.path("out"), O_WRONLY | O_CREAT | O_TRUNC)
                let process = try ChildProcess(
                    .connectctl,
                    [
                        "run", "--from", "file:\(fifo)", "--through", "lines", "--to", "stdout:", "--embedded-kafka",
                        "--embedded-kafka-topic", "numbers:7", "--embedded-kafka-topic", "others",
                    ], in: scratch, output: output)
                let writer = try Descriptor(fifo, O_RDWR)
                let start = "embedded Kafka at "
                let warning = try await eventually("the warning") { () -> String? in
                    let text = try process.standardError()
                    return text.hasSuffix("\n") ? text : nil
                }
                #expect(warning.hasPrefix(start) && warning.split(separator: "\n").count == 1, "\(warning)")
                let address = String(warning.dropFirst(start.count).prefix { $0 != " " }.dropLast())
                let metadata = try await KafkaClients.kcat("-L", "-b", address, in: scratch).success()
                #expect(metadata.output.contains("topic \"numbers\" with 7 partitions"), "\(metadata.output)")
                #expect(metadata.output.contains("topic \"others\" with 4 partitions"), "\(metadata.output)")
                writer.write("line\n")
                // Not before: the run may not have opened its source yet, and what nobody holds is lost.
                try await eventually("the line") { try scratch.text("out") == "line\n" }
                writer.close()
                #expect(try await process.wait() == .exited(0))
                #expect(try scratch.text("out") == "line\n")
                #expect(try process.standardError() == warning)
            }

            @Test("Components named kafka use it where they name no brokers themselves")
            func isDefault() async throws {
                let fifo = try scratch.fifo("fifo")
                let process = try ChildProcess(
                    .connectctl,
                    [
                        "run", "--from", "file:\(fifo)", "--through", "lines", "--to", "kafka:numbers",
                        "--embedded-kafka", "--embedded-kafka-topic", "numbers:1",
                    ], in: scratch)
                let writer = try Descriptor(fifo, O_RDWR)
                let warning = try await eventually("the warning") { () -> String? in
                    let text = try process.standardError()
                    return text.hasSuffix("\n") ? text : nil
                }
                let address = String(warning.dropFirst("embedded Kafka at ".count).prefix { $0 != " " }.dropLast())
                writer.write((0..<100).map { "\($0)\n" }.joined())
                let read = try await KafkaClients.kcat(
                    "-C", "-q", "-b", address, "-t", "numbers", "-o", "beginning", "-c", "100", in: scratch
                ).success()
                #expect(read.lines.map(String.init) == (0..<100).map { "\($0)" })
                writer.close()
                #expect(try await process.wait() == .exited(0))
                #expect(try process.standardError() == warning)
            }

            @Test("It is said neither with --quiet nor where there is no broker")
            func quietRun() async throws {
                let file = try scratch.file("in", "line\n")
                for options in [["--embedded-kafka", "--quiet"], []] {
                    let run = try await connectctl(
                        ["run", "--from", "file:\(file)", "--to", "stdout:"] + options, in: scratch)
                    expectQuietSuccess(run)
                    #expect(run.text == "line\n")
                }
            }

            @Test(
                "What is wrong with the broker of a run, or with the run, ends as without the other",
                arguments: [
                    (["--embedded-kafka-topic", "a"], 2, "belongs to --embedded-kafka."),
                    (["--embedded-kafka", "--embedded-kafka-topic", "a:0"], 2, "cannot have 0 partitions"),
                    (["--embedded-kafka", "--embedded-kafka-topic", "a", "--embedded-kafka-topic", "a"], 2, "already"),
                    (["--embedded-kafka", "--quiet", "--log-level", "info"], 2, "exclude each other"),
                    (["--embedded-kafka", "--through", "nothing"], 78, "there is no stage \"nothing\""),
                    (["--embedded-kafka", "--http-token-file", "x"], 2, "belongs to --http"),
                ])
            func runMistakes(options: [String], status: Int32, words: String) async throws {
                let run = try await connectctl(["run", "--from", "stdin:", "--to", "stdout:"] + options, in: scratch)
                expectFailure(run, status: status, says: words)
            }
        }
    }
#endif
