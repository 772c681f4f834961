import Foundation
import Testing

@testable import Connect
@testable import ConnectFiles

@Suite struct `File source` {
    let directory: SourceDirectory

    init() throws { directory = try SourceDirectory() }

    @Test(arguments: [0, 1, 4095, 4096, 65_535, 65_536, 65_537, 131_072, 200_001])
    func `passes the bytes of a file unchanged in chunks of at most 64 KiB`(size: Int) throws {
        // case 97
        let bytes = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
        let path = directory.file("data")
        let file = try POSIXFileSystem().open(path, FileAccess(.write, creates: true))
        try bytes.withUnsafeBytes { try file.write($0) }
        var driver = try SourceDriver(FileSource(path))
        let chunks = try driver.drain()

        #expect(chunks.flatMap { Array($0.bytes) } == bytes)
        #expect(chunks.count == max(1, (size + 65_535) / 65_536))
        var offset: Int64 = 0
        for chunk in chunks {
            #expect(chunk.offset == offset)
            offset += Int64(chunk.bytes.count)
        }
        #expect(chunks.map(\.isLast) == chunks.indices.map { $0 == chunks.count - 1 })
        #expect(driver.checkpoint == [try directory.position("data", Int64(size), isComplete: true)])
    }

    @Test func `gives one chunk of a large file per poll, so that memory stays bounded`() throws {
        let path = try directory.write(String(repeating: "x", count: 1 << 20), to: "data")
        var driver = try SourceDriver(FileSource(path))
        #expect(driver.poll().elements.count == 1)
        #expect(driver.poll().elements.count == 1)
    }

    @Test func `puts small files together into one batch, up to the room in it`() throws {
        for index in 0..<10 { try directory.write("\(index)", to: FilePath("f\(index)")) }
        var driver = try SourceDriver(FileSource(directory: directory.path))
        let first = driver.poll(capacity: 7)
        #expect(first.elements.count == 7 && first.poll == .ready)
        let second = driver.poll(capacity: 7)
        #expect(second.elements.count == 3 && second.poll == .ended)
    }

    @Test func `reads a list in its own order and a directory in byte-wise order without hidden files`() throws {
        for name: FilePath in ["b", "a", "B", "é", "10", "9", ".hidden"] { try directory.write("\(name)", to: name) }
        try directory.createDirectory("subdirectory")
        try directory.link("dangling", to: "nowhere")
        try directory.link("loop", to: "loop")
        var listed = try SourceDriver(FileSource([directory.file("b"), directory.file("a")]))
        #expect(try listed.texts() == ["b: b|", "a: a|"])
        var all = try SourceDriver(FileSource(directory: directory.path))
        #expect(try all.texts() == ["10: 10|", "9: 9|", "B: B|", "a: a|", "b: b|", "é: é|"])
    }

    @Test func `goes on in the middle, skips what was completed and reads what has come`() throws {
        // S-ACK-6, S-ACK-8
        try directory.write("done", to: "1.log")
        try directory.write("0123456789", to: "2.log")
        try directory.write("new", to: "3.log")
        var driver = try SourceDriver(
            FileSource(glob: directory.file("*.log")),
            at: [
                try directory.position("1.log", 4, isComplete: true),
                try directory.position("2.log", 6),
            ])
        let chunks = try driver.drain()
        #expect(chunks.map(\.bytes.description) == ["6789", "new"])
        #expect(chunks.map(\.offset) == [6, 0])
        #expect(driver.checkpoint.map(\.isComplete) == [true, true, true])
        #expect(driver.log.all.isEmpty)
    }

    @Test func `does nothing when started again and again without new input`() throws {
        // case 14
        try directory.write("text", to: "file")
        let source = FileSource(directory: directory.path)
        var first = try SourceDriver(source)
        _ = try first.drain()
        for _ in 0..<50 {
            var again = try SourceDriver(source, at: first.checkpoint)
            #expect(try again.drain().isEmpty)
            #expect(again.checkpoint == first.checkpoint)
        }
    }

    @Test func `resumes after every chunk of every file with nothing lost and nothing twice`() throws {
        let texts = ["", "a", String(repeating: "0123456789abcdef", count: 40_000), "end"]
        for (index, text) in texts.enumerated() { try directory.write(text, to: FilePath("f\(index)")) }
        let source = FileSource(directory: directory.path)
        var positions: [Position] = []
        var result = ""
        while true {
            var driver = try SourceDriver(source, at: positions)
            let polled = driver.poll(capacity: 1)
            result += polled.elements.map(\.bytes.description).joined()
            positions = driver.checkpoint
            if polled.poll == .ended { break }
        }
        #expect(result == texts.joined())
    }

