import Foundation
import ProcessSupport
import Testing

/// All suites of processes that share a pipeline: one test at a time.
@Suite("Processes that share a pipeline", .serialized)
struct PeersProcessTests {}

/// Three processes of the program `sharing`, and what they are to write.
struct SharingProcesses {
    let group: PeerGroup
    let count: Int
    /// How many elements a second are read; nil for as many as can be.
    let rate: Int
    /// Where each listens, where that is not where it is reached.
    var listensAt: [Int]?

    init(_ group: PeerGroup? = nil, count: Int, rate: Int) throws {
        self.group = try group ?? PeerGroup()
        self.count = count
        self.rate = rate
    }

    var scratch: Scratch { group.scratch }

    /// What is made of one number.
    static func outputs(of number: Int) -> [String] {
        switch number % 10 {
        case 7: []
        case 3: ["line \(number)", "line \(number) again"]
        default: ["line \(number)"]
        }
    }

    /// What comes out, computed straight.
    var expected: [String] { (0..<count).flatMap(Self.outputs) }

    /// Starts one member.
    ///
    /// - Parameters:
    ///   - place: its place among the members
    ///   - peers: what says who the members are; nil for their list
    /// - Returns: its process
    /// - Throws: where it cannot be started
    func start(_ place: Int, by peers: [String]? = nil) throws -> ChildProcess {
        let words = ["\(count)", scratch.path("state"), scratch.path("out"), "\(rate)"]
        let listening = listensAt.map { ["127.0.0.1:\($0[place])"] } ?? []
        return try group.start(place, Program("sharing"), words + listening, by: peers)
    }

    func startAll() throws -> [ChildProcess] { try group.members.indices.map { try start($0) } }

    /// Waits until so many hundredths of the output are there.
    func waitForOutput(_ hundredths: Int) async throws {
        let goal = expected.reduce(0) { $0 + $1.utf8.count + 1 } * hundredths / 100
        try await eventually("\(hundredths) hundredths of the output") { scratch.length("out") >= goal }
    }

    /// The whole lines of the output.
    func lines() throws -> [String] {
        String(decoding: try scratch.data("out"), as: UTF8.self).split(separator: "\n").map(String.init)
    }

    /// Below which number all is committed.
    func committed() throws -> Int {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: scratch.path("state"))) ?? []
        guard let name = names.first(where: { $0.hasSuffix(".checkpoint") }) else { return 0 }
        let line = try scratch.text("state/\(name)").split(separator: "\n").first { $0.hasPrefix("position ") }
        return line?.split(separator: " ").dropFirst(3).first.flatMap { Int($0) } ?? 0
    }

    func expectEnds(_ processes: [ChildProcess], sourceLocation: SourceLocation = #_sourceLocation) async throws {
        for process in processes {
            let ending = try await process.wait(within: .seconds(Settings.isSoak ? 600 : 120))
            let errors = try process.standardError()
            #expect(ending == .exited(0), "\(errors)", sourceLocation: sourceLocation)
        }
    }
}
