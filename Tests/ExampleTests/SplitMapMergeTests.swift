import ConnectTesting
import Foundation
import ProcessSupport
import Testing

extension ProcessTests {
    @Suite("split-map-merge")
    struct SplitMapMergeTests {
        let group: PeerGroup

        init() throws {
            group = try PeerGroup()
        }

        private var scratch: Scratch { group.scratch }

        /// What the pipeline gives, computed straight.
        private static func expected(_ count: Int) -> Data {
            var data = Data()
            for number in 0..<count where number % 10 != 7 {
                data += Data("LINE \(number)\n".utf8)
                if number % 10 == 3 { data += Data("LINE \(number) AGAIN\n".utf8) }
            }
            return data
        }

        private func start(_ place: Int, _ count: Int, output: String = "out") throws -> ChildProcess {
            try group.start(place, .splitMapMerge, ["--count", "\(count)"], output: place == 2 ? output : nil)
        }

        private func outputSize() -> Int { scratch.length("out") }

        // S-NET-1, S-NET-3
        @Test("Three processes give byte for byte what one gives", arguments: [0, 1, 100_000])
        func clean(_ count: Int) async throws {
            let alone = try await run(.splitMapMerge, ["--count", "\(count)"], in: scratch)
            expectQuietSuccess(alone)
            #expect(alone.output == Self.expected(count))
            let processes = try group.startAll(.splitMapMerge, ["--count", "\(count)"])
            for process in processes {
                #expect(try await process.wait() == .exited(0))
                #expect(try process.standardError() == "")
            }
            #expect(try scratch.data("out") == alone.output)
        }

        // S-NET-5
        @Test("The output is the same where the one in the middle is killed and started again, or stands still")
        func killed() async throws {
            let count = 400_000
            let expected = Self.expected(count)
            var random = SplitMix(seed: Settings.seed)
            let first = try start(0, count)
            let last = try start(2, count)
            var middle = try start(1, count)
            for step in 1...3 {
                let size = expected.count * step / 5 + Int.random(in: 0..<(expected.count / 10), using: &random)
                try await eventually("a part of the output") { outputSize() > size || last.poll() != nil }
                if step == 2 {
                    middle.send(SIGSTOP)
                    let before = outputSize()
                    try await eventually("more output") { outputSize() > before + 1 || last.poll() != nil }
                    middle.send(SIGCONT)
                } else {
                    middle.send(SIGKILL)
                    _ = try await middle.wait()
                    middle = try start(1, count)
                }
            }
            #expect(try await first.wait() == .exited(0))
            #expect(try await last.wait() == .exited(0))
            // It may have come too late.
            middle.send(SIGKILL)
            _ = try await middle.wait()
            #expect(try scratch.data("out") == expected, "CONNECT_SEED=\(Settings.seed)")
        }

        // S-NET-4, S-END-4
        @Test(
            "A stop of the one that reads or writes ends all, and nothing that was read is missing", arguments: [0, 2])
        func stopped(place: Int) async throws {
            let count = 100_000_000
            let processes = try group.startAll(.splitMapMerge, ["--count", "\(count)"])
            try await eventually("some output") { outputSize() > 10_000 }
            processes[place].send(SIGTERM)
            for process in processes {
                #expect(try await process.wait() == .exited(0))
                #expect(try process.standardError() == "")
            }
            let output = try scratch.data("out")
            let lines = output.count { $0 == UInt8(ascii: "\n") }
            // Ten lines of the source become ten.
            #expect(output == Self.expected(lines + 10).prefix(output.count))
        }

        // S-NET-5
        @Test("Where the one that reads or writes is killed, the others fail, and say who it was", arguments: [0, 2])
        func killedHost(place: Int) async throws {
            let count = 100_000_000
            var processes = try group.startAll(.splitMapMerge, ["--count", "\(count)"])
            try await eventually("some output") { outputSize() > 10_000 }
            processes[place].send(SIGKILL)
            let killed = processes.remove(at: place)
            _ = try await killed.wait()
            // Started anew at once: what it had is gone, so that nobody waits for it.
            let again = try start(place, count, output: "again")
            for process in processes + [again] { #expect(try await process.wait() == .exited(1)) }
            for process in processes {
                let errors = try process.standardError()
                #expect(errors.contains("member \(place) (\(group.members[place]))"), "\(errors)")
            }
        }
    }
}
