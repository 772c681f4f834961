import Testing

@testable import Connect
@testable import ConnectFiles

/// A source of numbered lines in batches, and the calls that a run makes of the sink that keeps its positions.
private struct ScriptedRun {
    static let records = (0..<40).map { "record \($0)" }

    let sink: FileSink
    let scheduler = ManualScheduler()
    var random: SeededGenerator

    /// Whether a record is the end of a file of the source, without a newline.
    static func isUnterminated(_ index: Int) -> Bool { index % 13 == 12 || index == records.count - 1 }

    private func position(_ offset: Int) -> [Position] {
        [Position(partition: "list", offset: Int64(offset), isComplete: offset == Self.records.count)]
    }

    /// Opens the output; what is in it must go with the positions.
    private func open() throws -> (FileSinkWriter, start: Int) {
        var writer = try sink.opened(scheduler: scheduler)
        let positions = try #require(try writer.restoredPositions())
        return (writer, Int(positions.first?.offset ?? 0))
    }

    /// Runs to the end, unless the file system crashes before.
    mutating func run(checking check: (Int) throws -> Void = { _ in }) throws {
        var (writer, start) = try open()
        try check(start)
        do {
            var isFirst = true
            var boundary = 0
            while start < Self.records.count {
                let end = min(Self.records.count, start + Int.random(in: 1...9, using: &random))
                if !isFirst {
                    writer.markBoundary()
                    boundary = start
                }
                let positions = boundary > 0 ? position(boundary) : nil
                try write(start..<end, to: &writer) { try $0.flushAndStore(positions) }
                (start, isFirst) = (end, false)
            }
            writer.markBoundary()
            try writer.flushAndStore(position(start))
        } catch {
            // The run ends; a process that was killed does not even close.
            if Bool.random(using: &random) { try? writer.close(succeeded: false) }
            throw error
        }
        try writer.close(succeeded: true)
    }

    /// Writes one batch of the source in parts, with flushes and the passing of time in between.
    private mutating func write(
        _ range: Range<Int>, to writer: inout FileSinkWriter, flush: (inout FileSinkWriter) throws -> Void
    ) throws {
        var next = range.lowerBound
        while next < range.upperBound {
            var end = Int.random(in: (next + 1)...range.upperBound, using: &random)
            end = ((next + 1)...end).first { Self.isUnterminated($0 - 1) } ?? end
            try writer.write(Self.records[next..<end], endsUnterminated: Self.isUnterminated(end - 1))
            next = end
            scheduler.advance(by: .seconds(Int.random(in: 0...2, using: &random)))
            _ = try writer.service(now: scheduler.now)
            if Int.random(in: 0..<3, using: &random) == 0 { try flush(&writer) }
        }
    }
}

extension FileSinkWriter {
    fileprivate mutating func flushAndStore(_ positions: [Position]?) throws {
        try flush()
        if let positions { try store(positions) }
    }
}

@Suite("File sink, exactly once through crashes")
struct SinkExactlyOnceCrashTests {
    static let rolls: [RollPolicy?] = [
        nil, RollPolicy(count: 7), RollPolicy(bytes: 64), RollPolicy(bytes: 50, every: .seconds(3), count: 5),
    ]

    private func output(_ files: MemoryFileSystem, rolled: Bool) -> [(FilePath, String)] {
        files.fileNames
            .filter { rolled ? $0.bytes.starts(with: Array("out.0".utf8)) : $0 == "out" }
            .map { ($0, files.contents(of: $0) ?? "") }
    }

    private func lines(_ output: [(FilePath, String)]) -> [String] {
        output.flatMap { _, text in
            var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            if lines.last == "" { lines.removeLast() }
            return lines
        }
    }

    /// Runs on what a crash has left, at most until another one, and checks what it starts from and what it must not
    /// touch.
    private func resume(
        _ files: MemoryFileSystem, _ roll: RollPolicy?, _ random: SeededGenerator, _ comment: String
    ) throws {
        let before = output(files, rolled: true).filter { !$0.0.hasSuffix(".partial") }
        let sink = FileSink("out", roll: roll, delivery: .exactlyOnce, fileSystem: files)
        var run = ScriptedRun(sink: sink, random: random)
        try run.run { start in
            let found = lines(output(files, rolled: roll != nil))
            #expect(found == Array(ScriptedRun.records[..<start]), "\(comment)")
        }
        for (name, text) in before { #expect(files.contents(of: name) == text, "\(name) was changed, \(comment)") }
    }

    // S-ACK-6: file → file exactly once; every change is followed by a crash, and the next run by another one.
    @Test(arguments: rolls, [1, 2, 3] as [UInt64])
    func `after any two crashes every record is there once`(roll: RollPolicy?, seed: UInt64) throws {
        var number = 0
        var isWhole = false
        while !isWhole {
            let files = MemoryFileSystem()
            files.crash(at: number)
            isWhole = (try? resume(files, roll, SeededGenerator(seed: seed), "first run")) != nil
            for crash in [MemoryFileSystem.Crash.durable, .everything, .some(seed: seed), .some(seed: seed + 100)] {
                var random = SeededGenerator(seed: seed + UInt64(number) * 1000)
                let comment = "roll \(String(describing: roll)), seed \(seed), change \(number), \(crash)"
                let second = files.afterCrash(crash)
                second.crash(at: Int.random(in: 0...60, using: &random))
                let isEnded = (try? resume(second, roll, random, comment)) != nil
                let third = second.afterCrash([crash, .everything, .durable].randomElement(using: &random) ?? crash)
                try resume(third, roll, random, comment + (isEnded ? "" : ", again"))
                let text = output(third, rolled: roll != nil)
                #expect(lines(text) == ScriptedRun.records, "\(comment)")
                if roll == nil { #expect(text.first?.1 == ScriptedRun.records.joined(separator: "\n"), "\(comment)") }
                #expect(third.fileNames.allSatisfy { !$0.hasSuffix(".partial") }, "\(comment)")
            }
            number += 1
        }
        #expect(number > 40)
    }

    // Case 14
    @Test(arguments: rolls) func `restarts without elements change nothing`(roll: RollPolicy?) throws {
        let files = MemoryFileSystem()
        let sink = FileSink("out", roll: roll, delivery: .exactlyOnce, fileSystem: files)
        var run = ScriptedRun(sink: sink, random: SeededGenerator(seed: 1))
        try run.run()
        let names = files.fileNames
        let texts = names.map { files.contents(of: $0) }
        for _ in 0..<50 { try run.run() }
        #expect(files.fileNames == names)
        #expect(names.map { files.contents(of: $0) } == texts)
    }
}
