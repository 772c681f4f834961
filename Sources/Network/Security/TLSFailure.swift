/// Why TLS ended before, or instead of, the handshake of the members.
struct TLSFailure: Sendable, Hashable {
    /// What the library says, such as `CERTIFICATE_VERIFY_FAILED`; words with `ALERT` are what the other side says.
    let text: String
    /// What is known of the other side's certificate.
    let certificate: String?

    /// A failure by the description of an error.
    ///
    /// - Parameters:
    ///   - description: with names of faults behind `OPENSSL_internal:`, which are kept, and much else
    ///   - certificate: what is known of the other side's certificate
    init(_ description: String, certificate: String? = nil) {
        let mark = "OPENSSL_internal:"
        var names: [Substring] = []
        var rest = description[...]
        while let found = rest.firstRange(of: mark) {
            rest = rest[found.upperBound...]
            let name = rest.prefix { $0.isUppercase || $0.isNumber || $0 == "_" }
            if !names.contains(name) { names.append(name) }
        }
        text = names.isEmpty ? description : names.joined(separator: ", ")
        self.certificate = certificate
    }

    /// Whether one of these names is part of the text.
    func isOne(of names: String...) -> Bool { names.contains { text.contains($0) } }
}

extension Handshake {
    /// What a failure of TLS means to a member.
    func refusal(for failure: TLSFailure) -> Refusal {
        if failure.isOne(of: "BAD_RECORD_MAC", "BAD_DECRYPT", "DECRYPT_ERROR", "UNKNOWN_PSK_IDENTITY"),
            authentication == .sharedSecret
        {
            return Refusal(
                reason: .wrongSecret,
                sentence: "the secrets differ: \(otherName) does not know that of \(facts.name); give the same secret "
                    + "to all members")
        }
        if let sentence = certificateSentence(for: failure) {
            return Refusal(reason: .untrustedCertificate, sentence: sentence)
        }
        if failure.isOne(of: "NO_SHARED_CIPHER", "HANDSHAKE_FAILURE", "UNSUPPORTED_PROTOCOL", "PROTOCOL_VERSION") {
            return Refusal(
                reason: .authentication, sentence: authenticationDiffers("wants another kind of TLS"))
        }
        if failure.isOne(of: "EOF during handshake") {
            return Refusal(
                reason: .disconnected,
                sentence: "\(otherName) ended the connection to \(facts.name) within the handshake of TLS")
        }
        return Refusal(
            reason: .notAPeer,
            sentence: "TLS between \(facts.name) and \(otherName) failed (\(failure.text)): this port is for peers only"
        )
    }

    /// What is wrong with a certificate, where one is to blame.
    private func certificateSentence(for failure: TLSFailure) -> String? {
        let other = otherName
        if failure.isOne(of: "CERTIFICATE_VERIFY_FAILED") {
            let certificate = failure.certificate.map { " (\($0))" } ?? ""
            return "\(facts.name) does not trust the certificate of \(other)\(certificate): it has expired, or none of "
                + "the trust roots of \(facts.name) has signed it; renew it, or give the same trust roots to all members"
        }
        if failure.isOne(of: "PEER_DID_NOT_RETURN_A_CERTIFICATE") {
            return "\(other) has shown no certificate to \(facts.name): give a certificate to each member"
        }
        guard failure.isOne(of: "ALERT") else { return nil }
        if failure.isOne(of: "UNKNOWN_CA") {
            return "\(other) does not trust the certificate of \(facts.name): none of its trust roots has signed it; "
                + "give the same trust roots to all members"
        }
        if failure.isOne(of: "CERTIFICATE_EXPIRED") {
            return "\(other) does not trust the certificate of \(facts.name): it has expired, or is not valid yet by "
                + "the clock there; renew it"
        }
        if failure.isOne(of: "CERTIFICATE") {
            return "\(other) does not take the certificate of \(facts.name) (\(failure.text)): it must be for clients "
                + "and servers, and signed by one of the trust roots"
        }
        return nil
    }
}
