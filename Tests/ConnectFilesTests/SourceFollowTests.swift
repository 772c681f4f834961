import Foundation
import Testing

@testable import Connect
@testable import ConnectFiles

@Suite struct `Following files` {
    let directory: SourceDirectory
    let clock = VirtualScheduler()

    init() throws { directory = try SourceDirectory() }

    private func follow(_ name: FilePath, at positions: [Position] = []) throws -> SourceDriver<FileSource> {
        try SourceDriver(FileSource(directory.file(name), follow: true), at: positions, scheduler: clock)
    }

    private func followAll(
        _ pattern: FilePath, at positions: [Position] = []
    ) throws -> SourceDriver<FileSource> {
        try SourceDriver(FileSource(glob: directory.file(pattern), follow: true), at: positions, scheduler: clock)
    }

    @Test func `sees what is appended within 200 ms and never ends`() throws {
        // S-MEM-3
        let directory = directory
        try directory.write("one\n", to: "log")
        var driver = try follow("log")
        #expect(driver.poll().elements.map(\.bytes.description) == ["one\n"])
        clock.after(.milliseconds(450)) { try directory.append("two\n", to: "log") }
        let start = clock.now
        let result = driver.poll(within: .seconds(60))
        #expect(result.elements.map(\.bytes.description) == ["two\n"] && result.elements.map(\.offset) == [4])
        #expect(clock.now.elapsed(since: start) <= .milliseconds(650))
        #expect(driver.poll(within: .seconds(3600)).poll == .idle)
        #expect(try directory.agrees(driver.checkpoint, [("log", 8)]))
    }

    @Test func `returns at the deadline`() throws {
        try directory.write("", to: "log")
        var driver = try follow("log")
        let start = clock.now
        #expect(driver.poll(within: .milliseconds(70)).poll == .idle)
        #expect(clock.now.elapsed(since: start) == .milliseconds(70))
    }

    @Test func `ends a wait without a deadline when the run is interrupted, and reads nothing more`() throws {
        // S-END-4
        let path = try directory.write("", to: "log")
        var driver = try SourceDriver(FileSource(path, follow: true), scheduler: SystemScheduler.shared)
        let interrupt = driver.interrupt
        SystemScheduler.shared.spawn(name: "interrupter") { interrupt.raise() }
        #expect(driver.poll(within: .seconds(3600)).poll == .idle)
        try directory.append("late", to: "log")
        #expect(driver.poll(within: .seconds(3600)).elements.isEmpty)
    }

    @Test func `reads a renamed file to its end before the one in its place`() throws {
        let directory = directory
        try directory.write("1", to: "log")
        var driver = try follow("log")
        clock.after(.seconds(1)) { try directory.rename("log", to: "log.1") }
        clock.after(.seconds(2)) { try directory.append("2", to: "log.1") }
        clock.after(.seconds(3)) { try directory.write("", to: "log") }
        // The writer has not opened the new file yet.
        clock.after(.seconds(4)) { try directory.append("3", to: "log.1") }
        clock.after(.seconds(5)) {
            try directory.append("4", to: "log.1")
            try directory.append("5", to: "log")
        }
        clock.after(.seconds(6)) { try directory.append("6", to: "log") }
        #expect(try driver.texts(within: .seconds(10)) == ["log: 1234|", "log: 56"])
        #expect(driver.partitions.begun.map(\.isRenewed) == [false, true])
        #expect(try directory.agrees(driver.checkpoint, [("log", 2)]))
    }

    @Test func `follows through several rotations while nobody polls in between`() throws {
        let directory = directory
        try directory.write("1", to: "log")
        var driver = try follow("log")
        #expect(try driver.texts() == ["log: 1"])
        try directory.rename("log", to: "log.1")
        try directory.write("2", to: "log")
        #expect(try driver.texts(within: .seconds(1)) == ["log: |", "log: 2"])
        try directory.rename("log", to: "log.1")
        try directory.write("3", to: "log")
        #expect(try driver.texts(within: .seconds(1)) == ["log: |", "log: 3"])
    }

