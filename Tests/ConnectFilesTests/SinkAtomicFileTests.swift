import Foundation
import Testing

@testable import Connect
@testable import ConnectFiles

@Suite("File sink, a file that appears as a whole")
struct SinkAtomicFileTests {
    @Test(arguments: [FileSink.Mode.create, .replace]) func `the file appears at the end`(mode: FileSink.Mode) throws {
        let files = MemoryFileSystem()
        if mode == .replace { files.put("out", "old") }
        var writer = try FileSink("out", mode: mode, fileSystem: files).opened()
        try writer.write(["a"])
        try writer.flush()
        #expect(files.contents(of: "out") == (mode == .replace ? "old" : nil))
        files.clearOperations()
        try writer.write(["b"], endsUnterminated: true)
        try writer.close(succeeded: true)
        #expect(files.contents(of: "out") == "a\nb")
        #expect(
            files.operations == [
                "write out.temporary 1", "sync out.temporary", "rename out.temporary out", "sync directory .",
            ])
    }

    @Test func `after a failure nothing is left`() throws {
        let files = MemoryFileSystem()
        var writer = try FileSink("out", mode: .create, fileSystem: files).opened()
        try writer.write(["a"])
        try writer.close(succeeded: false)
        #expect(files.fileNames == [])
    }

    @Test(arguments: ["sync out.temporary", "rename out.temporary out"])
    func `what could not be ended is removed and reported`(operation: String) throws {
        let files = MemoryFileSystem()
        var writer = try FileSink("out", mode: .create, fileSystem: files).opened()
        try writer.write(["a"])
        files.fail(operation, with: ConnectorError(SystemError(number: EIO), cannot: operation))
        #expect(connectorError { try writer.close(succeeded: true) }?.code == .inputOutput)
        #expect(files.fileNames == [])
    }

    @Test func `a name that is taken is refused at the start, and at the end`() throws {
        let files = MemoryFileSystem()
        files.put("taken", "")
        let error = connectorError { _ = try FileSink("taken", mode: .create, fileSystem: files).opened() }
        #expect(error?.code == .configuration)
        #expect(error?.message.contains("is there already") == true)
        var writer = try FileSink("out", mode: .create, fileSystem: files).opened()
        files.put("out", "somebody else's")
        #expect(connectorError { try writer.close(succeeded: true) }?.code == .configuration)
        #expect(files.contents(of: "out") == "somebody else's")
    }

    @Test(arguments: [FileStatus.Kind.directory, .symbolicLink, .stream, .other])
    func `only regular files are replaced`(kind: FileStatus.Kind) {
        let files = MemoryFileSystem()
        files.put("out", "", kind: kind)
        let error = connectorError { _ = try FileSink("out", mode: .replace, fileSystem: files).opened() }
        #expect(error?.code == .configuration)
    }

    @Test func `what a crash left behind is written over, what a living run writes is not`() throws {
        let directory = try TemporaryDirectory()
        directory.put("out.temporary", "left behind, and quite long".utf8)
        var first = try FileSink(directory.file("out"), mode: .replace).opened()
        let error = connectorError { _ = try FileSink(directory.file("out"), mode: .replace).opened() }
        #expect(error?.code == .locked)
        try first.write(["a"])
        try first.close(succeeded: true)
        #expect(directory.contents("out") == "a\n")
        var second = try FileSink(directory.file("out"), mode: .replace).opened()
        try second.close(succeeded: true)
        #expect(directory.contents("out") == "")
        #expect(directory.names == ["out"])
    }

    // S-ACK-6
    @Test func `after a crash at any change the old file or the new one is there`() throws {
        var number = 0
        var isWhole = false
        while !isWhole {
            let files = MemoryFileSystem()
            files.put("out", "old")
            files.crash(at: number)
            do {
                var writer = try FileSink("out", mode: .replace, fileSystem: files).opened()
                try writer.write(["a"])
                try writer.write(["b"])
                try writer.close(succeeded: true)
                isWhole = true
            } catch {}
            for crash in [MemoryFileSystem.Crash.durable, .everything] + (0..<20).map({ .some(seed: $0) }) {
                let found = files.afterCrash(crash).contents(of: "out")
                #expect(found == "a\nb\n" || (found == "old" && !isWhole), "change \(number), \(crash)")
            }
            number += 1
        }
        #expect(number > 5)
    }
}
