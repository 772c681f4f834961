/// The right and the duty to say how the elements of one batch ended; exactly once.
///
/// Dropping it unended means the elements are not done: they will come again after a restart.
public struct SinkAcknowledgement: ~Copyable, Sendable {
    private var token: AckToken?
    private let origins: ElementOrigins

    init(token: AckToken?, origins: ElementOrigins) {
        self.token = token
        self.origins = origins
    }

    deinit {
        // Not ended: what the batch held is lost for this run, so nothing from here on may be committed.
        if let token {
            if let first = origins.first { token.mark(.hard, at: first) }
            token.release()
        }
    }

    /// Ends all elements of the batch with a status. `done` lets their positions be committed; so does every other
    /// status, since the element is then dealt with: report a failure that must stop the pipeline by throwing.
    public consuming func end(_ status: AckStatus = .done) {
        guard let token else { return }
        if token.tracksElements { origins.forEach { token.note(status, in: $0..<($0 + 1)) } }
        token.release()
        self.token = nil
    }
}

/// The origins of a batch's elements, kept for later.
@usableFromInline
struct ElementOrigins: Sendable {
    var base = 0
    var count = 0
    var explicit: [UInt16] = []

    init() {}

    init<Element>(of batch: borrowing Batch<Element>) {
        base = batch.originBase
        count = batch.count
        if batch.hasOrigins, let origins = batch.storage.origins {
            explicit = Array(UnsafeBufferPointer(start: origins, count: batch.count))
        }
    }

    var first: Int? { count == 0 ? nil : (explicit.first.map { Int($0) } ?? base) }

    func forEach(_ body: (Int) -> Void) {
        if explicit.isEmpty {
            for index in 0..<count { body(base + index) }
        } else {
            for origin in explicit { body(Int(origin)) }
        }
    }
}
