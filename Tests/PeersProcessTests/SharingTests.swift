import Foundation
import ProcessSupport
import Testing

extension PeersProcessTests {
    /// Real processes that are stopped, added and taken away.
    @Suite("Changes of the members")
    struct SharingTests {
        private let sharing: SharingProcesses

        init() throws {
            sharing = try SharingProcesses(
                count: Settings.isSoak ? 2_000_000 : 60_000, rate: Settings.isSoak ? 100_000 : 10_000)
        }

        private var scratch: Scratch { sharing.scratch }
        private var members: [String] { sharing.group.members }

        // S-NET-5, S-END-4
        @Test("All are stopped and started again one by one, and nothing is missing or there twice")
        func rollingRestart() async throws {
            var processes = try members.indices.map { try sharing.start($0) }
            for (step, place) in [1, 0, 2].enumerated() {
                try await sharing.waitForOutput(20 * step + 10)
                processes[place].send(SIGTERM)
                try await sharing.expectEnds([processes[place]])
                processes[place] = try sharing.start(place)
            }
            try await sharing.expectEnds(processes)
            #expect(try sharing.lines() == sharing.expected)
        }

        // S-NET-5
        @Test(
            "A file that is watched, and the tool, add members and take them away; the merge moves with the last place")
        func changingLists() async throws {
            let file = scratch.path("members")
            try "\(members[0])\n\(members[1])\n".write(toFile: file, atomically: true, encoding: .utf8)
            let list = ["--peers-file", file]
            let first = try (0...1).map { try sharing.start($0, by: list) }
            try await sharing.waitForOutput(10)
            try members.map { "\($0)\n" }.joined().write(toFile: file, atomically: true, encoding: .utf8)
            let added = try sharing.start(2, by: list)
            let expectedList = "epoch 2\n" + members.enumerated().map { "\($0) \($1) up\n" }.joined()
            var shown = ""
            // Until the file has been looked at, and all are connected.
            for _ in 0..<200 where shown != expectedList {
                shown = try await tool(["peers", "list", "--at", members[0]])
            }
            #expect(shown == expectedList)
            try await sharing.waitForOutput(40)
            let fewer = [members[0], members[2]]
            let changed = try await tool(["peers", "set", fewer.joined(separator: ","), "--at", members[1]])
            #expect(changed.hasPrefix("epoch 3\n0 \(fewer[0]) ") && changed.contains("1 \(fewer[1]) "), "\(changed)")
            try await sharing.expectEnds([first[1]])
            try await sharing.expectEnds([first[0], added])
            #expect(try sharing.lines() == sharing.expected)
        }

        private func tool(_ words: [String]) async throws -> String {
            let name = "answer-\(UUID().uuidString)"
            let process = try ChildProcess(
                Program("connectctl"), words, in: scratch,
                output: try Descriptor(scratch.path(name), O_WRONLY | O_CREAT | O_TRUNC))
            let ending = try await process.wait(within: .seconds(120))
            let errors = try process.standardError()
            #expect(ending == .exited(0), "\(errors)")
            return String(decoding: try scratch.data(name), as: UTF8.self)
        }
    }
}
