import Foundation
import Testing

@testable import Connect
@testable import ConnectFiles

@Suite("File sink, a series of files")
struct SinkRollingTests {
    private let files = MemoryFileSystem()
    private let scheduler = ManualScheduler()

    private func sink(_ roll: RollPolicy, framing: OutputFraming = .lines) -> FileSink {
        FileSink("out", framing: framing, roll: roll, fileSystem: files)
    }

    private var outputs: [String: String] {
        Dictionary(
            uniqueKeysWithValues: files.fileNames.filter { !$0.hasSuffix(".lock") }.map {
                ("\($0)", files.contents(of: $0) ?? "")
            })
    }

    @Test func `a file has as many elements as wanted, however they come`() throws {
        var writer = try sink(RollPolicy(count: 3)).opened()
        try writer.write(["1"])
        try writer.write(["2", "3", "4", "5", "6", "7", "8"])
        #expect(
            outputs == ["out.000001": "1\n2\n3\n", "out.000002": "4\n5\n6\n", "out.000003.partial": "7\n8\n"])
        try writer.close(succeeded: true)
        #expect(outputs.keys.sorted() == ["out.000001", "out.000002", "out.000003"])
    }

    @Test func `a file has at most as many bytes as wanted, unless one element has more`() throws {
        var writer = try sink(RollPolicy(bytes: 6)).opened()
        try writer.write(["12", "45", "123", "1234", "12345", "12345678", "1", "", ""])
        try writer.close(succeeded: true)
        #expect(
            outputs == [
                "out.000001": "12\n45\n", "out.000002": "123\n", "out.000003": "1234\n", "out.000004": "12345\n",
                "out.000005": "12345678\n", "out.000006": "1\n\n\n",
            ])
    }

    // S-TRG-3
    @Test func `a file takes elements as long as wanted, and ends without a further one`() throws {
        var writer = try sink(RollPolicy(every: .seconds(10))).opened(scheduler: scheduler)
        #expect(try writer.service(now: scheduler.now) == nil)
        try writer.write(["1"])
        let start = scheduler.now
        #expect(try writer.service(now: start) == start.advanced(by: .seconds(10)))
        scheduler.advance(by: .seconds(9))
        try writer.write(["2"])
        scheduler.advance(by: .seconds(1))
        #expect(try writer.service(now: scheduler.now) == nil)
        #expect(outputs == ["out.000001": "1\n2\n"])
        try writer.write(["3"])
        scheduler.advance(by: .seconds(10))
        try writer.write(["4"])
        #expect(outputs == ["out.000001": "1\n2\n", "out.000002": "3\n", "out.000003.partial": "4\n"])
    }

    @Test func `a file that is whole is durable, renamed, and its name made durable`() throws {
        var writer = try sink(RollPolicy(count: 1)).opened()
        files.clearOperations()
        try writer.write(["1"])
        #expect(
            files.operations == [
                "create out.000001.partial", "write out.000001.partial 2", "sync data out.000001.partial",
                "rename out.000001.partial out.000001", "sync directory .",
            ])
    }

    @Test func `the end of a file ends a line`() throws {
        var writer = try sink(RollPolicy(count: 1)).opened()
        try writer.write(["1"], endsUnterminated: true)
        try writer.write(["2"])
        #expect(outputs == ["out.000001": "1", "out.000002": "2\n"])
        try writer.close(succeeded: true)
    }

    @Test func `the newline that was missing counts`() throws {
        var writer = try sink(RollPolicy(bytes: 3)).opened()
        try writer.write(["1"], endsUnterminated: true)
        try writer.write(["2"], endsUnterminated: true)
        try writer.close(succeeded: true)
        #expect(outputs == ["out.000001": "1", "out.000002": "2"])
    }

    // S-ACK-6: what a crash left unfinished may be confirmed, so it is kept.
    @Test func `a restart completes what is unfinished and goes on with the next number`() throws {
        for name in ["out.000007", "out.0000012", "out.12", "out.000003.partial.bak", "other.000099"] {
            files.put(FilePath(name), "x")
        }
        files.put("out.000008.partial", "torn")
        files.put("out.000009.partial", "")
        var writer = try sink(RollPolicy(count: 1)).opened()
        try writer.write(["1"])
        try writer.close(succeeded: true)
        #expect(outputs["out.000008"] == "torn")
        #expect(outputs["out.000010"] == "1\n")
        #expect(outputs.count == 7)
    }

    // Case 14
    @Test func `restarts without elements change nothing`() throws {
        for _ in 0..<50 {
            var writer = try sink(RollPolicy(count: 1)).opened()
            try writer.close(succeeded: true)
        }
        #expect(outputs == [:])
    }

    @Test func `a failure leaves the unfinished file for the next run`() throws {
        var writer = try sink(RollPolicy(count: 9)).opened()
        try writer.write(["1"])
        try writer.flush()
        try writer.close(succeeded: false)
        #expect(outputs == ["out.000001.partial": "1\n"])
        writer = try sink(RollPolicy(count: 9)).opened()
        #expect(outputs == ["out.000001": "1\n"])
    }

    @Test func `a second run is kept away from the series`() throws {
        let writer = try sink(RollPolicy(count: 1)).opened()
        #expect(connectorError { _ = try sink(RollPolicy(count: 1)).opened() }?.code == .locked)
        _ = consume writer
        _ = try sink(RollPolicy(count: 1)).opened()
    }

    @Test func `a final name that is taken is not overwritten`() throws {
        var writer = try sink(RollPolicy(count: 1)).opened()
        files.put("out.000001", "somebody else's")
        #expect(connectorError { try writer.write(["1"]) }?.code == .configuration)
        #expect(outputs["out.000001"] == "somebody else's")
    }

    @Test func `a directory that cannot be written is an error at the start`() {
        files.fail(
            "create out.000001.partial", with: ConnectorError(SystemError(number: EROFS), cannot: "open"))
        #expect(connectorError { _ = try sink(RollPolicy(count: 1)).opened() }?.code == .notPermitted)
    }

    @Test func `numbers go beyond six digits`() throws {
        files.put("out.999999", "")
        var writer = try sink(RollPolicy(count: 1)).opened()
        try writer.write(["1", "2"])
        try writer.close(succeeded: true)
        #expect(outputs["out.1000000"] == "1\n")
        #expect(outputs["out.1000001"] == "2\n")
        writer = try sink(RollPolicy(count: 1)).opened()
        try writer.write(["3"])
        #expect(outputs["out.1000002"] == "3\n")
    }
}
