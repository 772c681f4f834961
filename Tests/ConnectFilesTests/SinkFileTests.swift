import Foundation
import Testing

@testable import Connect
@testable import ConnectFiles

@Suite("File sink, a single file")
struct SinkFileTests {
    @Test func `what the plan is told`() {
        let cases: [(FileSink, SinkDescriptor.Confirmation, Bool)] = [
            (FileSink("out"), .flush, false), (FileSink("out", durability: .none), .write, false),
            (FileSink("out", durability: .fsync), .flush, false), (FileSink("out", mode: .create), .close, false),
            (FileSink("out", mode: .replace), .close, false), (FileSink("out", delivery: .exactlyOnce), .flush, true),
        ]
        for (sink, confirmation, isExactlyOnce) in cases {
            #expect(sink.descriptor.confirmation == confirmation)
            #expect(sink.descriptor.isExactlyOnce == isExactlyOnce)
            #expect(sink.descriptor.kind == "FileSink")
            #expect(sink.descriptor.target == "out")
        }
    }

    // Case 79
    @Test func `options that do not go together are refused`() {
        let cases = [
            FileSink(""), FileSink("a/"), FileSink(".."), FileSink("out", roll: RollPolicy()),
            FileSink("out", roll: RollPolicy(bytes: 0)), FileSink("out", roll: RollPolicy(every: .zero)),
            FileSink("out", roll: RollPolicy(bytes: 1, count: -1)),
            FileSink("out", mode: .create, roll: RollPolicy(count: 1)),
            FileSink("out", mode: .replace, delivery: .exactlyOnce),
            FileSink("out", durability: .none, delivery: .exactlyOnce),
        ]
        for sink in cases { #expect(connectorError { _ = try sink.makeWriter() }?.code == .configuration) }
    }

    @Test func `lines are added to what is there`() throws {
        let directory = try TemporaryDirectory()
        for text in ["a", "b"] {
            var writer = try FileSink(directory.file("out")).opened()
            try writer.write([text])
            try writer.flush()
            try writer.close(succeeded: true)
        }
        #expect(directory.contents("out") == "a\nb\n")
        #expect(directory.names == ["out"])
    }

    // Rule 6
    @Test func `lines begin on a line of their own, raw elements do not`() throws {
        for (framing, expected) in [(OutputFraming.lines, "torn\na\n"), (.raw, "torna")] {
            let files = MemoryFileSystem()
            files.put("out", "torn")
            var writer = try FileSink("out", framing: framing, fileSystem: files).opened()
            #expect(files.contents(of: "out") == "torn")
            try writer.write(["a"])
            try writer.close(succeeded: true)
            #expect(files.contents(of: "out") == expected)
        }
    }

    @Test func `a missing last newline stays missing until a later run goes on`() throws {
        let files = MemoryFileSystem()
        for text in ["a", "b", "c"] {
            var writer = try FileSink("out", fileSystem: files).opened()
            try writer.write([text], endsUnterminated: true)
            try writer.close(succeeded: true)
        }
        #expect(files.contents(of: "out") == "a\nb\nc")
    }

    // S-ACK-3
    @Test func `a flush makes data and, the first time, the name durable`() throws {
        for (durability, sync) in [(FileSink.Durability.flush, "sync data out"), (.fsync, "sync out")] {
            let files = MemoryFileSystem()
            var writer = try FileSink("out", durability: durability, fileSystem: files).opened()
            try writer.write(["a"])
            #expect(files.operations == ["create out", "write out 2"])
            try writer.flush()
            #expect(files.operations.suffix(2) == [sync, "sync directory ."])
            files.clearOperations()
            try writer.flush()
            #expect(files.operations == [])
            try writer.write(["b"])
            try writer.flush()
            #expect(files.operations == ["write out 2", sync])
        }
        let files = MemoryFileSystem()
        var writer = try FileSink("out", durability: .none, fileSystem: files).opened()
        try writer.write(["a"])
        try writer.flush()
        try writer.close(succeeded: true)
        #expect(files.operations == ["create out", "write out 2"])
    }

    // Rule 4: EIO from fsync means not durable, and the system says it only once.
    @Test func `a failed flush fails for good`() throws {
        let files = MemoryFileSystem()
        var writer = try FileSink("out", fileSystem: files).opened()
        try writer.write(["a"])
        files.fail("sync data out", with: ConnectorError(SystemError(number: EIO), cannot: "make durable out"))
        #expect(connectorError { try writer.flush() }?.code == .inputOutput)
        files.fail("sync data out", with: nil)
        let error = connectorError { try writer.flush() }
        #expect(error?.code == .inputOutput)
        #expect(error?.message.contains("may not be on the device") == true)
        try writer.close(succeeded: false)
    }

    // Case 52
    @Test func `what a full device took of a batch is taken back`() throws {
        let files = MemoryFileSystem()
        var writer = try FileSink("out", fileSystem: files).opened()
        try writer.write(["whole"])
        files.fail("write out 12", with: ConnectorError(SystemError(number: ENOSPC), cannot: "write out"))
        #expect(connectorError { try writer.write(["longer line"]) }?.code == .noSpace)
        #expect(files.contents(of: "out") == "whole\n")
        try writer.close(succeeded: false)
    }

    @Test func `a device that is written to needs neither durability nor a name`() throws {
        var writer = try FileSink("/dev/null").opened()
        try writer.write(["a"])
        try writer.flush()
        try writer.close(succeeded: true)
        writer = try FileSink("/dev/full").opened()
        #expect(connectorError { try writer.write(["a"]) }?.code == .noSpace)
    }

    @Test func `what cannot be written to is an error at the start`() throws {
        let directory = try TemporaryDirectory()
        #expect(symlink("circle", directory.path + "/circle") == 0)
        #expect(mkfifo(directory.path + "/pipe", 0o600) == 0)
        directory.put("file", [])
        let cases: [(FilePath, ConnectorError.Code, String)] = [
            (FilePath(directory.path), .configuration, "is a directory"),
            (directory.file("missing/out"), .notFound, "missing"), (directory.file("file/out"), .notFound, "file"),
            (directory.file("circle"), .configuration, "circle"), (directory.file("pipe"), .inputOutput, "reader"),
            (directory.file(String(repeating: "x", count: 256)), .configuration, "255"),
            ("/sys/out", .notPermitted, "/sys/out"),
        ]
        for (path, code, words) in cases {
            let error = connectorError { _ = try FileSink(path).opened() }
            #expect(error?.code == code, "\(path)")
            #expect(error?.message.contains(words) == true)
        }
    }

    @Test func `a symbolic link leads to the file that is added to`() throws {
        let directory = try TemporaryDirectory()
        #expect(symlink("target", directory.path + "/link") == 0)
        var writer = try FileSink(directory.file("link")).opened()
        try writer.write(["a"])
        try writer.close(succeeded: true)
        #expect(directory.contents("target") == "a\n")
    }

    @Test func `a named pipe is written while it has a reader`() throws {
        let directory = try TemporaryDirectory()
        #expect(mkfifo(directory.path + "/pipe", 0o600) == 0)
        let reader = open(directory.path + "/pipe", O_RDONLY | O_NONBLOCK)
        var writer = try FileSink(directory.file("pipe")).opened()
        try writer.write(["a"])
        try writer.flush()
        var memory = [UInt8](repeating: 0, count: 8)
        #expect(read(reader, &memory, 8) == 2)
        close(reader)
        #expect(connectorError { try writer.write(["b"]) }?.code == .brokenPipe)
    }

    // Case 102
    @Test func `any file name can be written`() throws {
        let directory = try TemporaryDirectory()
        for name: [UInt8] in [[0x2D, 0x6E], [0x0A], [0xFF, 0xFE], Array(repeating: 0x78, count: 255)] {
            let path = FilePath(directory.path).appending(FilePath(bytes: name))
            var writer = try FileSink(path).opened()
            try writer.write(["a"])
            try writer.close(succeeded: true)
            #expect(try POSIXFileSystem().status(of: path).size == 2)
        }
    }
}