    @Test func `starts again from the beginning of a file that was cut`() throws {
        let directory = directory
        try directory.write("0123456789", to: "log")
        var driver = try follow("log")
        clock.after(.seconds(1)) { try directory.truncate("log", to: 0) }
        clock.after(.seconds(2)) { try directory.append("abc", to: "log") }
        #expect(try driver.texts(within: .seconds(5)) == ["log: 0123456789|", "log: abc"])
        #expect(try directory.agrees(driver.checkpoint, [("log", 3)]))
    }

    @Test func `survives copy and truncate`() throws {
        let directory = directory
        try directory.write("0123456789", to: "log")
        var driver = try follow("log")
        clock.after(.seconds(1)) {
            try directory.write("0123456789", to: "log.1")
            try directory.truncate("log", to: 0)
            try directory.append("new", to: "log")
        }
        #expect(try driver.texts(within: .seconds(5)) == ["log: 0123456789|", "log: new"])
    }

    @Test func `waits for a file that is not there, and for one that was deleted`() throws {
        let directory = directory
        var driver = try follow("log")
        #expect(driver.log.all.contains { $0.contains("waited for") })
        clock.after(.seconds(1)) { try directory.write("one", to: "log") }
        clock.after(.seconds(2)) {
            try directory.append("two", to: "log")
            try directory.remove("log")
        }
        clock.after(.seconds(120)) { try directory.write("three", to: "log") }
        #expect(try driver.texts(within: .seconds(200)) == ["log: onetwo|", "log: three"])
    }

    @Test func `finds new files of a pattern and lets go of deleted ones`() throws {
        let directory = directory
        try directory.write("a", to: "a.log")
        var driver = try followAll("*.log")
        clock.after(.seconds(2)) {
            try directory.write("b", to: "b.log")
            try directory.write("c", to: "c.txt")
        }
        clock.after(.seconds(4)) { try directory.remove("a.log") }
        clock.after(.seconds(6)) { try directory.append("B", to: "b.log") }
        #expect(try driver.texts(within: .seconds(10)) == ["a.log: a|", "b.log: bB"])
        let start = clock.now
        clock.after(.milliseconds(500)) { try directory.write("d", to: "d.log") }
        #expect(driver.poll(within: .seconds(60)).elements.count == 1)
        #expect(clock.now.elapsed(since: start) <= .milliseconds(1600))
    }

    @Test func `reads several files fairly, one chunk of each in turn`() throws {
        let text = String(repeating: "x", count: 3 * FilePiece.maximumBytes)
        for name: FilePath in ["a", "b", "c"] { try directory.write(text, to: name) }
        var driver = try followAll("*")
        var order: [Int] = []
        for _ in 0..<9 { order += driver.poll().elements.map(\.stream.index) }
        #expect(order == [0, 1, 2, 0, 1, 2, 0, 1, 2])
    }

    @Test func `is not starved of a rotated file by a busy one`() throws {
        try directory.write("1", to: "quiet")
        try directory.write("x", to: "busy")
        var driver = try followAll("*")
        _ = try driver.texts()
        try directory.rename("quiet", to: ".quiet.1")
        try directory.write("2", to: "quiet")
        var seen: [String] = []
        for _ in 0..<8 {
            try directory.append("x", to: "busy")
            seen += driver.poll(within: .milliseconds(250)).elements.map(\.bytes.description)
        }
        #expect(seen.contains("2"))
    }

