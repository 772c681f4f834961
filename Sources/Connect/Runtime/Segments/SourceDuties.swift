/// Serves the client of a source while its elements wait for room, on the source's thread.
final class SourceDuties: @unchecked Sendable {
    // Proof for `@unchecked Sendable`: used on the source's thread only: by its driver, and by the pushing side of the
    // channel behind the source, which no other thread pushes to.
    private var service: ((MonotonicTime) -> MonotonicTime?)?
    private var isReading = false
    private(set) var isPushing = false

    /// Takes the service of a reader that is open.
    func begin(_ service: @escaping (MonotonicTime) -> MonotonicTime?) {
        self.service = service
    }

    /// The reader is to be closed.
    func end() {
        service = nil
    }

    /// Lets the reader read; it is served by that.
    func whileReading<Result>(_ body: () throws -> Result) rethrows -> Result {
        isReading = true
        defer { isReading = false }
        return try body()
    }

    /// Pushes what was read.
    func whilePushing(_ body: () throws(Interruption) -> Void) throws(Interruption) {
        isPushing = true
        defer { isPushing = false }
        try body()
    }

    /// Does what the client needs.
    ///
    /// - Returns: when it wants to be served again at the latest
    func serve(at now: MonotonicTime) -> MonotonicTime {
        guard !isReading, let service else { return .distantFuture }
        // Not again from inside of it.
        isReading = true
        defer { isReading = false }
        return service(now) ?? .distantFuture
    }
}
