import ProcessSupport
import Foundation
import Testing

extension ProcessTests {
    @Suite("ndjson-filter")
    struct NdjsonFilterTests {
        let scratch: Scratch

        init() throws {
            scratch = try Scratch()
        }

        @Test("Prints the documents that a condition holds for, in their order and as they are written")
        func filters() async throws {
            let lines = (0..<20_000).map { #"{"n": \#($0), "status" : \#($0 % 600), "debug":{"x":1}, "big":1.50e400}"# }
            let content = lines.joined(separator: "\n") + "\n"
            let files = [try scratch.file("one", content), try scratch.file("two", content)]
            let run = try await run(.ndjsonFilter, ["status >= 599"] + files, in: scratch)
            expectQuietSuccess(run)
            let kept = (0..<20_000).filter { $0 % 600 == 599 }.map {
                #"{"n": \#($0), "status" : \#($0 % 600), "big":1.50e400}"# + "\n"
            }
            #expect(run.text == (kept + kept).joined())
        }

        @Test("Names the byte where a line is not JSON, and has printed what is before it")
        func refuses() async throws {
            let file = try scratch.file("in", "{\"a\":1}\n{\"a\":1,}\n{\"a\":1}\n")
            let run = try await run(.ndjsonFilter, ["a", file], in: scratch)
            expectFailure(run, says: "name of a member", "at byte 7")
            #expect(run.text == "{\"a\":1}\n")
        }

        @Test("Asks for a condition that it can read", arguments: [["a..b = 1", "x"], ["a"], []])
        func usage(_ arguments: [String]) async throws {
            let run = try await run(.ndjsonFilter, arguments, in: scratch)
            #expect(run.ending == .exited(2))
            #expect(run.errors.contains("usage: ndjson-filter"))
        }
    }
}