    @Test func `does not read a file again that was renamed within the pattern`() throws {
        let directory = directory
        try directory.write("1", to: "log")
        var driver = try followAll("log*")
        clock.after(.seconds(2)) {
            try directory.rename("log", to: "log.1")
            try directory.append("2", to: "log.1")
            try directory.write("3", to: "log")
        }
        clock.after(.seconds(4)) {
            try directory.rename("log.1", to: "log.2")
            try directory.rename("log", to: "log.1")
            try directory.write("4", to: "log")
        }
        clock.after(.seconds(6)) { try directory.append("5", to: "log") }
        let texts = try driver.texts(within: .seconds(10))
        #expect(texts.filter { !$0.hasSuffix(": |") } == ["log: 12|", "log: 3|", "log: 45"])
        // Every file is known to the checkpoint by the name it has now, so a restart reads nothing again either.
        #expect(try directory.agrees(driver.checkpoint, [("log", 2), ("log.1", 1), ("log.2", 2)]))
        try directory.append("6", to: "log")
        var restarted = try followAll("log*", at: driver.checkpoint)
        #expect(try restarted.texts(within: .seconds(5)) == ["log: 6"])
    }

    @Test func `goes on in the middle after a restart, and in what has grown since`() throws {
        // S-ACK-6
        try directory.write("0123456789", to: "log")
        let position = try directory.position("log", 4)
        try directory.append("abc", to: "log")
        var driver = try follow("log", at: [position])
        #expect(try driver.texts() == ["log: 456789abc"])
        #expect(driver.partitions.begun.map(\.isRenewed) == [false])
        var again = try follow("log", at: [try directory.position("log", 13, isComplete: true)])
        try directory.append("d", to: "log")
        #expect(try again.texts() == ["log: d"])
    }