    @Test func `refuses a file that is shorter than its position, naming both`() throws {
        let path = try directory.write("0123", to: "file")
        let error = #expect(throws: ConnectorError.self) {
            _ = try SourceDriver(FileSource(path), at: [try directory.position("file", 10)])
        }
        #expect(error?.code == .malformed)
        #expect(error?.message.contains("has 4 bytes") == true && error?.message.contains("10 were read") == true)
    }

    @Test(arguments: [false, true])
    func `refuses a file in the place of the one that the position speaks of`(isComplete: Bool) throws {
        try directory.write("0123456789", to: "file")
        let position = try directory.position("file", 5, isComplete: isComplete)
        try directory.rename("file", to: "old")
        let path = try directory.write("abcdefghij", to: "file")
        let error = #expect(throws: ConnectorError.self) {
            _ = try SourceDriver(FileSource(path), at: [position])
        }
        #expect(error?.code == .malformed && error?.message.contains("another file") == true)
    }

    @Test(arguments: [false, true])
    func `refuses a file that was written anew in its place`(isComplete: Bool) throws {
        let path = try directory.write("0123456789", to: "file")
        let position = try directory.position("file", 5, isComplete: isComplete)
        try directory.write("abcdefghijklmn", to: "file")
        let error = #expect(throws: ConnectorError.self) {
            _ = try SourceDriver(FileSource(path), at: [position])
        }
        #expect(error?.code == .malformed && error?.message.contains("another file") == true)
    }

    @Test(arguments: ["", "1:2", "x:y", "1:2:3", "1:2:0:a", "1:2:1025:a", "1:2:3:4:5", ":", "1:2:3:g"])
    func `takes a detail that it does not know for none`(detail: String) {
        let known = KnownFile(detail: detail)
        #expect(known?.description == (detail == "1:2" ? "1:2" : nil))
    }

    @Test func `takes a file on a device of another number for the same, and says so`() throws {
        let path = try directory.write("0123456789", to: "file")
        var position = try directory.position("file", 5)
        var known = try #require(KnownFile(detail: position.detail))
        known.identity.device += 1
        position.detail = known.description
        var driver = try SourceDriver(FileSource(path), at: [position])
        #expect(try driver.texts() == ["file: 56789|"])
        #expect(driver.log.all.contains { $0.contains("is on device") })
    }

    @Test func `warns of a file that was completed and has grown, and of one that is gone`() throws {
        try directory.write("0123456789", to: "a")
        let gone = Position(partition: directory.file("b").percentEncoded, offset: 3, detail: "1:2")
        var driver = try SourceDriver(
            FileSource(directory: directory.path), at: [try directory.position("a", 5, isComplete: true), gone])
        #expect(try driver.drain().isEmpty)
        #expect(driver.log.all.count == 2)
    }

    @Test func `refuses at the start what cannot be read, before anything is`() throws {
        let good = try directory.write("good", to: "good")
        try directory.createDirectory("directory")
        try directory.link("loop", to: "loop")
        try directory.link("dangling", to: "nowhere")
        let long = FilePath(bytes: repeatElement(UInt8(ascii: "x"), count: 256))
        let cases: [(FilePath, ConnectorError.Code)] = [
            ("missing", .notFound), ("dangling", .notFound), ("good/below", .notFound), ("loop", .configuration),
            ("directory", .configuration), (long, .configuration), (FilePath(bytes: [0x61, 0, 0x62]), .configuration),
        ]
        for (name, expected) in cases {
            let path = directory.file(name)
            let error = #expect(throws: ConnectorError.self, "\(name)") {
                _ = try SourceDriver(FileSource([good, path]))
            }
            #expect(error?.code == expected, "\(name): \(error?.message ?? "")")
            #expect(error?.message.contains(path.description) == true)
        }
    }

    @Test(arguments: [(EACCES, ConnectorError.Code.notPermitted), (EMFILE, .limitExceeded), (EIO, .inputOutput)])
    func `says why a file cannot be opened`(number: Int32, expected: ConnectorError.Code) throws {
        let path = try directory.write("text", to: "file")
        let source = FileSource(path, fileSystem: FaultyFileSystem(.open(number), at: path))
        let error = #expect(throws: ConnectorError.self) { _ = try SourceDriver(source) }
        #expect(error?.code == expected)
        #expect(error?.message.contains("cannot open \(path)") == true)
        #expect(error?.cause as? SystemError == SystemError(number: number))
    }

    @Test func `refuses an empty list and a file that is named twice`() throws {
        let none: [FilePath] = []
        for source in [FileSource(none), FileSource(["a", "b", "a"])] {
            let error = #expect(throws: ConnectorError.self) { _ = try SourceDriver(source) }
            #expect(error?.code == .configuration)
        }
    }

    @Test func `delivers what was read before an error, which names path and byte`() throws {
        let path = try directory.write(String(repeating: "x", count: 100_000), to: "file")
        let source = FileSource(path, fileSystem: FaultyFileSystem(.read(atByte: 70_000, EIO), at: path))
        var driver = try SourceDriver(source)
        #expect(driver.poll().elements.map(\.bytes.count) == [65_536])
        let failed = driver.poll()
        #expect(failed.elements.map(\.bytes.count) == [4464])
        #expect(code(of: failed.failure) == .inputOutput)
        #expect("\(try #require(failed.failure))".contains("\(path) at byte 70000"))
        #expect(driver.checkpoint == [try directory.position("file", 70_000)])
    }

    @Test func `fills its chunks however little a read brings`() throws {
        let path = try directory.write(String(repeating: "x", count: 1000), to: "file")
        var driver = try SourceDriver(FileSource(path, fileSystem: FaultyFileSystem(.shortReads(7), at: path)))
        #expect(try driver.drain().map(\.bytes.count) == [1000])
    }

    @Test func `reads files whose size the system does not say`() throws {
        var driver = try SourceDriver(FileSource("/proc/self/status"))
        let text = try driver.drain().map(\.bytes.description).joined()
        #expect(text.contains("Threads:"))
    }

    @Test func `reads names of any bytes and names their partitions in plain text`() throws {
        // case 102, case 77
        let names: [FilePath] = [
            "new\nline", "-n", FilePath(bytes: [0xFF, 0xFE, 0x80, 0x20]), "%41", "a b", "*", "ünïcode",
            FilePath(bytes: (0..<255).map { UInt8(truncatingIfNeeded: $0 % 200 + 48) }),
        ]
        for name in names { try directory.write("text", to: name) }
        for name in names {
            var driver = try SourceDriver(FileSource(directory.file(name)))
            #expect(try driver.drain().map(\.bytes.description) == ["text"])
            let partition = try #require(driver.partitions.begun.first?.name)
            #expect(FilePath(percentEncoded: partition) == directory.file(name))
            #expect(partition.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F })
        }
        var all = try SourceDriver(FileSource(directory: directory.path))
        #expect(try all.drain().count == names.count)
        #expect(Set(all.partitions.begun.map(\.name)).count == names.count)
    }

    @Test func `is bounded, kept by the checkpoint store and known by what it reads`() {
        #expect(
            FileSource("logs/a b.log").descriptor
                == SourceDescriptor(kind: "FileSource", origin: "logs/a%20b.log", isBounded: true))
        #expect(FileSource(["a", "b"]).descriptor.origin == "a b")
        #expect(FileSource(glob: "logs/*.log", follow: true).descriptor.origin == "logs/*.log")
        #expect(!FileSource(directory: "logs", follow: true).descriptor.isBounded)
    }

    @Test func `plans a gunzip stage where a name says so or may say so`() {
        let cases: [(FileSource, Bool)] = [
            (FileSource("a.gz"), true), (FileSource(["a.log", "b.gz"]), true), (FileSource("a.log"), false),
            (FileSource("a.GZ"), false), (FileSource(glob: "*.log"), false), (FileSource(glob: "*"), true),
            (FileSource(glob: "*.g?"), true), (FileSource(glob: "*.[gx]z"), true),
            (FileSource(glob: "a*/b.txt"), false),
            (FileSource(glob: "logs/a.gz"), true), (FileSource(directory: "logs"), true),
        ]
        for (source, expected) in cases {
            #expect(source.lines().needsDecompression == expected, "\(source.descriptor.origin)")
        }
        #expect(!FileSource("a.gz").lines(decompress: .never).needsDecompression)
        #expect(FileSource("a").lines(decompress: .always).needsDecompression)
    }
}
