import ConnectTesting
import ProcessSupport
import Foundation
import Testing

extension ProcessTests {
    @Suite(
        "What the system is asked for, and what it answers", .enabled(if: Strace.isPossible, "skipped: needs strace"))
    struct SystemCallTests {
        let scratch: Scratch
        let content: Data

        init() throws {
            scratch = try Scratch()
            content = Records.data(count: 20_000)
            try scratch.file("in", content)
        }

        /// Runs a program under strace, with options of that.
        private func trace(_ options: [String], _ program: Program, _ arguments: [String]) async throws -> Run {
            let quiet = ["-f", "-qq", "-y", "-o", scratch.path("trace")]
            return try await run(
                Program(at: "/usr/bin/env"), ["strace"] + quiet + options + [program.path] + arguments, in: scratch)
        }

        private var copyArguments: [String] { ["in", "out", "state"].map { scratch.path($0) } }

        /// The lines of the trace with all these words.
        private func places(_ words: String..., in lines: [Substring]) -> [Int] {
            lines.indices.filter { index in words.allSatisfy { lines[index].contains($0) } }
        }

        @Test("A checkpoint is written beside, made durable, renamed and its name made durable; the output before it")
        func checkpointOrder() async throws {
            // case 49
            expectQuietSuccess(
                try await trace(["-e", "trace=fsync,fdatasync,rename,renameat,renameat2"], .fileToFile, copyArguments))
            let lines = try scratch.text("trace").split(separator: "\n")
            let temporary = "file-to-file.checkpoint.temporary"
            let renames = places("rename", temporary, in: lines)
            #expect(!renames.isEmpty)
            for rename in renames {
                let written = places("fsync(", temporary + ">", in: lines).last { $0 < rename } ?? -1
                let earlier = renames.last { $0 < rename } ?? -1
                #expect(written > earlier, "the new checkpoint is not durable before it is renamed")
                let directory = places("fsync(", "/state>", in: lines).first { $0 > rename }
                #expect(directory != nil, "the name of the checkpoint is not durable")
                let output = places("fdatasync(", "/out>", in: lines).first ?? Int.max
                #expect(output < written, "the checkpoint comes before the output")
            }
        }

        @Test("Interrupted calls are made again", arguments: ["read", "write", "fsync", "fdatasync"])
        func interrupted(_ call: String) async throws {
            // Only of these files: the system's loader of programs does not bear it.
            let files = copyArguments.flatMap { ["-P", $0] }
            let run = try await trace(
                files + ["-e", "trace=\(call)", "-e", "inject=\(call):error=EINTR:when=1+2"], .fileToFile,
                copyArguments)
            expectQuietSuccess(run)
            #expect(try scratch.data("out") == content)
        }

        @Test("An output that cannot be made durable is not committed, and comes again")
        func outputIsNotDurable() async throws {
            // case 52
            let run = try await trace(
                ["-e", "trace=fdatasync", "-e", "inject=fdatasync:error=EIO:when=3"], .fileToFile, copyArguments)
            expectFailure(run, says: scratch.path("out"))
            let copy = Copy(scratch)
            let committed = try copy.committedBytes()
            #expect(committed < content.count / 2)
            try await copy.finish()
            let report = RecordReport.compare(try scratch.data("out"), with: content)
            #expect(report.lost == 0 && report.altered == 0, "\(report)")
        }

        @Test("A device that is full for a moment only delays the checkpoint")
        func fullForAMoment() async throws {
            // case 52
            let run = try await trace(
                [
                    "-e", "trace=rename,renameat,renameat2", "-e",
                    "inject=rename,renameat,renameat2:error=ENOSPC:when=1",
                ],
                .fileToFile, copyArguments)
            expectQuietSuccess(run)
            #expect(try Copy(scratch).committedBytes() == content.count)
        }

        @Test("Killed at a certain write, sync or rename, exactly once stays exactly once")
        func killedAtCall() async throws {
            // case 1: places in the code, where CrashTests take places in time.
            print("killed at a call: CONNECT_SEED=\(Settings.seed)")
            var random = SplitMix(seed: Settings.seed)
            let calls = ["write", "fsync", "fdatasync", "rename,renameat,renameat2", "ftruncate"]
            var hits = 0
            for call in calls {
                for _ in 0..<max(1, Settings.kills / 3) {
                    let number = Int.random(in: 1...12, using: &random)
                    let run = try await trace(
                        ["-e", "trace=\(call)", "-e", "inject=\(call):signal=KILL:when=\(number)"], .fileToFile,
                        ["--exactly-once"] + copyArguments)
                    if run.ending == .killed(by: SIGKILL) || run.ending == .exited(128 + SIGKILL) { hits += 1 }
                }
            }
            let copy = Copy(scratch, .fileToFile, ["--exactly-once"])
            try await copy.finish()
            #expect(try scratch.data("out") == content, "CONNECT_SEED=\(Settings.seed)")
            #expect(hits > 0)
        }
    }
}

/// Whether processes may be traced here; containers often forbid it.
enum Strace {
    static let isPossible: Bool = {
        let words = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", "inject=fsync:error=EIO", "true"]
        return !TestBuild.isSanitized && (try? ChildProcess.status(of: words)) == 0
    }()
}
