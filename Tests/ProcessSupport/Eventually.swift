import Foundation

/// What a test could not do.
package struct TestFailure: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}

/// Looks again and again until there is something to see.
///
/// - Throws: where there was nothing within the limit
package func eventually<Result>(
    within limit: Duration = .seconds(120), _ what: @autoclosure () -> String, _ look: () throws -> Result?
) async throws -> Result {
    let end = ContinuousClock.now + limit * (TestBuild.isSanitized ? 10 : 1)
    while true {
        if let result = try look() { return result }
        if ContinuousClock.now > end { throw TestFailure("not within \(limit): \(what())") }
        try await Task.sleep(for: .milliseconds(1))
    }
}

/// The same for a condition.
package func eventually(
    within limit: Duration = .seconds(120), _ what: @autoclosure () -> String, isTrue: () throws -> Bool
) async throws {
    _ = try await eventually(within: limit, what()) { try isTrue() ? true : nil }
}
