import ProcessSupport
import Foundation
import Testing

extension ProcessTests {
    @Suite("list-filter-fold")
    struct ListFilterFoldTests {
        @Test("Gives the same as a straight computation", arguments: [0, 1, 2, 1000, 250_001])
        func computes(_ count: Int) async throws {
            let run = try await run(.listFilterFold, ["\(count)"], in: try Scratch())
            expectQuietSuccess(run)
            #expect(run.text == expected(count))
        }

        /// A sum after each 100,000 even squares and one at the end where it has changed since.
        private func expected(_ count: Int) -> String {
            var text = ""
            var sum = 0
            var added = 0
            for number in stride(from: 0, to: count, by: 2) {
                sum += number * number
                added += 1
                if added.isMultiple(of: 100_000) { text += "sum \(sum)\n" }
            }
            return added.isMultiple(of: 100_000) ? text : text + "sum \(sum)\n"
        }
    }
}
