import ConnectTesting
import Foundation
import ProcessSupport
import Testing

/// Real processes that share a pipeline and are stopped, killed, added and taken away.
@Suite("Processes that share a pipeline, and change", .serialized)
struct SharingTests {
    let scratch: Scratch
    let members: [String]

    init() throws {
        scratch = try Scratch()
        members = try FreePorts.draw(3).map { "127.0.0.1:\($0)" }
    }

    private var count: Int { Settings.isSoak ? 2_000_000 : 60_000 }

    /// What comes out, computed straight.
    private var expected: [String] {
        (0..<count).filter { $0 % 10 != 7 }
            .flatMap { $0 % 10 == 3 ? ["line \($0)", "line \($0) again"] : ["line \($0)"] }
    }

    /// Starts one member.
    ///
    /// - Parameters:
    ///   - place: its place among ``members``
    ///   - list: what says who the members are
    /// - Returns: its process
    /// - Throws: where it cannot be started
    private func start(_ place: Int, _ list: [String]) throws -> ChildProcess {
        let rate = Settings.isSoak ? 100_000 : 15_000
        return try ChildProcess(
            Program("sharing"),
            ["\(count)", scratch.path("state"), scratch.path("out"), "\(rate)"] + list + ["--self", members[place]],
            in: scratch)
    }

    /// Waits until so many tenths of the output are there.
    private func waitForOutput(_ tenths: Int) async throws {
        let goal = expected.reduce(0) { $0 + $1.utf8.count + 1 } * tenths / 10
        try await eventually(within: .seconds(120), "\(tenths) tenths of the output") {
            scratch.length("out") >= goal
        }
    }

    private func lines() throws -> [String] {
        String(decoding: try scratch.data("out"), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private func expectEnds(_ processes: [ChildProcess], sourceLocation: SourceLocation = #_sourceLocation) async throws
    {
        for process in processes {
            let ending = try await process.wait(within: .seconds(120))
            let errors = try process.standardError()
            #expect(ending == .exited(0), "\(errors)", sourceLocation: sourceLocation)
        }
    }

    // S-NET-5, S-END-4
    @Test("All are stopped and started again one by one, and nothing is missing or there twice")
    func rollingRestart() async throws {
        let list = ["--peers", members.joined(separator: ",")]
        var processes = try members.indices.map { try start($0, list) }
        for (step, place) in [1, 0, 2].enumerated() {
            try await waitForOutput(2 * step + 1)
            processes[place].send(SIGTERM)
            try await expectEnds([processes[place]])
            processes[place] = try start(place, list)
        }
        try await expectEnds(processes)
        #expect(try lines() == expected)
    }

    // S-NET-5, S-ACK-6
    @Test("Those that read and merge are killed and started again, and only what was not committed comes again")
    func killedHosts() async throws {
        let list = ["--peers", members.joined(separator: ",")]
        var processes = try members.indices.map { try start($0, list) }
        for (step, place) in [0, 2].enumerated() {
            try await waitForOutput(3 * step + 2)
            processes[place].send(SIGKILL)
            _ = try await processes[place].wait()
            processes[place] = try start(place, list)
        }
        try await expectEnds(processes)
        var seen: Set<String> = []
        let whole = Set(expected)
        // A kill may cut a line off; what was cut comes again whole.
        let firsts = try lines().filter { whole.contains($0) && seen.insert($0).inserted }
        #expect(firsts == expected)
    }

    // S-NET-5
    @Test(
        "The output is the same where the one in the middle stands still for a while, and is killed and started again")
    func middle() async throws {
        let list = ["--peers", members.joined(separator: ",")]
        var processes = try members.indices.map { try start($0, list) }
        try await waitForOutput(2)
        processes[1].send(SIGSTOP)
        try await waitForOutput(Settings.isSoak ? 4 : 3)
        processes[1].send(SIGCONT)
        try await waitForOutput(5)
        processes[1].send(SIGKILL)
        _ = try await processes[1].wait()
        processes[1] = try start(1, list)
        try await expectEnds(processes)
        #expect(try lines() == expected)
    }

    // S-NET-5
    @Test("A file that is watched, and the tool, add members and take them away; the merge moves with the last place")
    func changingLists() async throws {
        let file = scratch.path("members")
        try "\(members[0])\n\(members[1])\n".write(toFile: file, atomically: true, encoding: .utf8)
        let list = ["--peers-file", file]
        let first = try (0...1).map { try start($0, list) }
        try await waitForOutput(1)
        try members.map { "\($0)\n" }.joined().write(toFile: file, atomically: true, encoding: .utf8)
        let added = try start(2, list)
        let expectedList = "epoch 2\n" + members.enumerated().map { "\($0) \($1) up\n" }.joined()
        var shown = ""
        // Until the file has been looked at, and all are connected.
        for _ in 0..<200 where shown != expectedList { shown = try await tool(["peers", "list", "--at", members[0]]) }
        #expect(shown == expectedList)
        try await waitForOutput(4)
        let fewer = [members[0], members[2]]
        let changed = try await tool(["peers", "set", fewer.joined(separator: ","), "--at", members[1]])
        #expect(changed.hasPrefix("epoch 3\n0 \(fewer[0]) ") && changed.contains("1 \(fewer[1]) "), "\(changed)")
        try await expectEnds([first[1]])
        try await expectEnds([first[0], added])
        #expect(try lines() == expected)
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
