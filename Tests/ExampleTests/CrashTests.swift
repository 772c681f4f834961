import ConnectTesting
import ProcessSupport
import Foundation
import Testing

extension ProcessTests {
    @Suite("Killed at random and started again")
    struct CrashTests {
        let scratch: Scratch
        let content: Data
        private var random: SplitMix

        init() throws {
            print("crash: CONNECT_SEED=\(Settings.seed) CONNECT_KILLS=\(Settings.kills)")
            random = SplitMix(seed: Settings.seed)
            scratch = try Scratch()
            content = Records.data(count: max(100_000, Settings.kills * 20_000), seed: Settings.seed)
            try scratch.file("in", content)
        }

        @Test("With kill -9 nothing is lost, and what is there twice was not committed", arguments: [false, true])
        mutating func atLeastOnce(isCompressed: Bool) async throws {
            // S-ACK-6, case 1
            let copy = try await makeCopy([], isCompressed)
            let ends = RecordReport.lines(of: content).map { $0.upperBound + 1 }
            var bound = 0
            var hits = 0
            for _ in 0..<Settings.kills {
                if try await interrupt(copy, SIGKILL) { hits += 1 }
                let committed = try copy.committedBytes()
                let done = ends.partitioningIndex { $0 > committed }
                bound += try lastRecord() + 1 - done
            }
            try await copy.finish()
            let report = RecordReport.compare(try scratch.data("out"), with: content)
            print("kill -9, at least once\(isCompressed ? ", gzip" : ""): \(hits) of \(Settings.kills) hit; \(report)")
            #expect(report.lost == 0)
            #expect(report.altered == 0 && report.gaps <= 1 && report.fragments <= hits, "\(report)")
            #expect(report.duplicated <= bound, "\(bound) were not committed; CONNECT_SEED=\(Settings.seed)")
            #expect(report.rewinds <= hits)
            #expect(hits * 2 >= Settings.kills)
        }

        @Test("With kill -9 the output is the same byte for byte where it is exactly once", arguments: [false, true])
        mutating func exactlyOnce(isCompressed: Bool) async throws {
            // S-ACK-6, case 1
            let copy = try await makeCopy(["--exactly-once"], isCompressed)
            var hits = 0
            for _ in 0..<Settings.kills where try await interrupt(copy, SIGKILL) { hits += 1 }
            try await copy.finish()
            let report = RecordReport.compare(try scratch.data("out"), with: content)
            print("kill -9, exactly once\(isCompressed ? ", gzip" : ""): \(hits) of \(Settings.kills) hit; \(report)")
            #expect(try scratch.data("out") == content, "\(report); CONNECT_SEED=\(Settings.seed)")
            #expect(hits * 2 >= Settings.kills)
        }

        @Test(
            "With SIGTERM nothing is lost and nothing is there twice", arguments: [[], ["--exactly-once"]],
            [false, true])
        mutating func cleanStop(options: [String], isCompressed: Bool) async throws {
            // S-END-4, case 5
            let copy = try await makeCopy(options, isCompressed)
            var hits = 0
            for _ in 0..<Settings.kills where try await interrupt(copy, SIGTERM) { hits += 1 }
            try await copy.finish()
            let report = RecordReport.compare(try scratch.data("out"), with: content)
            print("SIGTERM \(options)\(isCompressed ? ", gzip" : ""): \(hits) of \(Settings.kills) hit; \(report)")
            #expect(try scratch.data("out") == content, "\(report); CONNECT_SEED=\(Settings.seed)")
            #expect(hits * 2 >= Settings.kills)
        }

        @Test(
            "Killed while it starts, again and again, it still goes on where it was",
            arguments: [[], ["--exactly-once"]])
        mutating func killedAtStart(options: [String]) async throws {
            let copy = Copy(scratch, .fileToFile, options)
            for _ in 0..<Settings.kills * 4 {
                _ = try await copy.interrupt(SIGKILL, afterPauses: Int.random(in: 0..<20, using: &random))
            }
            try await copy.finish()
            let report = RecordReport.compare(try scratch.data("out"), with: content)
            #expect(report.lost == 0 && report.altered == 0, "\(report); CONNECT_SEED=\(Settings.seed)")
            if !options.isEmpty { #expect(try scratch.data("out") == content, "\(report)") }
        }

        @Test("Started 50 times with nothing new, it changes nothing", arguments: [[], ["--exactly-once"]])
        func nothingNew(options: [String]) async throws {
            // case 14
            let copy = Copy(scratch, .fileToFile, options)
            try await copy.finish()
            let before = try snapshot()
            for _ in 0..<50 { try await copy.finish() }
            #expect(try snapshot() == before)
            #expect(try scratch.data("out") == content)
        }

        private func makeCopy(_ options: [String], _ isCompressed: Bool) async throws -> Copy {
            if isCompressed { try await scratch.gzip("in") }
            return Copy(scratch, .fileToFile, options, input: isCompressed ? "in.gz" : "in")
        }

        /// - Returns: whether it was hit before its end
        private mutating func interrupt(_ copy: Copy, _ signal: Int32) async throws -> Bool {
            let growth = Int.random(in: 1...(content.count / Settings.kills), using: &random)
            let ending = try await copy.interrupt(signal, afterBytes: growth)
            if signal == SIGKILL { return ending == .killed(by: SIGKILL) }
            #expect(ending == .exited(0))
            return scratch.length("out") < content.count
        }

        /// The number of the last whole record of the output; -1 where there is none.
        private func lastRecord() throws -> Int {
            guard let output = try? scratch.data("out") else { return -1 }
            let tail = output.suffix(1024).split(separator: 0x0A, omittingEmptySubsequences: false).dropLast()
            return tail.last.flatMap { Int(String(decoding: $0.prefix(9), as: UTF8.self)) } ?? -1
        }

        /// All files of the output and the state, with what is in them; but for locks, which name the last process.
        private func snapshot() throws -> [String: Data] {
            var files: [String: Data] = [:]
            let names = try FileManager.default.subpathsOfDirectory(atPath: scratch.directory.path)
            for name in names where name.hasPrefix("out") || name.hasPrefix("state/") {
                files[name] = name.hasSuffix(".lock") ? Data() : try Data(contentsOf: scratch.url(name))
            }
            return files
        }
    }
}

extension Array {
    /// The index of the first element for which a condition holds, where it holds for all that follow.
    fileprivate func partitioningIndex(where holds: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
