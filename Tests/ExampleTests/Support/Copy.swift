import ProcessSupport
import Foundation
import Testing

/// A run of `file-to-file`, or of a program that is called the same way, which is killed and started again.
struct Copy {
    let scratch: Scratch
    let program: Program
    /// What stands before the input, the output and the directory of the state.
    let options: [String]
    /// The name of the input in the scratch directory.
    let input: String

    init(_ scratch: Scratch, _ program: Program = .fileToFile, _ options: [String] = [], input: String = "in") {
        self.scratch = scratch
        self.program = program
        self.options = options
        self.input = input
    }

    func start() throws -> ChildProcess {
        try ChildProcess(
            program, options + [scratch.path(input), scratch.path("out"), scratch.path("state")], in: scratch)
    }

    /// Lets it run to its end.
    func finish(sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let process = try start()
        #expect(try await process.wait(within: .seconds(300)) == .exited(0), sourceLocation: sourceLocation)
        #expect(try process.standardError() == "", sourceLocation: sourceLocation)
    }

    /// Starts it, and sends a signal once the output has grown by some bytes.
    ///
    /// - Returns: how it ended, and whether that was before its own end
    func interrupt(_ signal: Int32, afterBytes growth: Int) async throws -> ChildProcess.Ending {
        let goal = scratch.length("out") + growth
        let process = try start()
        let limit = Duration.seconds(Settings.isSoak ? 1800 : 60)
        let early = try await eventually(within: limit, "\(goal) bytes of output") { () -> Bool? in
            if process.poll() != nil { return false }
            return scratch.length("out") >= goal ? true : nil
        }
        if early { process.send(signal) }
        return try await process.wait()
    }

    /// Starts it, and sends a signal after as many looks at the clock, so that also the start is hit.
    func interrupt(_ signal: Int32, afterPauses pauses: Int) async throws -> ChildProcess.Ending {
        let process = try start()
        var looks = 0
        try await eventually("the pauses") {
            looks += 1
            return looks > pauses || process.poll() != nil
        }
        process.send(signal)
        return try await process.wait()
    }

    /// How many bytes of the input, unpacked, the checkpoint says are done; 0 where there is none.
    func committedBytes() throws -> Int {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: scratch.path("state"))) ?? []
        guard let name = names.first(where: { $0.hasSuffix(".checkpoint") }) else { return 0 }
        let line = try scratch.text("state/\(name)").split(separator: "\n").first { $0.hasPrefix("position ") }
        return line?.split(separator: " ").dropFirst(3).first.flatMap { Int($0) } ?? 0
    }
}
