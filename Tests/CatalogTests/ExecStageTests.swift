import Connect
import ConnectCatalog
import ConnectTesting
import Foundation
import Logging
import Synchronization
import Testing

@testable import ConnectProcess

@Suite("Commands as stages")
struct ExecStageTests {
    private static let shout = #"exec:command=while read -r line; do echo "$line!"; done"#
    private static let moody =
        #"exec:command=while read -r line; do if [ "$line" = bad ]; then exit 3; fi; echo "$line"; done"#

    @Test(
        "A command answers each line with one, whatever its bytes",
        arguments: [
            Row(
                "exec:cat", over: ["a", "", "ä", Bytes([0xFF, 0, 0x0D] as [UInt8])],
                gives: ["a", "", "ä", Bytes([0xFF, 0, 0x0D] as [UInt8])]),
            Row("exec:cat", over: [], gives: []),
            Row(shout, "upper", over: ["a", "b"], gives: ["A!", "B!"]),
            Row("exec:sed -u s/a/b/ | sed -u s/b/c/", over: ["a", "xax"], gives: ["c", "xcx"]),
        ])
    func answers(_ row: Row) throws { try row.check() }

    // S-ORD-1
    @Test("Order is kept, with one command and with four")
    func order() throws {
        let input = (0..<1000).map { Bytes("\($0)") }
        let output = (0..<1000).map { Bytes("\($0)!") }
        #expect(try through(Self.shout, over: input) == output)
        #expect(try through(Self.shout + ",par=4", over: input) == output)
    }

