import Connect
import Logging
import ProcessSupport
import Testing

@testable @_spi(Fuzzing) import ConnectNetwork

/// A pipeline that is split again behind a merge: the member that merges is an origin, too.
@Suite(.serialized) struct SharedTwiceTests {
    private static func pipeline(_ sink: CollectSink<Bytes>, limit: Int?, middlePort: Int) -> Pipeline {
        let merged = Pipeline("twice").root(ListSource(0..<12_000)).map { Bytes("\($0)") }
            .split().flatMap { (line: Bytes) -> [Bytes] in
                SharedPipeline.outputs(of: SharedPipeline.number(of: line))
            }
            .mergeOrdered().on(.node("127.0.0.1:\(middlePort)")).map { Bytes(Array($0) + [UInt8(ascii: ".")]) }
            .split().filter { SharedPipeline.number(of: $0) % 3 != 0 }.mergeOrdered()
        return (limit.map { merged.limit($0) } ?? merged).to(sink)
    }

    private static func run(limit: Int?, places: Int) throws -> (elements: [Bytes], committed: [Position]?) {
        let ports = try FreePorts.draw(3)
        let members = try ports.map { try PeerAddress(host: "127.0.0.1", port: $0) }
        var peersOptions = PeersOptions()
        peersOptions.limits.batchBytes = 512
        peersOptions.limits.window = 4096
        let sink = CollectSink<Bytes>()
        let runs = try (0..<places).map { place in
            try PeersRun(
                pipeline(sink, limit: limit, middlePort: ports[1]),
                peers: places == 1 ? nil : try Peers(members, self: .index(place)),
                RunOptions(logger: Logger(label: "member") { _ in SwiftLogNoOpLogHandler() }), peersOptions)
        }
        let reports = try runs.map { try $0.wait() }
        return (sink.elements, reports[0].parts[0]?.committed)
    }

    // S-NET-3, S-NET-4
    @Test(
        "The order comes back behind the second merge, and a limit there reaches the source",
        arguments: [nil, 1, 1_000])
    func twice(limit: Int?) throws {
        let alone = try Self.run(limit: limit, places: 1)
        let shared = try Self.run(limit: limit, places: 3)
        #expect(shared.elements == alone.elements)
        #expect(shared.committed == alone.committed)
        #expect(limit == nil || shared.elements.count == limit)
    }
}
