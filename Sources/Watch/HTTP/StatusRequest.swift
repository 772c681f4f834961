/// What a client of the status server asks, as far as the answer depends on it.
struct StatusRequest: Sendable, Hashable {
    var method = "GET"
    /// The path with its query, as it came.
    var target: String
    /// The value of `Host`.
    var host: String?
    /// The value of `Authorization`.
    var authorization: String?

    /// The path without the query.
    var path: String {
        target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false).first.map(String.init) ?? ""
    }

    /// The value of a parameter of the query; of several the first.
    func parameter(_ name: String) -> String? {
        guard let query = target.split(separator: "?", maxSplits: 1).dropFirst().first else { return nil }
        for pair in query.split(separator: "&") where pair.hasPrefix("\(name)=") {
            return String(pair.dropFirst(name.count + 1))
        }
        return nil
    }
}

/// What the status server answers.
struct StatusResponse: Sendable, Hashable {
    /// The status code of HTTP.
    var code = 200
    var contentType = "text/plain; charset=utf-8"
    /// Further headers.
    var headers: [String: String] = [:]
    var body: String
}
