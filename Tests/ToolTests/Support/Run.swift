import ProcessSupport
import Foundation
import Testing

/// What a program has done that ran to its end.
struct Run {
    var ending: ChildProcess.Ending
    var output: Data
    var errors: String

    var text: String { String(decoding: output, as: UTF8.self) }

    /// The lines of standard error.
    var errorLines: [Substring] { errors.split(separator: "\n") }
}

/// Runs the tool to its end.
///
/// - Parameters:
///   - arguments: what it is given
///   - scratch: where its output goes
///   - environment: variables, as `NAME=value`
///   - input: its standard input; by default there is nothing
///   - program: another one with the same verbs
/// - Returns: how it ended and what it wrote
/// - Throws: where it cannot be started or does not end
func connectctl(
    _ arguments: [String], in scratch: Scratch, environment: [String] = [], input: Descriptor? = nil,
    program: Program = .connectctl
) async throws -> Run {
    let name = "output-\(UUID().uuidString)"
    let output = try Descriptor(scratch.path(name), O_WRONLY | O_CREAT | O_TRUNC)
    let process = try ChildProcess(
        environment.isEmpty ? program : .environment,
        environment.isEmpty ? arguments : environment + [program.path] + arguments, in: scratch,
        input: input, output: output)
    return Run(
        ending: try await process.wait(), output: try scratch.data(name), errors: try process.standardError())
}

/// A run that succeeded and said nothing on standard error.
func expectQuietSuccess(_ run: Run, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(run.ending == .exited(0), "\(run.errors)", sourceLocation: sourceLocation)
    #expect(run.errors == "", sourceLocation: sourceLocation)
}

/// A run that failed with a status, says some words on standard error and nothing on standard output.
func expectFailure(
    _ run: Run, status: Int32, says words: String..., sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(run.ending == .exited(status), "\(run.errors)", sourceLocation: sourceLocation)
    #expect(run.output.isEmpty, sourceLocation: sourceLocation)
    for word in words { #expect(run.errors.contains(word), "\(run.errors)", sourceLocation: sourceLocation) }
}

/// All tests with processes: one after the other, since each keeps the machine busy by itself.
@Suite(.serialized) enum ToolTests {}
