extension Refusal.Reason {
    /// Whether trying again is no use.
    var isLasting: Bool {
        switch self {
        case .version, .authentication, .wrongSecret, .planDiffers, .selfMissing, .duplicateAddress, .listDiffers,
            .listOrderDiffers, .wrongPlace, .duplicatePlace, .oldInstance, .untrustedCertificate:
            true
        case .notAPeer, .oldEpoch, .otherList, .timedOut, .protocolError, .disconnected: false
        }
    }
}
