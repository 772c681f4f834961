import Connect

/// What became of a batch, as the next hop sees it.
enum BatchVerdict: Sendable, Hashable {
    /// The merge has passed on all of it: it need not be sent again, but is not done yet.
    case taken
    /// All of it has ended.
    case ended(AckStatus)
    /// Only so many of its elements, from the first, are done, and nothing behind them is.
    case cut(at: UInt32, AckStatus)
}

extension BatchVerdict {
    /// How the verdict stands on the wire.
    var code: UInt8 {
        switch self {
        case .taken: 0
        case .ended(let status), .cut(_, let status): 1 + status.rawValue
        }
    }

    /// Below which element all are done; only a batch that was cut has one.
    var ceiling: UInt32 {
        if case .cut(let index, _) = self { index } else { 0 }
    }

    /// A verdict as it stands on the wire; nil where the code has no meaning.
    init?(code: UInt8, ceiling: UInt32) {
        if code == 0 {
            self = .taken
        } else {
            guard let status = AckStatus(rawValue: code - 1) else { return nil }
            self = status == .partial || status == .failed ? .cut(at: ceiling, status) : .ended(status)
        }
    }
}
