import Foundation
import ProcessSupport
import Testing

extension ProcessTests {
    @Suite(
        "Hosts whose network fails",
        .enabled(if: NetworkHosts.isPossible, "skipped: needs root, ip and iptables, and no sanitizer"))
    struct AcrossHostsTests {
        enum Trouble: CaseIterable {
            /// What the host of the source sends does not arrive.
            case oneWay
            /// Whoever sends something is told that there is no connection.
            case reset
            /// Of ten packets three are lost, to the end.
            case loss
            /// Nothing comes or goes.
            case partition

            static let tried: [Trouble] = Settings.isSoak ? allCases : [.reset]
        }

        let hosts: NetworkHosts
        let group: PeerGroup

        init() throws {
            let hosts = try NetworkHosts(3)
            self.hosts = hosts
            group = try PeerGroup((0..<3).map { "\(hosts.address($0)):19001" })
            try group.scratch.file(
                "secret", "what only the three of them know, as a test would have it\n".filter { $0 != " " })
        }

        private var scratch: Scratch { group.scratch }

        private func start(_ place: Int, _ options: [String]) throws -> ChildProcess {
            let words = options + ["--peers", group.list, "--peers-secret-file", scratch.path("secret")]
            let output = place == 2 ? try Descriptor(scratch.path("out"), O_WRONLY | O_CREAT | O_TRUNC) : nil
            return try ChildProcess(
                Program(at: "/usr/bin/env"), hosts.command(.splitMapMerge, on: place) + words, in: scratch,
                output: output)
        }

        private func begin(_ trouble: Trouble, on host: Int) throws {
            switch trouble {
            case .oneWay: try hosts.trouble(host, "INPUT", "-s", hosts.address(0), "-j", "DROP")
            case .reset:
                try hosts.trouble(host, "INPUT", "-p", "tcp", "-j", "REJECT", "--reject-with", "tcp-reset")
            case .loss:
                try hosts.trouble(
                    host, "INPUT", "-m", "statistic", "--mode", "random", "--probability", "0.3", "-j", "DROP")
            case .partition:
                try hosts.trouble(host, "INPUT", "-j", "DROP")
                try hosts.trouble(host, "OUTPUT", "-j", "DROP")
            }
        }

        /// Waits as long as the network is to fail: in the long form so long that the host is taken for lost.
        private func endure(_ trouble: Trouble, _ last: ChildProcess) async throws {
            let size = scratch.length("out")
            if Settings.isSoak, trouble != .reset {
                let end = ContinuousClock.now + .seconds(15)
                try await eventually(within: .seconds(60), "fifteen seconds") { ContinuousClock.now >= end }
            }
            try await eventually("more output, by the others") {
                scratch.length("out") > size + 50_000 || last.poll() != nil
            }
        }

        // S-NET-5
        @Test(
            "The output is that of one process, whatever becomes of the network between them",
            arguments: Trouble.tried)
        func troubled(_ trouble: Trouble) async throws {
            let count = Settings.isSoak ? 2_000_000 : 300_000
            let alone = try await run(.splitMapMerge, ["--count", "\(count)"], in: scratch)
            expectQuietSuccess(alone)
            let options = ["--count", "\(count)", "--rate", "\(Settings.isSoak ? 50_000 : 100_000)"]
            let processes = try (0..<3).map { try start($0, options) }
            // The others go on meanwhile, so that a second long trouble might follow before it is back.
            for step in 1...(Settings.isSoak && trouble == .reset ? 2 : 1) {
                try await eventually("a part of the output") {
                    scratch.length("out") > alone.output.count * step / 4 || processes[2].poll() != nil
                }
                try begin(trouble, on: 1)
                try await endure(trouble, processes[2])
                if trouble != .loss { try hosts.heal(1) }
            }
            for process in [processes[0], processes[2], processes[1]] {
                let ending = try await process.wait(within: .seconds(300))
                let errors = try process.standardError()
                #expect(ending == .exited(0), "\(errors)")
            }
            #expect(try scratch.data("out") == alone.output)
        }
    }
}
