import ProcessSupport
import Foundation
import Testing

extension ProcessTests {
    @Suite("Directories and devices that give trouble")
    struct CheckpointTroubleTests {
        let scratch: Scratch
        let content: Data

        init() throws {
            scratch = try Scratch()
            content = Records.data(count: 20_000)
            try scratch.file("in", content)
        }

        private func copy(_ options: [String] = [], output: String? = nil, state: String) async throws -> Run {
            try await run(
                .fileToFile, options + [scratch.path("in"), output ?? scratch.path("out"), state], in: scratch)
        }

        @Test("A state directory that is missing is made")
        func makesDirectory() async throws {
            expectQuietSuccess(try await copy(state: scratch.path("a/b/c")))
            #expect(scratch.exists("a/b/c/file-to-file.checkpoint"))
        }

        @Test("A state directory that is a file, or a loop of links, ends the start with one line")
        func directoryIsNone() async throws {
            // case 55
            try scratch.file("file", "not a directory\n")
            symlink(scratch.path("loop"), scratch.path("loop"))
            for (name, culprit) in [("file", "file"), ("file/below", "file"), ("loop", "loop")] {
                expectFailure(try await copy(state: scratch.path(name)), says: "checkpoint", scratch.path(culprit))
                #expect(scratch.length("out") == 0)
            }
            #expect(try scratch.text("file") == "not a directory\n")
        }

        @Test("A state directory that may not be written ends the start with one line")
        func directoryIsReadOnly() async throws {
            // case 55. For root everything may be written, but for /proc.
            let directory = geteuid() == 0 ? "/proc/self" : scratch.path("locked")
            if geteuid() != 0 { mkdir(directory, 0o555) }
            expectFailure(try await copy(state: directory), says: "checkpoint", directory)
            #expect(scratch.length("out") == 0)
        }

        @Test("A damaged checkpoint is refused by name and left as it is", arguments: [0, 1, 10, 60, 100])
        func damagedCheckpoint(_ place: Int) async throws {
            // S-ACK-8
            expectQuietSuccess(try await copy(state: scratch.path("state")))
            var bytes = try Data(contentsOf: scratch.url("state/file-to-file.checkpoint"))
            bytes[place] ^= 1
            try scratch.file("state/file-to-file.checkpoint", bytes)
            let output = try Data(contentsOf: scratch.url("out"))
            let run = try await copy(state: scratch.path("state"))
            expectFailure(run, says: "file-to-file.checkpoint")
            #expect(try scratch.data("state/file-to-file.checkpoint") == bytes)
            #expect(try scratch.data("out") == output)
        }

        @Test("A second process is refused while the first one works")
        func secondProcess() async throws {
            let fifo = try scratch.fifo("fifo")
            let writer = try Descriptor(fifo, O_RDWR)
            let first = try ChildProcess(
                .fileToFile, [fifo, scratch.path("out"), scratch.path("state")], in: scratch)
            writer.write("line\n")
            try await eventually("the first line") {
                scratch.length("state/file-to-file.lock") >= 0 && scratch.exists("out")
            }
            expectFailure(try await copy(state: scratch.path("state")), says: "file-to-file", "process")
            first.send(SIGTERM)
            #expect(try await first.wait() == .exited(0))
            expectQuietSuccess(try await copy(output: scratch.path("other"), state: scratch.path("state2")))
        }

        @Test(
            "A full device is reported, and once there is room the copy goes on and is whole",
            .enabled(if: Tmpfs.isPossible, "skipped: needs root and tmpfs"), arguments: ["state", "output", "both"],
            [[], ["--exactly-once"]])
        func deviceIsFull(what: String, options: [String]) async throws {
            // case 52
            let small = try Tmpfs(scratch.path("small"), kilobytes: 64)
            let output = what == "state" ? scratch.path("out") : scratch.path("small/out")
            let state = what == "output" ? scratch.path("state") : scratch.path("small/state")
            if what == "state" { try scratch.file("small/filler", Data(count: 64 * 1024 - 4096)) }
            let run = try await copy(options, output: output, state: state)
            // With exactly once the positions stand beside the output, and the state may well fit into nothing.
            if run.ending != .exited(0) { expectFailure(run, says: "No space left on device") }
            if what != "state" { #expect(run.ending == .exited(1)) }
            try small.resize(kilobytes: 16 * 1024)
            expectQuietSuccess(try await copy(options, output: output, state: state))
            let report = RecordReport.compare(try Data(contentsOf: URL(fileURLWithPath: output)), with: content)
            #expect(report.lost == 0 && report.altered == 0, "\(report)")
            if !options.isEmpty { #expect(report.duplicated == 0 && report.fragments == 0, "\(report)") }
        }
    }
}

/// A small device in memory, for as long as somebody holds it.
final class Tmpfs {
    private let path: String

    /// Needs the right to mount, which containers often do not give.
    static let isPossible: Bool = {
        guard let scratch = try? Scratch() else { return false }
        return (try? Tmpfs(scratch.path("probe"), kilobytes: 64)) != nil
    }()

    init(_ path: String, kilobytes: Int) throws {
        self.path = path
        mkdir(path, 0o755)
        try Tmpfs.mount(path, "size=\(kilobytes)k")
    }

    deinit {
        #if canImport(Glibc) || canImport(Musl)
            umount2(path, Int32(MNT_DETACH))
        #endif
    }

    func resize(kilobytes: Int) throws {
        try Tmpfs.mount(path, "remount,size=\(kilobytes)k")
    }

    private static func mount(_ path: String, _ options: String) throws {
        let status = try ChildProcess.status(of: "mount", "-t", "tmpfs", "-o", options, "none", path)
        if status != 0 { throw TestFailure("cannot mount \(path) with \(options)") }
    }
}
