import Logging

/// Tells of refusals once each: a member that is wrong dials for ever, and strangers are many.
struct RefusalLog {
    private let logger: Logger
    private var told: [Int: String] = [:]
    private var strangers: [Refusal.Reason: Int] = [:]

    /// A log of nothing.
    init(_ logger: Logger) {
        self.logger = logger
    }

    /// A connection was refused, by whichever side.
    ///
    /// - Parameters:
    ///   - refusal: why
    ///   - place: whom this member has dialled; nil where it was dialled
    mutating func refused(_ refusal: Refusal, at place: Int?) {
        if let place {
            if told.updateValue(refusal.sentence, forKey: place) == refusal.sentence { return }
            logger.warning("\(refusal.sentence)")
            return
        }
        // Who it was is not known: each kind is told of once, then when it was ten times as many.
        let count = strangers[refusal.reason, default: 0] + 1
        strangers[refusal.reason] = count
        var power = 1
        while power < count { power *= 10 }
        if power == count {
            logger.warning("a connection was refused: \(refusal.sentence)", metadata: ["count": "\(count)"])
        }
    }

    /// A member is connected: what is wrong with it next is new.
    mutating func recovered(_ place: Int) { told[place] = nil }
}
