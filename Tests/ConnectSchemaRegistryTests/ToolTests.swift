import Connect
import Foundation
import ProcessSupport
import Testing

@Suite("The schema registry of the tool", .serialized)
struct SchemaRegistryToolTests {
    let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    /// A registry that runs, and its address.
    private func start(_ arguments: String...) async throws -> (process: ChildProcess, address: String) {
        let name = "address-\(UUID().uuidString)"
        let process = try ChildProcess(
            Program("connectctl"), ["schema-registry"] + arguments, in: scratch,
            output: try Descriptor(scratch.path(name), O_WRONLY | O_CREAT | O_TRUNC))
        try await eventually("the address") {
            if process.poll() != nil { throw TestFailure(try process.standardError()) }
            return try scratch.text(name).hasSuffix("\n")
        }
        return (process, String(try scratch.text(name).dropLast()))
    }

    private func connectctl(_ arguments: String...) async throws -> (ending: ChildProcess.Ending, text: String) {
        let name = "output-\(UUID().uuidString)"
        let process = try ChildProcess(
            Program("connectctl"), arguments, in: scratch,
            output: try Descriptor(scratch.path(name), O_WRONLY | O_CREAT | O_TRUNC))
        let ending = try await process.wait()
        return (ending, try scratch.text(name) + process.standardError())
    }

    @Test("Killed and started again it knows what it has answered; lines go through it there and back")
    func killed() async throws {
        let journal = scratch.path("journal")
        let schema = try scratch.file("a.avsc", #"{"type":"record","name":"R","fields":[{"name":"n","type":"int"}]}"#)
        let other = try scratch.file("b.avsc", #"{"type":"record","name":"R","fields":[{"name":"n","type":"string"}]}"#)
        let lines = (0..<100).map { "{\"n\":\($0)}\n" }.joined()
        let input = try scratch.file("in", lines)
        var (registry, address) = try await start("--listen", "127.0.0.1:0", "--file", journal)
        let encode = "registry-encode:url=\(address),topic=t,schemaFile=\(schema)"
        let write = try await connectctl(
            "run", "--from", "file:\(input)", "--through", "lines", "--through", encode, "--through", "base64",
            "--to", "file:\(scratch.path("out"))")
        #expect(write.ending == .exited(0), "\(write.text)")
        registry.send(SIGKILL)
        _ = try await registry.wait()
        let port = address.split(separator: ":").last.map(String.init) ?? ""
        (registry, address) = try await start("--listen", "127.0.0.1:\(port)", "--file", journal)
        let read = try await connectctl(
            "run", "--from", "file:\(scratch.path("out"))", "--through", "lines", "--through", "unbase64", "--through",
            "registry-decode:url=\(address)", "--to", "stdout:")
        #expect(read.ending == .exited(0))
        #expect(read.text == lines)
        // The schema that does not fit is found before anything runs.
        for (file, status) in [(schema, 0 as Int32), (other, 78)] {
            let checked = try await connectctl(
                "validate", "--from", "file:\(input)", "--through", "lines", "--through",
                "registry-encode:url=\(address),topic=t,validate=true,schemaFile=\(file)", "--to", "stdout:")
            #expect(checked.ending == .exited(status), "\(checked.text)")
            #expect(checked.text.contains(status == 0 ? "no mistakes" : "does not fit"), "\(checked.text)")
        }
        registry.send(SIGTERM)
        #expect(try await registry.wait() == .exited(0))
    }

    @Test(
        "What it cannot do it refuses",
        arguments: [
            (["--listen", "x"], 2 as Int32), (["--compatibility", "SOME"], 2), (["--user", "me"], 2),
            (["--key", "k"], 2),
            (["--listen", "0.0.0.0:0"], 1), (["--listen", "127.0.0.1:0", "--file", "/nowhere/journal"], 1),
        ] as [([String], Int32)])
    func refusals(_ arguments: [String], _ status: Int32) async throws {
        let process = try ChildProcess(Program("connectctl"), ["schema-registry"] + arguments, in: scratch)
        #expect(try await process.wait() == .exited(status))
    }
}
