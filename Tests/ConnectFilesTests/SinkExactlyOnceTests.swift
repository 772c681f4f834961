import Foundation
import Testing

@testable import Connect
@testable import ConnectFiles

@Suite("File sink, exactly once")
struct SinkExactlyOnceTests {
    private let files = MemoryFileSystem()
    private var sink: FileSink { FileSink("out", delivery: .exactlyOnce, fileSystem: files) }
    private var series: FileSink {
        FileSink("out", roll: RollPolicy(count: 2), delivery: .exactlyOnce, fileSystem: files)
    }

    private func position(_ offset: Int64) -> [Position] { [Position(partition: "list", offset: offset)] }

    @Test func `sinks that keep no positions say so`() throws {
        var writer = try FileSink("out", fileSystem: files).opened()
        #expect(try writer.restoredPositions() == nil)
    }

    @Test func `a first run has no positions, the next one those that were stored`() throws {
        var writer = try sink.opened()
        #expect(try writer.restoredPositions() == [])
        try writer.write(["a"])
        writer.markBoundary()
        try writer.write(["b"])
        try writer.flush()
        try writer.store(position(1))
        #expect(files.contents(of: "out") == "a\nb\n")
        try writer.close(succeeded: false)
        writer = try sink.opened()
        #expect(try writer.restoredPositions() == position(1))
        #expect(files.contents(of: "out") == "a\n")
    }

    // A run names only the partitions that it has read from.
    @Test func `partitions that have not moved keep their positions`() throws {
        let first = Position(partition: "a", offset: 1, isComplete: true, detail: "inode=1")
        let second = Position(partition: "b", offset: 2)
        for (moved, expected) in [([first], [first]), ([second], [first, second]), ([], [first, second])] {
            var writer = try sink.opened()
            writer.markBoundary()
            try writer.store(moved)
            try writer.close(succeeded: true)
            writer = try sink.opened()
            #expect(try writer.restoredPositions() == expected)
            try writer.close(succeeded: true)
        }
    }

