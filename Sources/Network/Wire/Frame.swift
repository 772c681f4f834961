import Connect

/// What peers say to each other, one frame at a time; see PROTOCOL.md.
@_spi(Fuzzing)
public enum Frame: Sendable, Hashable {
    /// The first frame of each side.
    case hello(Hello)
    /// What a member is and believes.
    case announcement(Announcement)
    /// The end of a handshake that both sides agree with.
    case ready(Ready)
    /// The end of a handshake with which one side does not agree.
    case refusal(Refusal)
    /// What somebody who is no member wants of one.
    case listRequest(ListRequest)
    /// What a member answers to that.
    case listAnswer(ListAnswer)
    /// The begin of a flow, or its begin from anew.
    case openFlow(OpenFlow)
    /// Elements of a batch.
    case fragment(Fragment)
    /// What became of batches.
    case acknowledgement(Acknowledgement)
    /// Leave to send more.
    case credit(Credit)
    /// No batch follows.
    case endOfStream(EndOfStream)
    /// The receiver wants no more, or wants a flow to begin anew.
    case stop(Stop)
    /// All of an origin's batches have ended.
    case closeFlow(CloseFlow)
    /// A sign of life.
    case heartbeat(Heartbeat)
    /// The sender is about to close the connection, on purpose.
    case goodbye(Goodbye)
    /// The members are to change.
    case listChange(ListChange)
    /// Members have nothing left to do for that.
    case drained(Drained)
    /// A member has failed, and all are to fail.
    case failing(Failing)
}

extension Frame {
    /// The number by which frames are told apart on the wire.
    enum Kind: UInt8, CaseIterable, Sendable {
        case hello = 1
        case announcement
        case ready
        case refusal
        case listRequest
        case listAnswer
        case openFlow = 16
        case fragment
        case acknowledgement
        case credit
        case endOfStream
        case stop
        case closeFlow
        case heartbeat = 32
        case goodbye
        case listChange
        case drained
        case failing

        /// Whether such a frame may come before the handshake has ended.
        var belongsToHandshake: Bool { rawValue < Kind.openFlow.rawValue }
    }

    var kind: Kind {
        switch self {
        case .hello: .hello
        case .announcement: .announcement
        case .ready: .ready
        case .refusal: .refusal
        case .listRequest: .listRequest
        case .listAnswer: .listAnswer
        case .openFlow: .openFlow
        case .fragment: .fragment
        case .acknowledgement: .acknowledgement
        case .credit: .credit
        case .endOfStream: .endOfStream
        case .stop: .stop
        case .closeFlow: .closeFlow
        case .heartbeat: .heartbeat
        case .goodbye: .goodbye
        case .listChange: .listChange
        case .drained: .drained
        case .failing: .failing
        }
    }
}
