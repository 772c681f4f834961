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

    /// Stands for no elements, for a writer that hands another one what it has put together itself.
    package init() {
        token = nil
        origins = ElementOrigins()
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

    /// Ends the elements before one as done; that one could not be written, and nothing from it on may be committed.
    ///
    /// - Parameter index: the element's place in the batch
    public consuming func end(failingAt index: Int) {
        guard let token else { return }
        if token.tracksElements {
            origins.forEach(below: index) { token.note(.done, in: $0..<($0 + 1)) }
        }
        if let origin = origins.origin(of: index) { token.mark(.hard, at: origin) }
        token.release()
        self.token = nil
    }

    /// Ends the elements before one as done, because a limit behind the sink let no more of them through. Nothing behind
    /// the last of them is committed, and what failed behind it never happened.
    ///
    /// - Parameter count: how many the limit let through
    package consuming func end(limitedTo count: Int) {
        guard let token else { return }
        if token.tracksElements {
            origins.forEach(below: count) { token.note(.done, in: $0..<($0 + 1)) }
        }
        if let last = origins.origin(of: count - 1) {
            token.mark(.limit(.max), at: last + 1)
        } else if let first = origins.first {
            token.mark(.limit(.max), at: first)
        }
        token.release()
        self.token = nil
    }

    /// Where an element of the batch stands in the one partition that its source has.
    ///
    /// - Parameter index: the element's place in the batch
    /// - Returns: its offset; nil where that is not known
    package borrowing func offset(of index: Int) -> Int64? {
        origins.origin(of: index).flatMap { token?.offset(at: $0) }
    }

    /// Where an element of the batch stands in its source.
    ///
    /// - Parameter index: the element's place in the batch
    /// - Returns: its position; nil where that is not known
    public borrowing func position(of index: Int) -> Position? {
        origins.origin(of: index).flatMap { token?.position(at: $0) }
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

    func forEach(below limit: Int = .max, _ body: (Int) -> Void) {
        if explicit.isEmpty {
            for index in 0..<min(count, limit) { body(base + index) }
        } else {
            for origin in explicit.prefix(limit) { body(Int(origin)) }
        }
    }

    /// The origin of an element by its place in the batch.
    func origin(of index: Int) -> Int? {
        guard index >= 0, index < count else { return nil }
        return explicit.isEmpty ? base + index : Int(explicit[index])
    }
}
