import Testing

@testable import Connect
@testable import ConnectFiles

@Suite("File sink, at least once through crashes")
struct SinkAppendCrashTests {
    static let rolls: [RollPolicy?] = [nil, RollPolicy(count: 3), RollPolicy(bytes: 40)]

    private func lines(_ files: MemoryFileSystem, rolled: Bool) -> [String] {
        files.fileNames
            .filter { rolled ? $0.bytes.starts(with: Array("out.0".utf8)) : $0 == "out" }
            .flatMap { (files.contents(of: $0) ?? "").split(separator: "\n").map(String.init) }
    }

    /// Writes numbered records from one on, and notes up to which they were confirmed.
    private func run(_ files: MemoryFileSystem, _ roll: RollPolicy?, confirmed: inout Int) throws {
        var writer = try FileSink("out", roll: roll, fileSystem: files).opened()
        var next = confirmed
        while next < 20 {
            let end = min(20, next + 4)
            try writer.write((next..<end).map { "record \($0)." })
            next = end
            try writer.flush()
            confirmed = next
        }
        try writer.close(succeeded: true)
    }

    // S-ACK-6: none is lost, and those that were confirmed are there right after the crash.
    @Test(arguments: rolls) func `after a crash at any change nothing that was confirmed is lost`(roll: RollPolicy?)
        throws
    {
        var number = 0
        var isWhole = false
        while !isWhole {
            let files = MemoryFileSystem()
            files.crash(at: number)
            var confirmed = 0
            isWhole = (try? run(files, roll, confirmed: &confirmed)) != nil
            for crash in [MemoryFileSystem.Crash.durable, .everything] + (0..<10).map({ .some(seed: $0) }) {
                let second = files.afterCrash(crash)
                let found = Set(lines(second, rolled: roll != nil))
                #expect((0..<confirmed).allSatisfy { found.contains("record \($0).") }, "change \(number), \(crash)")
                var start = confirmed
                try run(second, roll, confirmed: &start)
                let all = Set(lines(second, rolled: roll != nil))
                #expect((0..<20).allSatisfy { all.contains("record \($0).") }, "change \(number), \(crash)")
            }
            number += 1
        }
        #expect(number > 10)
    }
}
