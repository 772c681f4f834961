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
    }
}
