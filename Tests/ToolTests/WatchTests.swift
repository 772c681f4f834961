import Foundation
import ProcessSupport
import Testing

extension ToolTests {
    @Suite("Watching a run")
    struct WatchTests {
        let scratch: Scratch

        init() throws {
            scratch = try Scratch()
        }

        // MARK: HTTP

        @Test("Over HTTP a run tells whether it is ready, how it stands, its plan and its metrics")
        func serves() async throws {
            let run = try await served()
            #expect(try await get(run, "ping").text == "pong\n")
            try await eventually("a run that is ready") { try self.getNow(run, "ready").text == "ready\n" }
            #expect(try await get(run, "health").status == 200)
            #expect(try await get(run, "version").text == "0.1.0\n")
            #expect(try await get(run, "plan").text.contains("fused into"))
            #expect(try await get(run, "plan?format=json").text.hasPrefix("{\"version\":1"))
            #expect(try await get(run, "plan?format=svg").status == 400)
            #expect(try await get(run, "nowhere").status == 404)
            #expect(try await get(run, "status", ["-X", "POST"]).status == 405)
            #expect(try await get(run, "status", ["-H", "Host: example.org"]).status == 421)
            let text = try await get(run, "status").text
            let status = try #require(JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
            let stages = try #require(status["stages"] as? [[String: Any]])
            #expect(stages.compactMap { $0["name"] as? String } == ["source", "grep", "FileSink"])
            #expect((stages[1]["received"] as? Int ?? 0) > (stages[1]["sent"] as? Int ?? 0))
            #expect(status["ready"] as? Bool == true)
            #expect((status["commits"] as? Int ?? 0) > 0)
            #expect((status["committed"] as? [String])?.first?.contains("@") == true)
            run.process.send(SIGTERM)
            #expect(try await run.process.wait() == .exited(0))
        }

        @Test("Prometheus' own checker accepts the metrics of a run")
        func metrics() async throws {
            let run = try await served()
            try await eventually("a commit") { try self.getNow(run, "ready").status == 200 }
            let text = try await get(run, "metrics").text
            for name in ["component_sent_events_total", "checkpoint_age_seconds", "process_resident_memory_bytes"] {
                #expect(text.contains("\n\(name)"), "\(name)")
            }
            let file = try scratch.file("metrics", text)
            let input = try Descriptor(file, O_RDONLY)
            let checker = try ChildProcess(
                .shell, ["-c", "exec promtool check metrics"], in: scratch, input: input)
            #expect(try await checker.wait() == .exited(0))
            #expect(try checker.standardError() == "")
        }

        @Test("Where a token is set only those who know it see more than the ping and the empty page")
        func token() async throws {
            let secret = "correct horse"
            let run = try await served(
                ["--http-token-file", try scratch.file("token", "\(secret)\n")], address: "0.0.0.0:0")
            #expect(try await get(run, "ping").status == 200)
            #expect(try await get(run, "").status == 200)
            for path in ["status", "metrics", "plan", "ready", "version", "nowhere"] {
                #expect(try await get(run, path).status == 401, "\(path)")
                #expect(try await get(run, path, ["-H", "Authorization: Bearer correct hors"]).status == 401)
            }
            #expect(try await get(run, "version", ["-H", "Authorization: Bearer \(secret)"]).text == "0.1.0\n")
        }

        @Test(
            "An address that others reach needs a token, and a wrong or taken one is said",
            arguments: [
                (["--http", "0.0.0.0:0"], 78, "set CONNECT_HTTP_TOKEN or --http-token-file"),
                (["--http", "nowhere"], 2, "127.0.0.1:8080"), (["--http-token-file", "x"], 2, "belongs to --http"),
                (["--http", ":0", "--http-token-file", "/nowhere"], 78, "there is no token in /nowhere"),
                (
                    ["--http", "192.0.2.1:1", "--http-token-file", "/proc/self/cmdline"], 1,
                    "cannot listen at 192.0.2.1:1"
                ),
                (["--stall-timeout", "long"], 78, "long"),
            ])
        func refuses(words: [String], status: Int32, says: String) async throws {
            let run = try await connectctl(["run", "--from", "stdin:", "--to", "stdout:"] + words, in: scratch)
            expectFailure(run, status: status, says: says)
        }

