import Connect
import ConnectFiles
import Foundation
import Logging
import ProcessSupport
import Testing

@testable @_spi(Fuzzing) import ConnectNetwork

/// A pipeline that says nothing of a split and a merge, to be run on members in this process.
struct UnsplitPipeline: Sendable, CustomTestStringConvertible {
    let testDescription: String
    /// What every member runs. The file has a numbered line for each element; the member with the port is neither the first
    /// nor the last, where there are three.
    let make: @Sendable (_ file: String, _ sink: CollectSink<Bytes>, _ port: Int) -> Pipeline

    init(_ description: String, _ make: @escaping @Sendable (String, CollectSink<Bytes>, Int) -> Pipeline) {
        testDescription = description
        self.make = make
    }

    static let count = 5_000
    private static let lines = (0..<count).map { Bytes("\($0)") }

    static func outputs(_ line: Bytes) -> [Bytes] { SharedPipeline.outputs(of: SharedPipeline.number(of: line)) }

    static let all: [UnsplitPipeline] = [
        UnsplitPipeline("a list and a flatMap") { _, sink, _ in
            Pipeline("list").root(ListSource(lines)).flatMap { outputs($0) }.par(2).to(sink).on(.last)
        },
        UnsplitPipeline("a generator, a filter on all and a limit") { _, sink, _ in
            Pipeline("generator").root(GeneratorSource(count: count) { Bytes("\($0)") })
                .filter { $0.last != UInt8(ascii: "7") }.on(.all).limit(1_000).to(sink).on(.first)
        },
        UnsplitPipeline("a file, with a fold behind") { file, sink, _ in
            Pipeline("file").root(FileSource(file).lines()).filter { $0.count > 1 }.par(2).flatMap { outputs($0) }.par(
                2
            )
            .fold(into: Bytes()) { $0 = $1 }.trigger(each: 7).to(sink).on(.last)
        },
        UnsplitPipeline("a source and a sink on different members, and nothing parallel") { file, sink, port in
            Pipeline("apart").root(FileSource(file).lines()).on(.node("127.0.0.1:\(port)")).flatMap {
                outputs($0)
            }
            .to(sink).on(.last)
        },
        UnsplitPipeline("nothing to share") { file, sink, _ in
            Pipeline("whole").root(FileSource(file).lines()).flatMap { outputs($0) }.to(sink).on(.last)
        },
    ]

    /// Runs it on members in this process, to the end of all.
    ///
    /// - Returns: what each member did
    static func run(
        on count: Int, _ pipeline: (_ place: Int, _ port: Int) -> Pipeline
    ) throws -> [Result<PeersReport, PipelineError>] {
        let ports = try FreePorts.draw(count)
        let members = try ports.map { try PeerAddress(host: "127.0.0.1", port: $0) }
        var peersOptions = PeersOptions()
        peersOptions.limits.batchBytes = 512
        let runs = try members.indices.map { place in
            try PeersRun(
                pipeline(place, ports[count / 2]), peers: try Peers(members, self: .index(place)),
                RunOptions(logger: Logger(label: "member") { _ in SwiftLogNoOpLogHandler() }), peersOptions)
        }
        return runs.map { run in Result { () throws(PipelineError) in try run.wait() } }
    }
}

