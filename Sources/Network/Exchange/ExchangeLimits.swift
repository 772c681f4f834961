import Connect

/// How much is on its way between members at most.
struct ExchangeLimits: Sendable {
    /// From how many bytes on a batch of a split, or a fragment, is sent.
    var batchBytes = 64 << 10
    /// How many elements a batch of a split has at most: positions have 16 bits for them.
    var batchCount = 1 << 16
    /// How many batches a split keeps for one member that the merge has not taken. Small ones take far more memory than they
    /// have bytes; while these do not go out, what comes makes larger ones.
    var heldBatches = 256
    /// How many bytes the receiver of a flow lets wait.
    var window = 1 << 20
    /// How many bytes a split keeps for one member that the merge has not taken.
    var heldBytes = 4 << 20
    /// How many bytes a run hands over beyond what can be sent.
    var departing = 512 << 10
    /// How many bytes a merge hands to the run behind it beyond what that has read.
    var arriving = 512 << 10
    /// The longest frame, in bytes.
    var frame = WireLimits().maximumFrameLength

    /// How long an element may be, in bytes, so that a frame has room for it.
    var element: Int { frame - FrameEncoder.fragmentOverhead - 4 }

    /// What an element costs in a fragment, in bytes.
    static func size(of element: Bytes) -> Int { 4 + element.count }
}
