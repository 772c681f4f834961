import Connect

/// Which answer belongs to which request; knows nothing of sockets.
struct StatusRoutes: Sendable {
    let watch: RunWatch
    let plan: Plan
    let metrics: PrometheusRegistry
    let version: String
    /// What a client must know to see anything but `/ping` and the empty page; nil where it need know nothing.
    let token: String?
    /// Takes what nobody may see out of a text.
    let hiding: @Sendable (String) -> String

    func response(to request: StatusRequest) -> StatusResponse {
        var response = answer(to: request)
        // The page is the same for everybody.
        if request.path != "/" { response.body = hiding(response.body) }
        return response
    }

    private func answer(to request: StatusRequest) -> StatusResponse {
        guard request.method == "GET" || request.method == "HEAD" else {
            return StatusResponse(code: 405, headers: ["Allow": "GET, HEAD"], body: "only GET and HEAD are answered\n")
        }
        if request.path == "/ping" { return StatusResponse(body: "pong\n") }
        if let refusal = refusal(of: request) { return refusal }
        switch request.path {
        case "/": return page
        case "/ready", "/health": return ready
        case "/metrics":
            return StatusResponse(
                contentType: "text/plain; version=0.0.4; charset=utf-8",
                body: metrics.text + ProcessMetrics.text(version: version))
        case "/plan": return plan(as: request.parameter("format") ?? "text")
        case "/status": return StatusResponse(contentType: "application/json", body: watch.look().json + "\n")
        case "/version": return StatusResponse(body: version + "\n")
        default:
            return StatusResponse(
                code: 404,
                body: "there are /, /ping, /ready, /health, /metrics, /plan, /status and /version\n")
        }
    }

    private func refusal(of request: StatusRequest) -> StatusResponse? {
        guard let token else {
            // A page of somebody else's, whose name was made to lead here, must not read what this process does.
            if StatusAddress.isLoopback(host: request.host) { return nil }
            return StatusResponse(
                code: 421, body: "without a token only requests to localhost, 127.0.0.1 or [::1] are answered\n")
        }
        // The page itself holds nothing; it asks for the token.
        if request.path == "/" || StatusRoutes.isSame(request.authorization ?? "", "Bearer \(token)") { return nil }
        return StatusResponse(
            code: 401, headers: ["WWW-Authenticate": "Bearer"], body: "send the header Authorization: Bearer TOKEN\n")
    }

    /// Takes as long for a wrong text as for the right one.
    private static func isSame(_ found: String, _ expected: String) -> Bool {
        let (found, expected) = (Array(found.utf8), Array(expected.utf8))
        var difference = UInt8(found.count == expected.count ? 0 : 1)
        for index in expected.indices { difference |= expected[index] ^ (index < found.count ? found[index] : 0) }
        return difference == 0
    }

    private var page: StatusResponse {
        StatusResponse(
            contentType: "text/html; charset=utf-8",
            headers: [
                "Content-Security-Policy":
                    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; connect-src 'self'; "
                    + "frame-ancestors 'none'"
            ], body: StatusPage.text)
    }

    private var ready: StatusResponse {
        let status = watch.look().status
        if status.isReady { return StatusResponse(body: "ready\n") }
        return StatusResponse(code: 503, body: "not ready: \(status.unreadiness)\n")
    }

    private func plan(as format: String) -> StatusResponse {
        switch format {
        case "text": StatusResponse(body: "\(plan)")
        case "json": StatusResponse(contentType: "application/json", body: plan.json + "\n")
        case "dot": StatusResponse(contentType: "text/vnd.graphviz; charset=utf-8", body: plan.dot)
        case "mermaid": StatusResponse(body: plan.mermaid)
        default: StatusResponse(code: 400, body: "format is text, json, dot or mermaid\n")
        }
    }
}

extension RunStatus {
    /// Why the run is not ready, in words.
    var unreadiness: String {
        if let stall { return stall.sentence }
        switch phase {
        case .starting: return "the run is starting"
        case .running: return "nothing has been committed yet"
        case .draining: return "the run is draining"
        case .ended: return "the run has ended"
        }
    }
}

extension RunStatus.Stall {
    /// The stall in a sentence.
    package var sentence: String {
        let place = position.map { " at \($0)" } ?? ""
        return
            "nothing has been committed for \(Int(age.seconds)) s: stage \"\(stage)\" holds the line\(place): \(reason)"
    }
}
