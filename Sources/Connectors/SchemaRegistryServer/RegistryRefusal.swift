/// Why a request is refused, with the codes that clients know.
struct RegistryRefusal: Error, Sendable, Hashable {
    let status: Int
    let code: Int
    let message: String

    init(_ code: Int, _ message: String) {
        // The first three digits of a code are the status.
        status = code > 999 ? code / 100 : code
        self.code = code
        self.message = message
    }

    static func noSubject(_ name: String) -> RegistryRefusal {
        RegistryRefusal(40401, "Subject '\(name)' not found.")
    }
    static func noVersion(_ version: String) -> RegistryRefusal {
        RegistryRefusal(40402, "Version \(version) not found.")
    }
    static let noSchema = RegistryRefusal(40403, "Schema not found")
}
