import Connect
import Testing

@testable @_spi(Fuzzing) import ConnectNetwork

@Suite("What a failure of TLS means")
struct TLSFailureTests {
    private struct Case: Sendable, CustomTestStringConvertible {
        let authentication: Authentication
        let name: String
        let reason: Refusal.Reason
        let words: [String]

        var testDescription: String { name }
    }

    private static let cases: [Case] = [
        Case(
            authentication: .sharedSecret, name: "BAD_DECRYPT", reason: .wrongSecret,
            words: ["secrets differ", "member 1 (b:2)"]),
        Case(
            authentication: .sharedSecret, name: "SSLV3_ALERT_BAD_RECORD_MAC", reason: .wrongSecret,
            words: ["secrets differ", "same secret"]),
        Case(
            authentication: .certificates, name: "CERTIFICATE_VERIFY_FAILED", reason: .untrustedCertificate,
            words: ["valid from 2020-02-29 to 2020-03-01", "expired", "trust roots of member 0 (a:1)"]),
        Case(
            authentication: .certificates, name: "TLSV1_ALERT_UNKNOWN_CA", reason: .untrustedCertificate,
            words: ["certificate of member 0 (a:1)", "none of its trust roots"]),
        Case(
            authentication: .certificates, name: "SSLV3_ALERT_CERTIFICATE_EXPIRED", reason: .untrustedCertificate,
            words: ["has expired", "renew"]),
        Case(
            authentication: .certificates, name: "PEER_DID_NOT_RETURN_A_CERTIFICATE", reason: .untrustedCertificate,
            words: ["no certificate"]),
        Case(
            authentication: .certificates, name: "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE", reason: .untrustedCertificate,
            words: ["clients and servers"]),
        Case(
            authentication: .certificates, name: "UNSUPPORTED_PROTOCOL", reason: .authentication,
            words: ["wants certificates", "same security"]),
        Case(
            authentication: .sharedSecret, name: "TLSV1_ALERT_PROTOCOL_VERSION", reason: .authentication,
            words: ["wants a shared secret", "another kind of TLS"]),
        Case(
            authentication: .sharedSecret, name: "NO_SHARED_CIPHER", reason: .authentication, words: ["same security"]),
        Case(authentication: .sharedSecret, name: "BAD_PACKET_LENGTH", reason: .notAPeer, words: ["BAD_PACKET_LENGTH"]),
    ]

    // S-NET-1
    @Test("Each fault of the library becomes a sentence that says what to mend", arguments: cases)
    private func sentences(_ example: Case) {
        let handshake = Handshake(
            role: .dialler(expecting: 1),
            facts: MemberFacts(place: 0, list: ["a:1", "b:2"], epoch: 0, instance: 1, planHash: "p"),
            authentication: example.authentication, now: MonotonicTime(nanoseconds: 0))
        let dates = CertificateDates(begin: 1_582_934_400, end: 1_583_107_199)
        let failure = TLSFailure(
            "handshakeFailed(sslError([Error: 1 error:1:SSL routines:OPENSSL_internal:\(example.name) at /a/b.cc:12]))",
            certificate: "\(dates)")
        #expect(failure.text == example.name)
        let refusal = handshake.refusal(for: failure)
        #expect(refusal.reason == example.reason)
        for word in example.words { #expect(refusal.sentence.contains(word), "\(refusal.sentence)") }
    }

    @Test(
        "Days are those of the calendar",
        arguments: [
            (0, "1970-01-01"), (951_782_400, "2000-02-29"), (4_102_444_799, "2099-12-31"), (-1, "1969-12-31"),
            (1_709_251_199, "2024-02-29"), (1_709_251_200, "2024-03-01"),
        ])
    func days(_ second: Int, _ day: String) {
        #expect("\(CertificateDates(begin: second, end: second))" == "valid from \(day) to \(day)")
    }
}
