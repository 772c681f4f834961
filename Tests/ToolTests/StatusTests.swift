import ProcessSupport
import Foundation
import Testing

extension ToolTests {
    @Suite("Exit statuses and messages")
    struct StatusTests {
        let scratch: Scratch

        init() throws {
            scratch = try Scratch()
        }

        @Test(
            "A wrong command line ends with 2 and says how it is called",
            arguments: [
                (["frob"], "frob"), (["run"], "--from and --to"), (["run", "--from", "stdin:"], "--from and --to"),
                (["run", "--bogus"], "--bogus"), (["run", "--limit", "many"], "many"),
                (["run", "d.yaml", "--through", "lines"], "--through cannot stand beside a document; use --set"),
                (["run", "d.yaml", "--from", "stdin:"], "--from cannot stand beside a document"),
                (["run", "d.yaml", "--to", "stdout:"], "--to cannot stand beside a document"),
                (["run", "--from", "stdin:", "--to", "stdout:", "--set", "spec.par=2"], "there is none"),
                (["run", "--from", "stdin:", "--to", "stdout:", "--log-level", "loud"], "loud"),
                (["run", "--from", "stdin:", "--to", "stdout:", "--quiet", "--log-level", "info"], "exclude"),
                (["plan", "-o", "svg"], "svg"),
            ])
        func commandLine(words: [String], says: String) async throws {
            expectFailure(try await connectctl(words, in: scratch), status: 2, says: says, "Usage: connectctl")
        }

        @Test(
            "A wrong component, key, URI or document ends with 78, says what is wrong, and opens nothing",
            arguments: [
                ["--from", "fil:in", "--to", "stdout:"], ["--from", "file:", "--to", "stdout:"],
                ["--from", "file:in?folow=true", "--to", "stdout:"], ["--from", "in", "--to", "stdout:"],
                ["--from", "file:in?follow=1", "--to", "stdout:"], ["--from", "file:in", "--to", "file:out/"],
                ["--from", "file:in", "--through", "lines", "--through", "gerp:x", "--to", "file:out"],
                ["--from", "file:in", "--through", "lines", "--through", "grep:(", "--to", "file:out"],
                ["--from", "file:in", "--through", "lines", "--through", "grep:x,par=0", "--to", "file:out"],
                ["--from", "file:in", "--to", "file:out", "--par=-1"],
                ["--from", "file:in", "--to", "file:out", "--limit=0"],
                ["--from", "file:in", "--to", "file:out", "--memory", "much"],
                ["--from", "file:in", "--to", "file:out", "--checkpoint-every", "1"],
                ["--from", "lines", "--to", "file:out"], ["--from", "stdout:", "--to", "file:out"],
                ["--from", "file:in", "--to", "file:out", "--dead-letter", "stdout:"],
                ["--from", "file:in", "--to", "file:out", "--on-error", "ignore", "--through", "upper"],
                ["--from", "file:in", "--through", "lines", "--to", "file:out", "--for", "long"],
                ["--from", "file:in", "--to", "file:out", "--until", "tomorrow"], ["nowhere.yaml"],
            ])
        func configuration(words: [String]) async throws {
            let words = words.map { $0.replacing("file:out", with: "file:\(scratch.path("out"))") }
            let run = try await connectctl(["run"] + words, in: scratch)
            expectFailure(run, status: 78, says: "error: ")
            // The cause, and on a line of its own the mend.
            #expect(run.errorLines.count >= 2 && run.errorLines.count % 2 == 0, "\(run.errors)")
            #expect(run.errorLines.dropFirst().first?.hasPrefix("    ") == true)
            #expect(!scratch.exists("out"))
        }

        @Test("Something that fails while it runs ends with 1 and a line")
        func failure() async throws {
            let run = try await connectctl(
                ["run", "--from", "file:\(scratch.path("nowhere"))", "--to", "stdout:"], in: scratch)
            expectFailure(run, status: 1, says: "nowhere")
            #expect(run.errorLines.count == 1)
        }

        @Test("The first signal ends a source without end with 0")
        func drains() async throws {
            let fifo = try scratch.fifo("fifo")
            let (read, write) = try Descriptor.pipe()
            let process = try ChildProcess(
                .connectctl, ["run", "--from", "file:\(fifo)", "--through", "lines", "--to", "stdout:"], in: scratch,
                output: write)
            write.close()
            let writer = try Descriptor(fifo, O_RDWR)
            writer.write("one\n")
            try await eventually("the line") { read.available == 4 }
            process.send(SIGTERM)
            #expect(try await process.wait() == .exited(0))
        }

        @Test(
            "A run stops by itself after --for, or at --until, and that is a success",
            arguments: [
                ["--for", "50ms"], ["--until", "2020-02-29T12:00:00.5+01:00"], ["--until", "2020-01-01T00:00:00Z"],
            ])
        func stops(words: [String]) async throws {
            let fifo = try scratch.fifo("fifo")
            let writer = try Descriptor(fifo, O_RDWR)
            let run = try await connectctl(["run", "--from", "file:\(fifo)", "--to", "stdout:"] + words, in: scratch)
            expectQuietSuccess(run)
            writer.close()
        }

        @Test("Messages are words or JSON, one to a line, as many as were asked for")
        func logs() async throws {
            let file = try scratch.file("in", "a\n")
            let words = ["run", "--from", "file:\(file)", "--to", "stdout:"]
            expectQuietSuccess(try await connectctl(words + ["--quiet"], in: scratch, environment: ["LOG_LEVEL=debug"]))
            let text = try await connectctl(words + ["--log-level", "info"], in: scratch)
            #expect(
                text.errorLines.contains {
                    $0.contains("Z info pipeline starts ") && $0.contains("pipeline=connectctl")
                })
            let json = try await connectctl(
                words + ["--log-format", "json"], in: scratch, environment: ["LOG_LEVEL=info"])
            #expect(json.text == "a\n")
            #expect(json.errorLines.count >= 2)
            for line in json.errorLines {
                let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String]
                #expect(object?["level"] == "info" && object?["pipeline"] == "connectctl" && object?["time"] != nil)
            }
        }
    }
}
