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
/// Time in which other tests have the threads does not count: what is waited for was not looked at meanwhile.
///
/// - Throws: where there was nothing within the limit
package func eventually<Result>(
    within limit: Duration = .seconds(120), _ what: @autoclosure () -> String, _ look: () throws -> Result?
) async throws -> Result {
    var left = limit * (TestBuild.isSanitized ? 10 : 1)
    var last = ContinuousClock.now
    while true {
        if let result = try look() { return result }
        let now = ContinuousClock.now
        left -= min(now - last, .milliseconds(100))
        last = now
        if left < .zero { throw TestFailure("not within \(limit): \(what())") }
        // What is looked at is outside of this process, and nobody tells when it changes.
        try await Task.sleep(for: .milliseconds(1))
    }
}

/// The same for a condition.
package func eventually(
    within limit: Duration = .seconds(120), _ what: @autoclosure () -> String, isTrue: () throws -> Bool
) async throws {
    _ = try await eventually(within: limit, what()) { try isTrue() ? true : nil }
}
