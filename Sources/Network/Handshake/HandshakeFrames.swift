/// The first frame of each side: nothing but what is needed to understand the others, as the other side may be anybody.
@_spi(Fuzzing)
public struct Hello: Sendable, Hashable {
    /// `CNCTPEER`
    static let magic: UInt64 = 0x434E_4354_5045_4552
    /// The version of the protocol that this module speaks.
    static let currentVersion: UInt16 = 1

    var version: UInt16
    var authentication: Authentication
}

/// What a member is and believes.
@_spi(Fuzzing)
public struct Announcement: Sendable, Hashable {
    var facts: MemberFacts
}

/// What somebody who is no member wants of one: in place of an announcement.
@_spi(Fuzzing)
public struct ListRequest: Sendable, Hashable {
    /// What is wanted.
    enum Kind: UInt16, Sendable, CaseIterable {
        /// To know the members.
        case show
        /// Other members.
        case set
    }

    var kind: Kind
    /// The members that there are to be, as `HOST:PORT`; else empty.
    var list: [String]
}

/// What a member answers to a request.
@_spi(Fuzzing)
public struct ListAnswer: Sendable, Hashable {
    /// How it stands with the request.
    enum Status: UInt8, Sendable, CaseIterable {
        /// The list is that of the epoch.
        case current
        /// The list is to be that of the epoch, which has not begun.
        case proposed
        /// The list cannot be set: the sentence says why.
        case refused
    }

    /// A member of the list.
    struct Member: Sendable, Hashable {
        /// As it stands in the list.
        var address: String
        /// Whether the member that answers is connected to it, or is it.
        var isUp: Bool
    }

    var status: Status
    var epoch: UInt64
    /// The place of the member that answers.
    var place: UInt32
    var sentence: String
    var members: [Member]
}

/// The end of a handshake that both sides agree with.
@_spi(Fuzzing)
public struct Ready: Sendable, Hashable {
    /// The epoch that both are in from now on.
    var epoch: UInt64
}

/// Why a side does not agree; both sides end with the same one.
@_spi(Fuzzing)
public struct Refusal: Sendable, Hashable {
    var reason: Reason
    /// What differs and how to mend it.
    var sentence: String
    /// Of two epochs that differ, the newer one; 0 for other reasons.
    var epoch: UInt64 = 0

    /// What differs.
    enum Reason: UInt16, Sendable, CaseIterable {
        case notAPeer = 1
        case version
        case authentication
        case wrongSecret
        case planDiffers
        case selfMissing
        case duplicateAddress
        case listDiffers
        case listOrderDiffers
        case wrongPlace
        case duplicatePlace
        case oldEpoch
        case oldInstance
        case timedOut
        case protocolError
        case untrustedCertificate
        case disconnected
        /// The lists differ, and one of the two members is among others already: a change may be on its way.
        case otherList
    }
}