    // S-ACK-3: nothing is stored before the output up to it is durable.
    @Test func `the output is durable before its positions are stored, in one step`() throws {
        var writer = try sink.opened()
        try writer.write(["a"])
        writer.markBoundary()
        files.clearOperations()
        try writer.flush()
        try writer.store(position(1))
        let operations = files.operations.map { $0.hasPrefix("write") ? "write" : $0 }
        #expect(
            operations == [
                "sync data out", "sync directory .", "create out.positions.temporary", "write",
                "sync out.positions.temporary", "rename out.positions.temporary out.positions", "sync directory .",
            ])
        files.clearOperations()
        try writer.store(position(1))
        #expect(files.operations == [])
    }

    @Test func `a flush that failed is not followed by a store`() throws {
        var writer = try sink.opened()
        try writer.write(["a"])
        writer.markBoundary()
        files.fail("sync data out", with: ConnectorError(SystemError(number: EIO), cannot: "make durable"))
        #expect(connectorError { try writer.flush() }?.code == .inputOutput)
        files.fail("sync data out", with: nil)
        #expect(connectorError { try writer.store(position(1)) }?.code == .inputOutput)
    }

    @Test func `a rolled file gets its final name once the positions cover it`() throws {
        var writer = try series.opened()
        try writer.write(["1", "2", "3"])
        try writer.flush()
        #expect(files.fileNames.contains("out.000001.partial"))
        writer.markBoundary()
        try writer.write(["4", "5"])
        try writer.flush()
        try writer.store(position(3))
        #expect(
            files.fileNames == [
                "out.000001", "out.000002.partial", "out.000003.partial", "out.lock", "out.positions",
            ])
        writer = try reopened(consume writer)
        #expect(files.contents(of: "out.000002.partial") == "3\n")
        try writer.write(["4", "5"])
        #expect(files.contents(of: "out.000002.partial") == "3\n4\n")
    }

    @Test func `a boundary at the end of a file stays where it is once the file has its final name`() throws {
        var writer = try series.opened()
        try writer.write(["1"])
        try writer.write(["2"])
        writer.markBoundary()
        for _ in 0..<2 {
            try writer.write(["3"])
            try writer.flush()
            try writer.store(position(2))
        }
        writer = try reopened(consume writer)
        #expect(try writer.restoredPositions() == position(2))
        #expect(files.fileNames == ["out.000001", "out.lock", "out.positions"])
    }

    private func reopened(_ writer: consuming FileSinkWriter) throws -> FileSinkWriter {
        var old = writer
        try old.close(succeeded: false)
        return try series.opened()
    }

    @Test func `an output without positions is refused unless it is empty`() throws {
        files.put("out", "")
        var writer = try sink.opened()
        try writer.close(succeeded: true)
        for (name, sink) in [("out", sink), ("out.000004", series), ("out.000001.partial", series)] {
            let files = MemoryFileSystem()
            files.put(FilePath(name), "data")
            var sink = sink
            sink.fileSystem = files
            let error = connectorError { _ = try sink.opened() }
            #expect(error?.code == .configuration)
            #expect(error?.message.contains("out.positions") == true)
            #expect(files.contents(of: FilePath(name)) == "data")
        }
    }

    @Test func `an output that does not go with its positions is refused`() throws {
        var writer = try sink.opened()
        try writer.write(["a"])
        writer.markBoundary()
        try writer.store(position(1))
        try writer.close(succeeded: true)
        for text in ["", "a"] {
            files.put("out", text)
            #expect(connectorError { _ = try sink.opened() }?.code == .damagedCheckpoint)
        }
        try files.remove("out")
        #expect(connectorError { _ = try sink.opened() }?.code == .damagedCheckpoint)
    }

    @Test func `a file of a series that the positions do not know is refused`() throws {
        var writer = try series.opened()
        try writer.close(succeeded: true)
        files.put("out.000001", "somebody else's")
        #expect(connectorError { _ = try series.opened() }?.code == .damagedCheckpoint)
    }

    @Test func `whole files of a series may be taken away`() throws {
        var writer = try series.opened()
        try writer.write(["1", "2", "3"])
        writer.markBoundary()
        try writer.flush()
        try writer.store(position(3))
        try writer.close(succeeded: true)
        try files.remove("out.000001")
        try files.remove("out.000002")
        writer = try series.opened()
        #expect(try writer.restoredPositions() == position(3))
        try writer.write(["4"])
        #expect(files.contents(of: "out.000003.partial") == "4\n")
    }

    // S-ACK-8
    @Test func `positions that are damaged, of another pipeline, newer or of another kind of output are refused`()
        throws
    {
        var writer = try sink.opened()
        try writer.close(succeeded: true)
        #expect(connectorError { _ = try sink.opened(pipeline: "other") }?.code == .foreignCheckpoint)
        #expect(connectorError { _ = try series.opened() }?.code == .configuration)
        let cases: [(String, ConnectorError.Code)] = [
            ("", .damagedCheckpoint), ("connect positions 2\n", .newerCheckpoint),
            (CheckpointText.encode(Checkpoint(pipeline: "orders")).description, .damagedCheckpoint),
        ]
        for (text, code) in cases {
            files.put("out.positions", text)
            let error = connectorError { _ = try sink.opened() }
            #expect(error?.code == code)
            #expect(error?.message.contains("out.positions") == true)
            #expect(files.contents(of: "out.positions") == text)
        }
    }

    @Test func `a second run is kept away`() throws {
        let directory = try TemporaryDirectory()
        let sink = FileSink(directory.file("out"), delivery: .exactlyOnce)
        var writer = try sink.opened()
        let error = connectorError { _ = try sink.opened() }
        #expect(error?.code == .locked)
        #expect(error?.message.contains("\(getpid())") == true)
        try writer.close(succeeded: true)
        _ = try sink.opened()
    }

    @Test func `a symbolic link or a device is no output that can be cut`() throws {
        let directory = try TemporaryDirectory()
        #expect(symlink("target", directory.path + "/out") == 0)
        let sink = FileSink(directory.file("out"), delivery: .exactlyOnce)
        #expect(connectorError { _ = try sink.opened() }?.code == .configuration)
        files.put("out", "", kind: .stream)
        #expect(connectorError { _ = try self.sink.opened() }?.code == .configuration)
    }

    // Case 52
    @Test func `a full device when the positions are stored leaves the old ones`() throws {
        var writer = try sink.opened()
        try writer.write(["a"])
        writer.markBoundary()
        try writer.flush()
        try writer.store(position(1))
        let stored = files.contents(of: "out.positions")
        try writer.write(["b"])
        writer.markBoundary()
        try writer.flush()
        files.fail(
            "sync out.positions.temporary", with: ConnectorError(SystemError(number: ENOSPC), cannot: "make durable"))
        #expect(connectorError { try writer.store(position(2)) }?.code == .noSpace)
        try writer.close(succeeded: false)
        #expect(files.contents(of: "out.positions") == stored)
        #expect(files.fileNames == ["out", "out.lock", "out.positions"])
    }

    @Test func `the missing newline of the last line is remembered`() throws {
        var writer = try sink.opened()
        // An element that itself ends with a newline, as the unterminated end of a text: the file cannot tell.
        try writer.write(["a\n"], endsUnterminated: true)
        writer.markBoundary()
        try writer.flush()
        try writer.store(position(1))
        try writer.close(succeeded: true)
        writer = try sink.opened()
        try writer.write(["b"])
        #expect(files.contents(of: "out") == "a\n\nb\n")
    }

    @Test func `the text of positions survives, and every truncation and change of it is refused`() throws {
        let record = PositionRecord(
            pipeline: "orders of today",
            boundary: OutputBoundary(file: 3, length: 18_422, elementCount: 211, isUnterminated: true),
            positions: [
                Position(partition: "a b", offset: 1, isComplete: true, detail: "x"),
                Position(partition: "c", offset: -7),
            ])
        let text = PositionsText.encode(record)
        #expect(try PositionsText.decode(text) == record)
        for index in 0..<text.count {
            #expect(connectorError { _ = try PositionsText.decode(text[0..<index]) } != nil)
            for bit in 0..<8 {
                var altered = Array(text)
                altered[index] ^= 1 << bit
                #expect(connectorError { _ = try PositionsText.decode(Bytes(altered)) } != nil)
            }
        }
        for lines in [
            ["pipeline p"], ["pipeline p", "output 0 0 -1 -"], ["pipeline p", "output 0 0 0 -", "state a b"],
        ] {
            #expect(connectorError { _ = try PositionsText.decode(PositionsText.frame.encode(lines)) } != nil)
        }
    }
}
