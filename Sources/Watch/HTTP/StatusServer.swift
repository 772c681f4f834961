public import Connect
import NIOCore
import NIOHTTP1
import NIOPosix

/// Serves how a run stands over HTTP/1.1: `/ping`, `/ready` (alias `/health`), `/metrics`, `/plan`, `/status`, `/version`
/// and, at `/`, a page that draws the running pipeline.
///
/// | path | answer |
/// |---|---|
/// | `/` | a page without outside resources that draws the pipeline and its rates |
/// | `/ping` | 200, always |
/// | `/ready`, `/health` | 200 where the run reads and commits, else 503 and why |
/// | `/metrics` | metrics in the text format of Prometheus |
/// | `/plan` | the plan; `?format=json`, `dot` or `mermaid` |
/// | `/status` | JSON: counts, rates, what waits, the oldest position, the last commit |
/// | `/version` | the version of the program |
public final class StatusServer: Sendable {
    private let routes: StatusRoutes
    private let address: StatusAddress
    private let group: MultiThreadedEventLoopGroup

    /// A server for a run; opens nothing yet.
    ///
    /// - Parameters:
    ///   - watch: looks at the run
    ///   - plan: the plan that is run
    ///   - metrics: what `/metrics` shows: the factory that was given to the run
    ///   - address: where to listen
    ///   - token: what clients must send as `Authorization: Bearer`; nil, for loopback addresses only, is nothing
    ///   - version: what `/version` says
    ///   - hiding: takes what nobody may see, such as passwords, out of every answer
    public init(
        _ watch: RunWatch, plan: Plan, metrics: PrometheusRegistry, at address: StatusAddress, token: String? = nil,
        version: String, hiding: @escaping @Sendable (String) -> String = { $0 }
    ) {
        routes = StatusRoutes(
            watch: watch, plan: plan, metrics: metrics, version: version, token: token, hiding: hiding)
        self.address = address
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    }

    /// Listens from now on, until the process ends or ``stop()``.
    ///
    /// - Returns: the address, with the port that was chosen
    /// - Throws: ``StatusServerError`` where the address is not loopback and there is no token, or it cannot be listened at
    public func start() async throws -> StatusAddress {
        guard routes.token != nil || address.isLoopback else { throw StatusServerError.tokenMissing(address) }
        let routes = routes
        let bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 16)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline(withErrorHandling: true)
                    try channel.pipeline.syncOperations.addHandlers(
                        IdleStateHandler(allTimeout: .seconds(30)), StatusRequestHandler(routes))
                }
            }
        do {
            let channel = try await bootstrap.bind(host: address.host, port: address.port).get()
            return StatusAddress(host: address.host, port: channel.localAddress?.port ?? address.port)
        } catch {
            throw StatusServerError.notBound(address, "\(error)")
        }
    }

    /// Listens no more and closes all connections.
    public func stop() async {
        try? await group.shutdownGracefully()
    }
}

/// Why the status server does not listen.
public enum StatusServerError: Error, CustomStringConvertible, Sendable, Hashable {
    /// Others reach the address, and no token was given.
    case tokenMissing(StatusAddress)
    /// The address cannot be listened at, for a reason of the system's.
    case notBound(StatusAddress, String)

    /// What is wrong and how to mend it.
    public var description: String {
        switch self {
        case .tokenMissing(let address):
            "\(address) can be reached from other machines, so clients must know a token; give one, or listen at 127.0.0.1"
        case .notBound(let address, let reason):
            "cannot listen at \(address): \(reason); give another address, or port 0 for a free one"
        }
    }
}
