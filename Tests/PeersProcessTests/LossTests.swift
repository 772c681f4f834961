import ConnectTesting
import Foundation
import PeersSupport
import ProcessSupport
import Testing

extension PeersProcessTests {
    /// What may be lost, and what comes of it. The long form has two million elements.
    @Suite("Losses")
    struct LossTests {
        enum Loss: CaseIterable {
            case nothing
            /// The member in the middle stands still for a while.
            case stillness
            /// The member in the middle is killed and started again.
            case killedMiddle
            /// All connections are cut again and again.
            case cuts
        }

        private static func processes(_ group: PeerGroup? = nil) throws -> SharingProcesses {
            try SharingProcesses(
                group, count: Settings.isSoak ? 2_000_000 : 50_000, rate: Settings.isSoak ? 100_000 : 10_000)
        }

        // S-NET-3, S-NET-5
        @Test(
            "The output is byte for byte that of one process, whatever is lost between those that read and merge",
            arguments: Loss.allCases)
        func losses(_ loss: Loss) async throws {
            let ports = try FreePorts.draw(3)
            let proxies = try ports.map { try LinkProxy(to: $0) }
            defer { for proxy in proxies { proxy.close() } }
            var sharing = try Self.processes(PeerGroup(proxies.map { "127.0.0.1:\($0.port)" }))
            sharing.listensAt = ports
            var processes = try sharing.startAll()
            switch loss {
            case .nothing: break
            case .stillness:
                try await sharing.waitForOutput(20)
                processes[1].send(SIGSTOP)
                let end = ContinuousClock.now + .milliseconds(Settings.isSoak ? 5_000 : 500)
                try await eventually("some time") { ContinuousClock.now >= end }
                processes[1].send(SIGCONT)
            case .killedMiddle:
                try await sharing.waitForOutput(30)
                processes[1].send(SIGKILL)
                _ = try await processes[1].wait()
                processes[1] = try sharing.start(1)
            case .cuts:
                var random = SplitMix(seed: Settings.seed)
                for _ in 0..<20 {
                    let step = Int.random(in: (sharing.count / 50)..<(sharing.count / 2), using: &random)
                    let next = sharing.scratch.length("out") + step
                    try await eventually("more output") {
                        sharing.scratch.length("out") >= next || processes[2].poll() != nil
                    }
                    proxies[Int.random(in: 0..<3, using: &random)].cut()
                }
            }
            try await sharing.expectEnds(processes)
            let expected = Data(sharing.expected.map { "\($0)\n" }.joined().utf8)
            #expect(try sharing.scratch.data("out") == expected, "CONNECT_SEED=\(Settings.seed)")
        }

        // S-NET-5, S-ACK-6
        @Test(
            "Where the one that reads or merges is killed and started again, nothing is lost, and only what was not committed comes again",
            arguments: [0, 2])
        func killedHosts(place: Int) async throws {
            let sharing = try Self.processes()
            var processes = try sharing.startAll()
            try await sharing.waitForOutput(40)
            let committed = try sharing.committed()
            processes[place].send(SIGKILL)
            _ = try await processes[place].wait()
            processes[place] = try sharing.start(place)
            try await sharing.expectEnds(processes)
            let expected = sharing.expected
            let numbers = Dictionary(
                (0..<sharing.count).flatMap { number in
                    SharingProcesses.outputs(of: number).map { ($0, number) }
                }, uniquingKeysWith: { first, _ in first })
            var seen: Set<String> = []
            var firsts: [String] = []
            var again: [Int] = []
            // A kill may cut a line off; what was cut comes again whole.
            for line in try sharing.lines() {
                guard let number = numbers[line] else { continue }
                if seen.insert(line).inserted { firsts.append(line) } else { again.append(number) }
            }
            #expect(firsts == expected)
            #expect(again.allSatisfy { $0 >= committed }, "from \(again.min() ?? 0), and \(committed) was committed")
            // Once for one kill, in the order of the source.
            #expect(again == again.sorted() && committed > 0)
        }
    }
}
