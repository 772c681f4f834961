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

/// Runs a program to its end.
func run(_ program: Program, _ arguments: [String], in scratch: Scratch, input: Descriptor? = nil) async throws -> Run {
    let name = "output-\(UUID().uuidString)"
    let output = try Descriptor(scratch.path(name), O_WRONLY | O_CREAT | O_TRUNC)
    let process = try ChildProcess(program, arguments, in: scratch, input: input, output: output)
    return Run(
        ending: try await process.wait(), output: try scratch.data(name), errors: try process.standardError())
}

/// A run that succeeded and said nothing on standard error.
func expectQuietSuccess(_ run: Run, sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(run.ending == .exited(0), sourceLocation: sourceLocation)
    #expect(run.errors == "", sourceLocation: sourceLocation)
}

/// A run that failed with a status and exactly one line on standard error that contains some words.
func expectFailure(
    _ run: Run, status: Int32 = 1, says words: String..., sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(run.ending == .exited(status), sourceLocation: sourceLocation)
    #expect(run.errorLines.count == 1, "\(run.errors)", sourceLocation: sourceLocation)
    for word in words { #expect(run.errors.contains(word), sourceLocation: sourceLocation) }
}

/// All tests with processes: one after the other, since each keeps the machine busy by itself.
@Suite(.serialized) enum ProcessTests {}