    @Test(arguments: [false, true])
    func `loses nothing of a file that was rotated between two runs`(isPattern: Bool) throws {
        try directory.write("0123456789", to: "app.log")
        let position = try directory.position("app.log", 4)
        try directory.rename("app.log", to: "app.log.1")
        try directory.write("new", to: "app.log")
        var driver = isPattern ? try followAll("app.log*", at: [position]) : try follow("app.log", at: [position])
        let texts = try driver.texts(within: .seconds(5))
        #expect(
            texts == (isPattern ? ["app.log.1: 456789", "app.log: new"] : ["app.log: 456789|", "app.log: new"]))
        #expect(driver.partitions.begun.map(\.isRenewed) == [false, true])
    }

    @Test func `starts anew where the rotated file is gone, and says so`() throws {
        try directory.write("0123456789", to: "log")
        var position = try directory.position("log", 4)
        position.detail = "1:2"
        var driver = try follow("log", at: [position])
        #expect(try driver.texts() == ["log: 0123456789"])
        #expect(driver.partitions.begun.map(\.isRenewed) == [true])
        #expect(driver.log.all.contains { $0.contains("was replaced") })
    }

    @Test func `starts anew where the file was cut between two runs`() throws {
        try directory.write("abc", to: "log")
        var driver = try follow("log", at: [try directory.position("log", 10)])
        #expect(try driver.texts() == ["log: abc"])
        #expect(driver.partitions.begun.map(\.isRenewed) == [true])
    }

    @Test func `does not take another file for the one of a position, though it has got its inode`() throws {
        try directory.write("0123456789", to: "log")
        let position = try directory.position("log", 4)
        // The file is written anew in its place, and is longer than the position.
        try directory.write("abcdefghij", to: "log")
        var driver = try follow("log", at: [position])
        #expect(try driver.texts(within: .seconds(2)) == ["log: abcdefghij"])
        // The inode is found under another name, but with other contents.
        try directory.rename("log", to: "database")
        try directory.write("new", to: "log")
        var other = try follow("log", at: [position])
        #expect(try other.texts(within: .seconds(2)) == ["log: new"])
    }

    @Test func `tries again where a new file may not be read yet`() throws {
        let directory = directory
        try directory.write("1", to: "log")
        let system = FaultyFileSystem(.open(EACCES), at: directory.file("log"))
        system.isActive.turn(false)
        var driver = try SourceDriver(
            FileSource(directory.file("log"), follow: true, fileSystem: system), scheduler: clock)
        clock.after(.seconds(1)) {
            try directory.rename("log", to: "log.1")
            try directory.write("2", to: "log")
            system.isActive.turn(true)
        }
        clock.after(.seconds(5)) { system.isActive.turn(false) }
        #expect(try driver.texts(within: .seconds(10)) == ["log: 1|", "log: 2"])
        #expect(driver.log.all.filter { $0.contains("tried again") }.count == 1)
    }

    @Test func `refuses at the start what cannot be followed`() throws {
        try directory.createDirectory("directory")
        _ = try directory.makePipe("pipe")
        for name: FilePath in ["directory", "pipe"] {
            let error = #expect(throws: ConnectorError.self) { _ = try follow(name) }
            #expect(error?.code == .configuration)
        }
        let path = try directory.write("", to: "secret")
        let source = FileSource(path, follow: true, fileSystem: FaultyFileSystem(.open(EACCES), at: path))
        let error = #expect(throws: ConnectorError.self) { _ = try SourceDriver(source) }
        #expect(error?.code == .notPermitted)
    }

    @Test func `delivers what was read before an error`() throws {
        let path = try directory.write("0123456789", to: "log")
        let source = FileSource(path, follow: true, fileSystem: FaultyFileSystem(.read(atByte: 4, EIO), at: path))
        var driver = try SourceDriver(source, scheduler: clock)
        let result = driver.poll()
        #expect(result.elements.map(\.bytes.description) == ["0123"] && code(of: result.failure) == .inputOutput)
    }

    /// What a writer with log rotation and the source do, in an order drawn from the seed.
    private func simulate(seed: UInt64, steps: Int, restarts: Bool) throws -> (written: Int, read: [Int]) {
        var random = Generator(state: seed)
        var driver = try followAll("log*")
        var written = 0
        var read: [Int] = []
        func poll(_ wait: Duration) throws {
            let result = driver.poll(within: wait)
            if let failure = result.failure { throw failure }
            for chunk in result.elements {
                read += chunk.bytes.description.split(separator: "\n").compactMap { Int($0) }
            }
        }
        for _ in 0..<steps {
            switch random.next() % 16 {
            case 0, 1: try rotate(read: read)
            case 2...8:
                written += 1
                try directory.append("\(written)\n", to: "log")
            case 9 where restarts: driver = try followAll("log*", at: driver.checkpoint)
            default: try poll(.milliseconds(Int64(random.next() % 3000)))
            }
        }
        for _ in 0..<50 { try poll(.seconds(2)) }
        return (written, read.sorted())
    }

    /// Renames all files by one; deletes the oldest where it has been read, so that its inode is used again.
    private func rotate(read: [Int]) throws {
        let names = try POSIXFileSystem().names(in: directory.path)
        let numbers = names.compactMap { Int("\($0)".dropFirst(4)) }.sorted()
        if let oldest = numbers.last, numbers.count > 3 {
            let name = FilePath("log.\(oldest)")
            let text = try String(contentsOfFile: "\(directory.file(name))", encoding: .utf8)
            if text.split(separator: "\n").allSatisfy({ read.contains(Int($0) ?? 0) }) { try directory.remove(name) }
        }
        for number in numbers.reversed() {
            let name = FilePath("log.\(number)")
            if (try? POSIXFileSystem().status(of: directory.file(name))) == nil { continue }
            try directory.rename(name, to: FilePath("log.\(number + 1)"))
        }
        if names.contains("log") { try directory.rename("log", to: "log.1") }
    }

    @Test(arguments: seeds, [false, true])
    func `loses and repeats nothing, whatever the writer does between polls`(seed: UInt64, restarts: Bool) throws {
        // S-ACK-6, case 5: restarts are clean stops, so nothing may come twice either.
        let (written, read) = try simulate(seed: seed, steps: 200, restarts: restarts)
        #expect(read == Array((0...written).dropFirst()), "seed \(seed)")
    }

    /// Ten, or a fiftieth of `CONNECT_SEEDS`: each takes as long as many of other tests.
    static let seeds: [UInt64] = {
        let wanted = ProcessInfo.processInfo.environment["CONNECT_SEEDS"].flatMap { UInt64($0) }
        return Array(1...max(1, wanted.map { $0 / 50 } ?? 10))
    }()

    struct Generator: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }
}
