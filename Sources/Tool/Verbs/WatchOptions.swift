import ArgumentParser
import Connect
import ConnectCatalog
import ConnectWatch
import Synchronization

/// How a run may be watched.
struct WatchOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Serves /ping, /ready, /metrics, /plan, /status and a page that draws the run at this address.",
            discussion: """
                Such as 127.0.0.1:8080, or :0 for a free port, which is said on standard error. An address that others \
                reach needs a token, in the environment variable CONNECT_HTTP_TOKEN or in a file.
                """, valueName: "host:port"))
    var http: String?

    @Option(help: "A file with the token that clients of --http must send as Authorization: Bearer.")
    var httpTokenFile: String?

    @Option(
        help: "How long nothing may be committed while elements are under way before the run counts as stalled.")
    var stallTimeout = "60s"

    func validate() throws {
        if httpTokenFile != nil, http == nil { throw ValidationError("--http-token-file belongs to --http.") }
        if let http, StatusAddress(http) == nil {
            throw ValidationError("--http \(http) is no address; write HOST:PORT, such as 127.0.0.1:8080.")
        }
    }

    /// Begins to watch a run that is about to start.
    ///
    /// - Parameters:
    ///   - request: what is run
    ///   - plan: its plan
    ///   - options: how it is run; told where its metrics go
    ///   - isQuiet: whether nothing is to be drawn
    /// - Returns: what the process does with the run
    /// - Throws: where nothing can be served at the address
    func start(
        _ request: PipelineRequest, _ plan: Plan, _ options: inout RunOptions, isQuiet: Bool
    ) async throws -> ProcessWatcher {
        options.stallTimeout = try RunVerb.duration(stallTimeout, option: "stall-timeout")
        let run = StartedRun(plan)
        let watch = RunWatch { run.status }
        let draws = !isQuiet && StandardErrorScreen.isTerminal && !(request.writesToTerminal)
        // Also where nobody looks yet: what SIGUSR1 prints has bytes in it, which only a measured run counts.
        let metrics = PrometheusRegistry()
        options.metrics = metrics
        try await serve(request, plan, watch, metrics)
        let colour = ToolOutput.environment["NO_COLOR"] ?? ""
        let display = draws ? LiveDisplay(watch, hasColour: colour.isEmpty) : nil
        var watcher = ProcessWatcher()
        watcher.onStart = { started in
            run.set(started)
            display?.start()
        }
        watcher.onStateWanted = {
            let lines = LiveText(width: .max, hasColour: false).lines(watch.look())
            ToolOutput.error(lines.joined(separator: "\n"))
        }
        watcher.onEnd = { display?.end() }
        return watcher
    }

    private func serve(
        _ request: PipelineRequest, _ plan: Plan, _ watch: RunWatch, _ metrics: PrometheusRegistry
    ) async throws {
        guard let http, let address = StatusAddress(http) else { return }
        let server = StatusServer(
            watch, plan: plan, metrics: metrics, at: address, token: try token(), version: ToolVersion.current,
            hiding: { request.hidden($0) })
        do {
            let bound = try await server.start()
            if address.port == 0 { ToolOutput.error("serving at http://\(bound)/") }
        } catch StatusServerError.tokenMissing(let address) {
            throw ToolStatus(
                code: 78,
                message: "\(StatusServerError.tokenMissing(address)); set CONNECT_HTTP_TOKEN or --http-token-file")
        } catch {
            throw ToolStatus(code: 1, message: "\(error)")
        }
    }

    private func token() throws -> String? {
        guard let httpTokenFile else {
            return ToolOutput.environment["CONNECT_HTTP_TOKEN"].flatMap { $0.isEmpty ? nil : $0 }
        }
        let bytes = ToolOutput.read(httpTokenFile)
        let token = bytes.flatMap { String(decoding: $0, as: UTF8.self).split(whereSeparator: \.isNewline).first }
        guard let token, !token.isEmpty else {
            throw ToolStatus(code: 78, message: "there is no token in \(httpTokenFile); write one on its first line")
        }
        return String(token)
    }
}

/// A run that will be started.
private final class StartedRun: Sendable {
    private let plan: Plan
    private let look = Mutex<(@Sendable () -> RunStatus)?>(nil)

    init(_ plan: Plan) {
        self.plan = plan
    }

    func set(_ status: @escaping @Sendable () -> RunStatus) { look.withLock { $0 = status } }

    var status: RunStatus { look.withLock { $0 }?() ?? RunStatus(of: plan) }
}

extension PipelineRequest {
    /// Whether elements go where lines would be drawn between them.
    fileprivate var writesToTerminal: Bool {
        StandardErrorScreen.outputIsTerminal && declaration.sink.name == "stdout"
    }
}
