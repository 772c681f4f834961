import Connect
import ServiceLifecycle
import Synchronization

/// Something that happens once and that a task waits for.
final class Signal: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() {
        (stream, continuation) = AsyncStream.makeStream()
    }

    func raise() { continuation.finish() }

    func wait() async {
        for await _ in stream {}
    }
}

/// The reports that services gave.
final class Reports: Sendable {
    private let reports = Mutex<[RunReport]>([])
    private let came = Signal()

    var all: [RunReport] { reports.withLock { $0 } }

    func add(_ report: RunReport) {
        reports.withLock { $0.append(report) }
        came.raise()
    }

    func first() async { await came.wait() }
}

/// A service that does nothing until it is shut down.
final class WaitingService: Service {
    private let ended = Atomic(false)

    var wasShutDown: Bool { ended.load(ordering: .acquiring) }

    func run() async throws {
        try await gracefulShutdown()
        ended.store(true, ordering: .releasing)
    }
}
