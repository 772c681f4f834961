import Connect

/// Where a flow's frames belong, beside the two members that the connection joins.
@_spi(Fuzzing)
public struct FlowAddress: Sendable, Hashable {
    /// Which cut of the pipeline, counted from the sources on.
    var exchange: UInt16
    /// Which place of numbering: the member whose split numbers the batches, or another number that the plan gives.
    var origin: UInt32
}

/// The begin of a flow, or its begin from anew: what of the flow has not been passed on yet is to be forgotten.
@_spi(Fuzzing)
public struct OpenFlow: Sendable, Hashable {
    var flow: FlowAddress
    /// Grows with every begin of the flow.
    var generation: UInt32
    /// Which start of the origin numbers the batches: those of another start have nothing to do with them.
    var start: UInt64
}

/// Elements of one batch, in order.
@_spi(Fuzzing)
public struct Fragment: Sendable, Hashable {
    var flow: FlowAddress
    /// The batch's number, which the split gave it.
    var number: UInt64
    /// How many times the batch was sent before.
    var attempt: UInt32
    /// How many elements of the batch stand before these.
    var first: UInt32
    /// Whether no further element of the batch follows.
    var isLast: Bool
    /// Whether the sender's stages have failed behind these elements: nothing more comes of the batch, and of none behind
    /// it on this flow.
    var isFailed = false
    var elements: [Bytes]
}

/// What became of batches: all those between two numbers, both included, that were sent on this flow as this attempt.
@_spi(Fuzzing)
public struct Acknowledgement: Sendable, Hashable {
    var flow: FlowAddress
    var first: UInt64
    var last: UInt64
    var attempt: UInt32
    var verdict: BatchVerdict
}

/// Leave to send more on a flow.
@_spi(Fuzzing)
public struct Credit: Sendable, Hashable {
    var flow: FlowAddress
    /// The begin of the flow that is meant; what was for an earlier one is void.
    var generation: UInt32
    /// How many bytes more may be sent.
    var bytes: UInt32
    /// The batch that the receiver waits for: it may be sent beyond the credit.
    var next: UInt64
}

/// No batch follows on a flow; `next` is the number that the origin would have given to it.
@_spi(Fuzzing)
public struct EndOfStream: Sendable, Hashable {
    var flow: FlowAddress
    var generation: UInt32
    var next: UInt64
}

/// The receiver of a flow wants no more of it.
@_spi(Fuzzing)
public struct Stop: Sendable, Hashable {
    /// Why a receiver wants no more.
    enum Reason: UInt8, Sendable, CaseIterable {
        /// A limit was reached.
        case limit = 1
        /// A stage, a source or a sink has failed.
        case failure
        /// What was sent is lost, though the receiver lives: the flow is to begin anew.
        case restart
        /// The members are about to change: what is not done comes again afterwards.
        case suspended
    }

    var flow: FlowAddress
    /// The begin of the flow that is meant.
    var generation: UInt32
    var reason: Reason
    /// This batch and those behind it are not wanted; 0 where the flow is to begin anew.
    var number: UInt64
    /// What happened, for people.
    var sentence: String
}

/// The origin knows how all of its batches have ended: nobody is needed for them any more. Every member is told.
@_spi(Fuzzing)
public struct CloseFlow: Sendable, Hashable {
    var flow: FlowAddress
}

/// A stage, a source or a sink of a member has failed: all members are to fail, once all flows are closed.
@_spi(Fuzzing)
public struct Failing: Sendable, Hashable {
    /// Which member, and what happened, for people.
    var sentence: String
}

/// A sign of life.
@_spi(Fuzzing)
public struct Heartbeat: Sendable, Hashable {
    /// How many the sender has sent before on this connection.
    var count: UInt64
}

/// The sender is about to close the connection, on purpose.
@_spi(Fuzzing)
public struct Goodbye: Sendable, Hashable {
    /// Why a member leaves.
    enum Reason: UInt16, Sendable, CaseIterable {
        /// All is done.
        case finished
        /// It is being stopped and may come back.
        case leaving
        /// It has failed.
        case failed
        /// The other side broke the protocol.
        case protocolError
    }

    var reason: Reason
    /// What happened, for people.
    var sentence: String
}

/// A change of the members: they are to be those of a list, in a new epoch.
@_spi(Fuzzing)
public struct ListChange: Sendable, Hashable {
    /// How the members get from one epoch into the next.
    enum Way: UInt8, Sendable, CaseIterable {
        /// Those that read and merge are the same: they go on, and only the others change.
        case goOn = 1
        /// Sources stop, all that was read goes to its end, and the next epoch begins where it was committed.
        case drain
        /// What a member had is lost: all begin again where it was committed.
        case cut
    }

    /// The epoch that is to begin.
    var epoch: UInt64
    /// The place of the member that wants it, in the list that is to end.
    var place: UInt32
    var way: Way
    /// The members of the new epoch.
    var list: [String]
}

/// How far the change with this epoch and place has come, as far as the sender knows.
@_spi(Fuzzing)
public struct Drained: Sendable, Hashable {
    var epoch: UInt64
    var place: UInt32
    var way: ListChange.Way
    /// The places, in the list that is to end, of the members for which this change counts.
    var adopters: [UInt32]
    /// The places of those that have nothing left to do for it.
    var places: [UInt32]
}