        @Test("A run whose sink hangs is not ready, and says which stage holds the line, where and why")
        func stalls() async throws {
            let (read, write) = try Descriptor.pipe()
            let file = try scratch.file("in", String(repeating: "line 1 after line 1\n", count: 100_000))
            let run = try await served(
                ["--stall-timeout", "100ms"], from: "file:\(file)", to: "stdout:", output: write)
            let found = try await eventually("a stall") {
                let answer = try self.getNow(run, "ready")
                return answer.text.contains("holds the line") ? answer : nil
            }
            #expect(found.status == 503)
            #expect(found.text.contains("stage \"StandardOutput\" holds the line at \(file)@"), "\(found.text)")
            #expect(found.text.contains("it is at work on"), "\(found.text)")
            _ = read
        }

        @Test("The page draws each stage of a running pipeline, with rates that move")
        func page() async throws {
            let run = try await served()
            try await eventually("a run that is ready") { try self.getNow(run, "ready").status == 200 }
            let picture = scratch.path("page.png")
            let dom = try Descriptor(scratch.path("dom"), O_WRONLY | O_CREAT | O_TRUNC)
            let browser = try ChildProcess(
                .shell,
                [
                    "-c",
                    """
                    exec chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --window-size=1300,560 \
                        --user-data-dir="$1" --virtual-time-budget=5000 --screenshot="$2" --dump-dom "$3"
                    """, "sh", scratch.path("profile"), picture, run.address,
                ], in: scratch, output: dom)
            #expect(try await browser.wait(within: .seconds(120)) == .exited(0))
            let text = try scratch.text("dom")
            for stage in ["source", "grep", "FileSink"] {
                #expect(text.contains("data-stage=\"\(stage)\""), "\(stage)")
            }
            let rates = text.matches(of: /data-rate="([0-9.]+)"/).compactMap { Double($0.1) }
            #expect(rates.count == 3 && rates.allSatisfy { $0 > 0 }, "\(rates)")
            // Each look adds a point to the curves; they are not all the same.
            let curves = text.matches(of: /points="([^"]+)"/).map { $0.1.split(separator: " ") }
            #expect(curves.count == 3 && curves.allSatisfy { $0.count >= 3 }, "\(curves)")
            #expect(Set(curves[0].compactMap { $0.split(separator: ",").last }).count > 1, "\(curves)")
            #expect(text.contains(">running<") && text.contains(">ready<"))
            // The picture is there, and large enough to show something (PNG, RFC 2083).
            #expect(try scratch.data("page.png").starts(with: [0x89, 0x50, 0x4E, 0x47]))
            #expect(scratch.length("page.png") > 10_000)
        }

        // MARK: signals and the terminal

        @Test("SIGUSR1 prints how the run stands, and the run goes on")
        func prints() async throws {
            let fifo = try scratch.fifo("fifo")
            let writer = try Descriptor(fifo, O_RDWR)
            let (read, write) = try Descriptor.pipe()
            let process = try ChildProcess(
                .connectctl, ["run", "--from", "file:\(fifo)", "--through", "lines", "--to", "stdout:"], in: scratch,
                output: write)
            writer.write("one\n")
            try await eventually("the line") { read.available == 4 }
            process.send(SIGUSR1)
            try await eventually("the state") { try process.standardError().contains("running ") }
            let lines = try process.standardError().split(separator: "\n")
            #expect(lines.first?.hasPrefix("stage") == true)
            // One element of three bytes.
            #expect(lines.contains { $0.firstMatch(of: #/^FileSource +1 +[0-9.]+ +3 /#) != nil }, "\(lines)")
            writer.write("two\n")
            try await eventually("the next line") { read.available == 8 }
            process.send(SIGTERM)
            #expect(try await process.wait() == .exited(0))
        }

