import Connect
import ConnectWatch
import Testing

/// Where the status server may listen.
@Suite struct AddressTests {
    @Test(
        "Addresses are a host and a port, or a port of this machine",
        arguments: [
            ("8080", "127.0.0.1:8080", true), (":8080", "127.0.0.1:8080", true), (":0", "127.0.0.1:0", true),
            ("localhost:1", "localhost:1", true), ("127.1.2.3:1", "127.1.2.3:1", true),
            ("[::1]:65535", "[::1]:65535", true),
            ("0.0.0.0:80", "0.0.0.0:80", false), ("[::]:80", "[::]:80", false),
            ("example.org:80", "example.org:80", false),
            ("127.0.0.1.example.org:80", "127.0.0.1.example.org:80", false), ("127.0.0.256:1", "127.0.0.256:1", false),
        ])
    func reads(text: String, listed: String, isLoopback: Bool) throws {
        let address = try #require(StatusAddress(text))
        #expect(address.description == listed)
        #expect(address.isLoopback == isLoopback)
    }

    @Test(
        "What is no address is refused",
        arguments: ["", ":", "host", "host:", "host:65536", "host:-1", "host:+1", "::1:80", "a:b"])
    func refuses(text: String) {
        #expect(StatusAddress(text) == nil)
    }

    @Test func `Without a token nothing is served where others reach it`() async throws {
        let plan = try Pipeline("p").root(ListSource([1])).to(NullSink()).plan()
        let run = try PipelineRun(Pipeline("p").root(ListSource([1])).to(NullSink()))
        let server = StatusServer(
            RunWatch(run), plan: plan, metrics: PrometheusRegistry(), at: StatusAddress(host: "0.0.0.0", port: 0),
            version: "1")
        let expected = StatusServerError.tokenMissing(StatusAddress(host: "0.0.0.0", port: 0))
        await #expect(throws: expected) { _ = try await server.start() }
        await server.stop()
        _ = try await run.value()
    }
}
