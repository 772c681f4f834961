import Connect
import ConnectCatalog

/// What a client asks.
struct RegistryQuestion: Sendable {
    let method: String
    /// The parts of the path, unescaped.
    let path: [String]
    private let parameters: [String: String]
    let contentType: String?
    let authorization: String?
    let host: String?
    var body = Bytes()

    init(
        method: String, target: String, contentType: String? = nil, authorization: String? = nil, host: String? = nil
    ) {
        self.method = method
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = (parts.first ?? "").split(separator: "/").map { Self.unescaped($0) }
        var parameters: [String: String] = [:]
        for pair in parts.dropFirst().first?.split(separator: "&") ?? [] {
            let words = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            parameters[Self.unescaped(words[0])] = words.count > 1 ? Self.unescaped(words[1]) : ""
        }
        self.parameters = parameters
        self.contentType = contentType
        self.authorization = authorization
        self.host = host
    }

    /// Whether a parameter says yes.
    func flag(_ name: String) -> Bool { parameters[name]?.lowercased() == "true" }

    /// The value of a parameter.
    func parameter(_ name: String) -> String? { parameters[name] }

    private static func unescaped(_ text: Substring) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// What a client is answered.
struct RegistryAnswer: Sendable, Hashable {
    var status = 200
    /// JSON.
    var body: String

    /// A refusal.
    init(_ refusal: RegistryRefusal) {
        status = refusal.status
        body = JSONText.object([
            (name: "error_code", value: "\(refusal.code)"), (name: "message", value: JSONText.quoted(refusal.message)),
        ])
    }

    /// JSON as it is.
    init(json: String) { body = json }

    /// An object.
    init(_ members: [(name: String, value: String)]) { body = JSONText.object(members) }

    /// An array of values that are JSON already.
    init(list: [String]) { body = "[" + list.joined(separator: ",") + "]" }
}
