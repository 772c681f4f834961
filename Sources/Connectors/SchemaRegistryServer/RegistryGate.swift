/// Lets through who may ask.
struct RegistryGate: Sendable {
    let routes: RegistryRoutes
    /// What `Authorization` must say; nil where everybody may ask.
    let authorization: String?
    /// Whether all who come have shown certificates.
    let hasCertificates: Bool

    func answer(_ question: RegistryQuestion) -> RegistryAnswer {
        if let authorization {
            guard RegistryGate.isSame(question.authorization ?? "", authorization) else {
                return RegistryAnswer(RegistryRefusal(401, "Unauthorized"))
            }
        } else if !hasCertificates, !RegistryGate.isLocal(question.host) {
            // A page of somebody else's, whose name was made to lead here, must not read or change anything.
            return RegistryAnswer(
                RegistryRefusal(421, "without a user only requests to localhost, 127.0.0.1 or [::1] are answered"))
        }
        // Pages of others may send forms and plain text to any address, but not JSON.
        if question.method != "GET", !question.body.isEmpty, question.contentType?.contains("json") != true {
            return RegistryAnswer(
                RegistryRefusal(415, "send Content-Type: application/vnd.schemaregistry.v1+json"))
        }
        return routes.answer(question)
    }

    private static func isLocal(_ host: String?) -> Bool {
        guard let host else { return true }
        // Of an address in brackets what stands in them, without its port.
        let end = host.hasPrefix("[") ? host.firstIndex(of: "]") : host.firstIndex(of: ":")
        return ["localhost", "127.0.0.1", "[::1"].contains(String(host[..<(end ?? host.endIndex)]))
    }

    /// Takes as long for a wrong text as for the right one.
    private static func isSame(_ found: String, _ expected: String) -> Bool {
        let (found, expected) = (Array(found.utf8), Array(expected.utf8))
        var difference = UInt8(found.count == expected.count ? 0 : 1)
        for index in expected.indices { difference |= expected[index] ^ (index < found.count ? found[index] : 0) }
        return difference == 0
    }
}