@Suite("A pipeline that says nothing of a split, shared by instances", .serialized)
struct SharedInjectionTests {
    // S-NET-1, S-NET-3, S-PLAN-1, G53
    @Test("What comes out is what one process gives, byte for byte", arguments: UnsplitPipeline.all)
    func sameAsAlone(_ pipeline: UnsplitPipeline) throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "connect-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: file) }
        let text = (0..<UnsplitPipeline.count).map { "\($0)\n" }.joined()
        try text.write(toFile: file, atomically: false, encoding: .utf8)
        let alone = CollectSink<Bytes>()
        let single = try UnsplitPipeline.run(on: 1) { pipeline.make(file, alone, $1) }.map { try $0.get() }
        let shared = CollectSink<Bytes>()
        let reports = try UnsplitPipeline.run(on: 3) { pipeline.make(file, shared, $1) }.map { try $0.get() }
        #expect(alone.elements.count > 500)
        #expect(shared.elements == alone.elements)
        #expect(reports.map(\.elementsRead).count { $0 > 0 } == 1)
        #expect(reports.map(\.elementsWritten).reduce(0, +) == alone.elements.count)
        #expect(reports.compactMap { $0.parts[0]?.committed }.first { !$0.isEmpty } == single[0].parts[0]?.committed)
    }

    // S-NET-3, S-PLAN-3
    @Test("What several members read comes out in the order of each, and without order each element once")
    func severalOrigins() throws {
        for isOrdered in [true, false] {
            let sink = CollectSink<Bytes>()
            _ = try UnsplitPipeline.run(on: 3) { place, _ in
                Pipeline("origins").root(ListSource((0..<2_000).map { Bytes("\(place * 10_000 + $0)") })).on(.all)
                    .flatMap { UnsplitPipeline.outputs($0) }.par(2, order: isOrdered ? .total : .unordered).to(sink).on(
                        .last)
            }.map { try $0.get() }
            for place in 0..<3 {
                let own = (place * 10_000)..<(place * 10_000 + 2_000)
                let mine = sink.elements.filter { own.contains(SharedPipeline.number(of: $0)) }
                let expected = own.flatMap(SharedPipeline.outputs)
                if isOrdered { #expect(mine == expected) } else { #expect(Set(mine) == Set(expected)) }
                #expect(mine.count == expected.count)
            }
        }
    }

    // S-NET-3, S-ERR-2
    @Test("Where one member runs the whole and fails, all fail, with the reason")
    func wholeFails() throws {
        let sink = CollectSink<Bytes>()
        let results = try UnsplitPipeline.run(on: 3) { _, _ in
            Pipeline("failing").root(ListSource([Bytes("1")])).map { _ -> Bytes in
                throw ConnectorError(.malformed, "one is too few")
            }.to(sink).on(.last)
        }
        for result in results {
            let error = #expect(throws: PipelineError.self) { try result.get() }
            #expect(error?.message.contains("one is too few") == true, "\(String(describing: error))")
        }
    }

    // S-PLAN-4
    @Test("Where every member runs the whole, nobody waits for the others")
    func everywhere() throws {
        let sink = CollectSink<Bytes>()
        let members = try FreePorts.draw(2).map { try PeerAddress(host: "127.0.0.1", port: $0) }
        let run = try PeersRun(
            Pipeline("everywhere").root(ListSource([Bytes("1")])).on(.all).to(sink),
            peers: try Peers(members, self: .index(1)))
        #expect(try run.wait().elementsWritten == 1)
    }

    // S-PLAN-1
    @Test("A list with one member is a process by itself, and its plan says nothing of peers")
    func planAlone() throws {
        let pipeline = Pipeline("one").root(ListSource([Bytes("1")])).map { $0 }.par(2).to(CollectSink<Bytes>()).on(
            .last)
        let address = try PeerAddress(host: "127.0.0.1", port: 1)
        #expect(try pipeline.plan(peers: Peers([address])).description == pipeline.plan().description)
        #expect(try pipeline.plan(peers: nil).description == pipeline.plan().description)
        let other = try PeerAddress(host: "127.0.0.1", port: 2)
        let plans = try (0..<2).map { try pipeline.plan(peers: Peers([address, other], self: .index($0))).description }
        #expect(plans[0] == plans[1] && plans[0].contains("NET-MERGE-SORT"))
        let error = #expect(throws: PlanError.self) {
            try pipeline.on(.node("nowhere:1")).plan(peers: Peers([address, other], self: .index(0)))
        }
        #expect(error?.description.contains("node(nowhere:1), which is not in the list") == true)
    }
}