    @Test("Lines larger than a pipe go through")
    func largeLines() throws {
        let large = Bytes([UInt8](repeating: 0x61, count: 1_000_000))
        #expect(try through("exec:cat", over: [large, "b", large]) == [large, "b", large])
        #expect(
            failure { _ = try through("exec:command=cat,restarts=0,maxBytes=1KiB", over: [large]) }.contains("maxBytes")
        )
    }

    @Test("A part of messages is given to the command")
    func parts() throws {
        let messages = [KeyValue(key: "k", value: "v"), KeyValue(key: nil, value: "w")]
        var changed = messages
        changed[0].key = "k!"
        #expect(try through(Self.shout + ",on=key", over: messages) == changed)
    }

    @Test("A command that has ended is started again, with the same element")
    func restarts() throws {
        #expect(try through("exec:head -n 1", over: ["a", "b", "c"]) == ["a", "b", "c"])
    }

    @Test("Each restart comes after a pause that doubles, in the time of the run")
    func backoff() throws {
        let words = Words(.bytes(["bad"]))
        let scheduler = Mutex<Duration?>(nil)
        let found = failure {
            _ = try SeededScheduler.run(seed: 1) {
                [pipeline = try words.pipeline([Self.moody + ",restarts=3,backoff=1s"])] simulated in
                let start = simulated.now
                defer { scheduler.withLock { $0 = simulated.now.elapsed(since: start) } }
                return try PipelineRun(pipeline, .quiet(on: simulated)).wait()
            }
        }
        #expect(found.contains("it ended with status 3"), "\(found)")
        let time = try #require(scheduler.withLock { $0 })
        #expect(time >= .seconds(7) && time < .seconds(9))
    }

    // S-ERR-2
    @Test("When restarts do not help the policy of the stage counts")
    func policy() throws {
        #expect(try through(Self.moody + ",restarts=1,onError=skip", over: ["a", "bad", "b"]) == ["a", "b"])
        #expect(try through(Self.moody + ",onError=retry:1:1ms:skip", over: ["a", "bad", "b"]) == ["a", "b"])
        let words = Words(.bytes(["a", "bad", "b"]))
        try words.run([Self.moody + ",restarts=0"]) { $0.onError = ConfigurationValue("skip", at: .standard) }
        #expect(words.sink.elements == ["a", "b"])
    }

    // S-ACK-1
    @Test("An element that was not answered is not committed")
    func acknowledges() throws {
        let store = MemoryCheckpointStore()
        let words = Words(.bytes(["a", "b", "bad", "c"]))
        let pipeline = try words.pipeline([Self.moody + ",restarts=1"])
        _ = failure {
            _ = try SeededScheduler.run(seed: 1) { scheduler in
                try PipelineRun(pipeline, .quiet(on: scheduler, checkpoints: store)).wait()
            }
        }
        #expect(words.sink.elements == ["a", "b"])
        #expect(store.checkpoint(of: "words")?.positions.values.first?.first?.offset == 2)
    }

    @Test(
        "A command that does not keep to one line for one line is an error",
        arguments: [
            (#"exec:command=while read -r l; do printf 'a\nb\n'; done,restarts=0"#, "more than one line"),
            ("exec:command=echo ready; cat,restarts=0", "one line"),
            ("exec:command=cat >/dev/null,restarts=0,timeout=20ms", "no answer within"),
            ("exec:command=/no/such/program,restarts=0", "status 127"),
            ("exec:command=kill -9 $$,restarts=0", "killed by signal 9"),
        ])
    func violations(_ stage: String, _ text: String) throws {
        let found = failure { _ = try through(stage, over: ["x", "y", "z"]) }
        #expect(found.contains(text), "\(found)")
    }

    @Test("An element with a newline is an error, and the command goes on")
    func newline() throws {
        #expect(try through("exec:command=cat,restarts=0,onError=skip", over: ["a", "b\nc", "d"]) == ["a", "d"])
    }

    @Test(
        "What it cannot do is a mistake of the configuration",
        arguments: [("exec", "needs the key"), ("exec:command= ", "no command")])
    func mistakes(_ stage: String, _ text: String) throws {
        #expect(failure { _ = try Words(.bytes([])).pipeline([stage]) }.contains(text))
    }

    @Test("Standard error is logged line by line, however much it is")
    func standardError() throws {
        let log = LoggedLines()
        let command = #"while read -r line; do seq 1 20000 >&2; echo done; done; printf 'the end' >&2"#
        var exchange: LineExchange? = LineExchange(Self.command(command), logger: log.logger)
        #expect(try exchange.map { try $0.answer("x") } == "done")
        #expect(try exchange.map { try $0.answer("y") } == "done")
        exchange = nil
        #expect(log.lines.withLock { $0 } == (1...20000).map { "\($0)" } + (1...20000).map { "\($0)" } + ["the end"])
    }

    @Test("The command is told of the end, and ends with the pipeline")
    func ends() throws {
        let log = LoggedLines()
        let polite = #"while read -r line; do echo $$; done; echo finished >&2"#
        var exchange: LineExchange? = LineExchange(Self.command(polite), logger: log.logger)
        let first = try #require(try exchange.flatMap { Int32(try $0.answer("x")) })
        exchange = nil
        #expect(log.lines.withLock { $0 } == ["finished"])
        #expect(kill(first, 0) == -1 && errno == ESRCH)
        let stubborn = #"trap '' TERM INT HUP; while read -r line; do echo $$; done; while :; do sleep 1000; done"#
        exchange = LineExchange(Self.command(stubborn), logger: log.logger)
        let second = try #require(try exchange.flatMap { Int32(try $0.answer("x")) })
        exchange = nil
        #expect(kill(second, 0) == -1 && errno == ESRCH)
    }

    // S-END-4
    @Test("No command is left when a run has ended, or failed")
    func nothingIsLeft() throws {
        let ids = try through(
            "exec:command=while read -r line; do echo $$; done,par=2", over: (0..<50).map { Bytes("\($0)") })
        let words = Words(.bytes(["a", "bad"]))
        _ = failure {
            try words.run([#"exec:command=while read -r line; do echo $$; done"#, "extract:pattern=x,noMatch=fail"])
        }
        for id in Set(ids) {
            let number = try #require(Int32(id.description))
            #expect(kill(number, 0) == -1 && errno == ESRCH)
        }
    }

    private static func command(_ text: String) -> ChildCommand {
        ChildCommand(command: text, timeout: .seconds(600), maxBytes: 1 << 20, grace: .milliseconds(500))
    }
}

extension LineExchange {
    fileprivate func answer(_ line: String) throws -> String {
        String(decoding: try Bytes(line).withUnsafeBytes { try exchange($0) }, as: UTF8.self)
    }
}

/// Keeps what was logged.
private final class LoggedLines: Sendable {
    let lines = Mutex<[String]>([])

    var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }

    private struct Handler: LogHandler {
        let log: LoggedLines
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        init(log: LoggedLines) { self.log = log }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            log.lines.withLock { $0.append("\(event.message)") }
        }
    }
}