        @Test(
            "On a terminal a line for each stage is drawn in place, but not where nobody wants it",
            arguments: [
                ("", true, true), ("NO_COLOR=1", true, false), ("TERM=dumb", false, false), ("quiet", false, false),
            ])
        func draws(how: String, isDrawn: Bool, hasColour: Bool) async throws {
            let fifo = try scratch.fifo("fifo")
            let writer = try Descriptor(fifo, O_RDWR)
            let command =
                "\(Program.connectctl.path) run --from file:\(fifo) --through lines --through upper"
                + " --to file:\(scratch.path("out")) --for 1500ms" + (how == "quiet" ? " --quiet" : "")
            let output = try Descriptor(scratch.path("screen"), O_WRONLY | O_CREAT | O_TRUNC)
            let terminal = try ChildProcess(
                .environment,
                ["-u", "NO_COLOR", "TERM=xterm", "SHELL=/bin/sh"] + (how.contains("=") ? [how] : [])
                    + ["script", "-qec", command, "/dev/null"], in: scratch, output: output)
            writer.write("one\n")
            #expect(try await terminal.wait() == .exited(0))
            let screen = try scratch.text("screen")
            #expect(screen.contains("FileSource") == isDrawn, "\(screen)")
            #expect(screen.contains("\u{1b}[5F\u{1b}[J") == isDrawn, "\(screen)")
            #expect(screen.contains("\u{1b}[33m") == hasColour, "\(screen)")
            #expect(screen.contains("ended ") == isDrawn, "\(screen)")
        }

        // MARK: helpers

        private struct Served {
            let process: ChildProcess
            let address: String
        }

        private struct Answer {
            var status: Int
            var text: String
        }

        /// A run that is served: by default one that reads a file which is so long that it does not end.
        private func served(
            _ words: [String] = [], from: String? = nil, to: String? = nil, address: String = ":0",
            output: Descriptor? = nil
        ) async throws -> Served {
            let source = try from ?? "file:\(endless())?name=source"
            let sink = to ?? "file:\(scratch.path("out"))?trigger=100ms"
            let process = try ChildProcess(
                .connectctl,
                [
                    "run", "--from", source, "--through", "lines", "--through", "grep:pattern=1,throttle=20000/1s",
                    "--to", sink, "--http", address,
                ] + words, in: scratch, output: output)
            let bound = try await eventually("an address") {
                try process.standardError().firstMatch(of: /serving at (http:[^\n]+)\n/).map { String($0.1) }
            }
            return Served(process: process, address: bound.replacing("0.0.0.0", with: "127.0.0.1"))
        }

        private func endless() throws -> String {
            try scratch.file("endless", (0..<2_000_000).map { "\($0)\n" }.joined())
        }

        private func get(_ run: Served, _ path: String, _ words: [String] = []) async throws -> Answer {
            try getNow(run, path, words)
        }

        private func getNow(_ run: Served, _ path: String, _ words: [String] = []) throws -> Answer {
            let answer = scratch.path("answer-\(UUID().uuidString)")
            let output = try Descriptor(answer, O_WRONLY | O_CREAT)
            let command = ["curl", "-s", "--max-time", "60", "-w", "\n%{http_code}"] + words + [run.address + path]
            _ = try ChildProcess.status(of: command, output: output)
            let text = String(decoding: try Data(contentsOf: URL(filePath: answer)), as: UTF8.self)
            guard let end = text.lastIndex(of: "\n"), let status = Int(text[text.index(after: end)...]) else {
                throw TestFailure("no answer of \(run.address)\(path)")
            }
            return Answer(status: status, text: String(text[..<end]))
        }
    }
}
