import Foundation

/// The implementations of others in Python.
package struct PythonJudge {
    private let python: String

    package init() async throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let scratch = try Scratch()
        let output = try Descriptor(scratch.path("path"), O_WRONLY | O_CREAT | O_TRUNC)
        let script = try ChildProcess(
            Program(at: "/bin/sh"), [root.appendingPathComponent("scripts/test-python").path], in: scratch,
            output: output)
        guard try await script.wait(within: .seconds(600)) == .exited(0) else {
            throw TestFailure("test-python: \(try script.standardError())")
        }
        python = try scratch.text("path").trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Runs a program that reads lines of tabulated words from the file it is given, and gives the lines of its output.
    package func answers(_ program: String, _ lines: [[String]]) async throws -> [Substring] {
        let scratch = try Scratch()
        let input = try scratch.file("in", lines.map { $0.joined(separator: "\t") + "\n" }.joined())
        let output = try Descriptor(scratch.path("out"), O_WRONLY | O_CREAT | O_TRUNC)
        let child = try ChildProcess(Program(at: python), ["-c", program, input], in: scratch, output: output)
        let ending = try await child.wait(within: .seconds(600))
        guard ending == .exited(0) else { throw TestFailure("python: \(ending) \(try child.standardError())") }
        return try scratch.text("out").split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    }
}

/// Bytes in hexadecimal.
package func hexadecimal(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { String(format: "%02x", $0) }.joined()
}
