import Foundation
import Testing

@testable import Connect
@testable import ConnectFiles

@Suite struct `Whole files` {
    let directory: SourceDirectory

    init() throws { directory = try SourceDirectory() }

    @Test func `are one message each, also empty ones and those whose size is not known`() throws {
        try directory.write("", to: "1")
        try directory.write("two\n", to: "2")
        try directory.write(String(repeating: "x", count: 300_000), to: "3")
        var driver = try SourceDriver(FileSource(directory: directory.path).whole())
        #expect(try driver.drain().map(\.count) == [0, 4, 300_000])
        var unsized = try SourceDriver(FileSource("/proc/self/status").whole())
        #expect(try unsized.drain().map { $0.description.contains("Threads:") } == [true])
    }

    @Test func `are done or not, and those that are done are skipped`() throws {
        // S-ACK-8
        for name: FilePath in ["1", "2", "3", "4"] { try directory.write("\(name)", to: name) }
        let source = FileSource(directory: directory.path).whole()
        var first = try SourceDriver(source)
        #expect(first.poll(capacity: 2).elements == ["1", "2"])
        #expect(first.checkpoint.map(\.isComplete) == [true, true])
        // A limit commits behind the element, before the end of its partition is seen.
        let limited = [first.checkpoint[0], Position(partition: first.checkpoint[1].partition, offset: 1)]
        for positions in [first.checkpoint, limited] {
            var second = try SourceDriver(source, at: positions)
            #expect(try second.drain() == ["3", "4"])
        }
    }

    @Test func `larger than the limit are refused before they are read`() throws {
        try directory.write("0123456789", to: "file")
        var exact = try SourceDriver(FileSource(directory.file("file")).whole(maxBytes: 10))
        #expect(try exact.drain() == ["0123456789"])
        var driver = try SourceDriver(FileSource(directory.file("file")).whole(maxBytes: 9))
        let failed = driver.poll()
        #expect(code(of: failed.failure) == .limitExceeded && failed.elements.isEmpty)
        var unsized = try SourceDriver(FileSource("/proc/self/status").whole(maxBytes: 10))
        #expect(code(of: unsized.poll().failure) == .limitExceeded)
        #expect(throws: ConnectorError.self) { _ = try SourceDriver(FileSource("/dev/null").whole(maxBytes: -1)) }
    }

    @Test func `come from pipes too, over several polls and within the limit`() throws {
        let path = try directory.makePipe("pipe")
        for (limit, expected) in [(100, true), (7, false)] {
            var driver = try SourceDriver(FileSource(path).whole(maxBytes: limit))
            #expect(driver.poll().poll == .idle)
            let writer = try POSIXFileSystem().open(path, FileAccess(.write))
            try writer.write("0123")
            #expect(driver.poll().poll == .idle)
            try writer.write("4567")
            try writer.close()
            let result = driver.poll()
            #expect(result.elements == (expected ? ["01234567"] : []))
            #expect((code(of: result.failure) == .limitExceeded) != expected)
        }
    }

    @Test func `cannot be followed`() throws {
        let error = #expect(throws: ConnectorError.self) {
            _ = try SourceDriver(FileSource("file", follow: true).whole())
        }
        #expect(error?.code == .configuration)
    }

    @Test func `deliver those before an error`() throws {
        let bad = try directory.write("bad", to: "2")
        try directory.write("good", to: "1")
        let source = FileSource(
            directory: directory.path, fileSystem: FaultyFileSystem(.read(atByte: 1, EIO), at: bad))
        var driver = try SourceDriver(source.whole())
        let result = driver.poll()
        #expect(result.elements == ["good"] && code(of: result.failure) == .inputOutput)
    }
}
