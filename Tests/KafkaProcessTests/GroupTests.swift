import ConnectKafka
import ConnectKafkaEmbedded
import ConnectTesting
import Foundation
import ProcessSupport
import Testing

extension KafkaProcessTests {
    @Suite("A group of processes")
    struct GroupTests {
        let scratch: Scratch
        let cluster: Cluster

        init() throws {
            scratch = try Scratch()
            cluster = try Cluster()
        }

        @Test(
            "While members are killed, come and go, every record arrives, and the last to stop leave nothing uncommitted",
            arguments: ["range", "cooperative-sticky"])
        func survivesKills(assignor: String) async throws {
            // S-ACK-6, S-ACK-7, S-END-4, case 1, case 5
            let kills = Settings.isSoak ? 10 : min(Settings.kills, assignor == "range" ? 2 : 1)
            let chunk = Settings.isSoak ? 100_000 : 20_000
            print("group, \(assignor): CONNECT_SEED=\(Settings.seed), \(kills) kills of \(kills * chunk) records")
            let from = try await cluster.topic("from-\(assignor)", partitions: 16, in: scratch)
            let to = try await cluster.topic("to-\(assignor)", partitions: 16, in: scratch)
            let members = Members(
                [cluster.brokers, cluster.group(assignor), from, to]
                    + cluster.memberWords(["partition.assignment.strategy": assignor]), scratch)
            let judge = try Judge(
                cluster.brokers, from: from, to: to, ahead: Settings.isSoak ? 20_000 : 1000, in: scratch)
            var random = SplitMix(seed: Settings.seed)
            try members.start(0)
            try members.start(1)
            for round in 0..<kills {
                judge.write(upTo: (round + 1) * chunk)
                // Before the kill, the third one comes or goes at a random point of the way.
                var points = (0..<3).map { _ in round * chunk + Int.random(in: 1..<chunk, using: &random) }.sorted()
                // The first point comes soon: later ones wait for the share of who was killed.
                points[0] = round * chunk + min(points[0] - round * chunk, chunk / 4)
                for point in points {
                    try await judge.wait(for: point)
                    if point == points[1] {
                        members.kill(Int.random(in: 0..<2, using: &random))
                        try members.restart()
                    } else {
                        try await members.toggle(2)
                    }
                }
            }
            try await judge.wait(for: kills * chunk)
            try await members.stop(2)
            judge.write(upTo: kills * chunk + 1000)
            try await judge.wait(for: kills * chunk + 1000)
            // The embedded broker refuses commits while a group changes its shares, unlike a real one.
            if Cluster.real == nil { try await waitForCommits(assignor, from) }
            for number in [0, 1] { try await members.stop(number) }
            let verdict = try await judge.verdict()
            print("group, \(assignor): \(verdict)")
            #expect(verdict.lost == 0 && verdict.altered == 0, "CONNECT_SEED=\(Settings.seed): \(verdict)")
            let offsets = try await cluster.offsets(of: cluster.group(assignor), from, in: scratch)
            #expect(offsets.count == 16)
            #expect(offsets.allSatisfy { $0.committed == $0.end }, "CONNECT_SEED=\(Settings.seed): \(offsets)")
            #expect(members.complaints == [], "CONNECT_SEED=\(Settings.seed)")
        }

        private func waitForCommits(_ group: String, _ topic: String) async throws {
            var offsets: [GroupOffset] = []
            for _ in 0..<200 {
                offsets = try await cluster.offsets(of: cluster.group(group), topic, in: scratch)
                if offsets.allSatisfy({ $0.committed == $0.end }) { return }
            }
            throw TestFailure("not all is committed: \(offsets)")
        }

        @Test("A member that is stopped leaves its group at once, so that another one need not wait for its time-out")
        func leaves() async throws {
            // S-END-4
            let from = try await cluster.topic("from", partitions: 4, in: scratch)
            let to = try await cluster.topic("to", partitions: 4, in: scratch)
            let judge = try Judge(cluster.brokers, from: from, to: to, in: scratch)
            let members = Members(
                [cluster.brokers, cluster.group("leaves"), from, to]
                    + cluster.memberWords(["session.timeout.ms": Cluster.real == nil ? "3000" : "240000"]), scratch)
            for round in 0..<2 {
                try members.start(round)
                judge.write(upTo: (round + 1) * 1000)
                // On a real cluster long before the member before would be missed.
                try await judge.wait(for: (round + 1) * 1000)
                try cluster.embedded?.answerNext(.leaveGroup, at: 1, with: [.init()])
                try await members.stop(round)
                #expect(try cluster.embedded?.answersLeft(.leaveGroup, at: 1) ?? 0 == 0, "it has not left")
            }
            let verdict = try await judge.verdict()
            #expect(verdict.lost == 0 && verdict.duplicated == 0, "\(verdict)")
            #expect(members.complaints == [])
        }
    }
}

/// Processes of `kafka-to-kafka` in one group.
final class Members {
    private let arguments: [String]
    private let scratch: Scratch
    private var running: [Int: ChildProcess] = [:]
    private var killed: Int?
    /// What went wrong with those that were asked to stop.
    private(set) var complaints: [String] = []

    init(_ arguments: [String], _ scratch: Scratch) {
        self.arguments = arguments
        self.scratch = scratch
    }

    func start(_ number: Int) throws {
        running[number] = try ChildProcess(.kafkaToKafka, arguments, in: scratch)
    }

    /// Ends one by kill -9.
    func kill(_ number: Int) {
        if let ending = running[number]?.poll() { complaints.append("\(number) had ended by itself: \(ending)") }
        running[number]?.send(SIGKILL)
        killed = number
    }

    /// Starts the one that was killed again.
    func restart() throws {
        if let killed { try start(killed) }
    }

    /// Asks one to stop, and waits until it has: cleanly.
    func stop(_ number: Int) async throws {
        guard let process = running.removeValue(forKey: number) else { return }
        // Before that a stop is an end like any other program's.
        try await eventually("\(number) handles SIGTERM") { process.handles(SIGTERM) || process.poll() != nil }
        process.send(SIGTERM)
        let ending = try await process.wait()
        if ending != .exited(0) { complaints.append("\(number): \(ending), \(try process.standardError())") }
    }

    /// Starts one that does not run; stops one that does.
    func toggle(_ number: Int) async throws {
        if running[number] == nil { try start(number) } else { try await stop(number) }
    }
}
