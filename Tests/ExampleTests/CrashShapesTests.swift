import ConnectTesting
import ProcessSupport
import Foundation
import Testing

extension ProcessTests {
    @Suite("Stages that multiply and drop, killed")
    struct CrashShapesTests {
        let scratch: Scratch

        init() throws {
            scratch = try Scratch()
        }

        @Test("An input is committed only when all of its thousand outputs are safe")
        func expands() async throws {
            // S-ACK-1, case 8
            print("expand: CONNECT_SEED=\(Settings.seed) CONNECT_KILLS=\(Settings.kills)")
            var random = SplitMix(seed: Settings.seed)
            let inputs = max(200, Settings.kills * 10)
            let input = (0..<inputs).map { "\($0)\n" }.joined()
            try scratch.file("in", input)
            let copy = Copy(scratch, .shapes, ["expand", "1000"])
            for _ in 0..<Settings.kills {
                let growth = Int.random(in: 1...(inputs * 7000 / Settings.kills), using: &random)
                _ = try await copy.interrupt(SIGKILL, afterBytes: growth)
                let done = input.utf8.prefix(try copy.committedBytes()).count { $0 == 0x0A }
                let missing = try missing(inputs: done)
                #expect(missing == 0, "\(missing) outputs of the \(done) committed; CONNECT_SEED=\(Settings.seed)")
            }
            try await copy.finish()
            #expect(try missing(inputs: inputs) == 0, "CONNECT_SEED=\(Settings.seed)")
        }

        /// How many outputs of the first inputs are not there.
        private func missing(inputs: Int) throws -> Int {
            var seen = [Bool](repeating: false, count: inputs * 1000)
            for line in try scratch.data("out").split(separator: 0x0A) {
                let numbers = String(decoding: line, as: UTF8.self).split(separator: " ").compactMap { Int($0) }
                // A line that a kill has cut short is there again, whole: it may count for another one only if that one
                // is missing too, and then the whole one counts later.
                guard numbers.count == 2, numbers[0] < inputs, numbers[1] < 1000 else { continue }
                seen[numbers[0] * 1000 + numbers[1]] = true
            }
            return seen.count { !$0 }
        }

        @Test("Where everything is dropped the checkpoint goes on, and a restart does not begin anew")
        func drops() async throws {
            // S-ACK-1, case 9
            let content = Records.data(count: 3000)
            try scratch.file("in", content)
            let slow = Copy(scratch, .shapes, ["drop", "2000"])
            let process = try slow.start()
            try await eventually("a checkpoint") { try slow.committedBytes() > 0 }
            process.send(SIGKILL)
            #expect(try await process.wait() == .killed(by: SIGKILL))
            let committed = try slow.committedBytes()
            #expect(committed > 0 && committed < content.count)

            let second = try slow.start()
            try await eventually("a later checkpoint") { try slow.committedBytes() > committed }
            second.send(SIGTERM)
            #expect(try await second.wait() == .exited(0))
            try await Copy(scratch, .shapes, ["drop", "1000000"]).finish()
            #expect(try slow.committedBytes() == content.count)
            #expect(scratch.length("out") == 0)
        }
    }
}
