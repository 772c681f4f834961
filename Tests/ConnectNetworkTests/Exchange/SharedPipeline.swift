import Connect
import Logging
import ProcessSupport

@testable @_spi(Fuzzing) import ConnectNetwork

/// A pipeline that several members in this process share: numbered lines, of which the stages in the middle leave some out
/// and make several of others.
struct SharedPipeline {
    var count = 20_000
    var isOrdered = true
    /// How many workers the stages in the middle have.
    var workers = 1
    var limit: Int?
    var source: Placement?
    var target: Placement?
    var checkpoints: any CheckpointStore = MemoryCheckpointStore()
    var options = RunOptions(logger: Logger(label: "member") { _ in SwiftLogNoOpLogHandler() })
    var peersOptions = PeersOptions()
    /// Called at each element in the middle.
    var onElement: @Sendable (Int) throws -> Void = { _ in }
    let sink = CollectSink<Bytes>()

    /// What comes out, in order.
    var expected: [Bytes] {
        let all = (0..<count).flatMap(Self.outputs)
        return limit.map { Array(all.prefix($0)) } ?? all
    }

    static func outputs(of number: Int) -> [Bytes] {
        switch number % 5 {
        case 0: []
        case 1: (0..<3).map { Bytes("\(number).\($0)") }
        default: [Bytes("\(number)")]
        }
    }

    /// The pipeline as one member declares it.
    func pipeline(source: some Source<Bytes>) -> Pipeline {
        let onElement = onElement
        var root = Pipeline("shared").root(source)
        if let place = self.source { root = root.on(place) }
        let made = root.split().flatMap { (line: Bytes) -> [Bytes] in
            let number = Int(String(decoding: line, as: UTF8.self)) ?? -1
            try onElement(number)
            return Self.outputs(of: number)
        }.par(workers)
        var merged = isOrdered ? made.mergeOrdered() : made.merge()
        if let limit { merged = merged.limit(limit) }
        let end = merged.to(sink)
        return target.map { end.on($0) } ?? end
    }

    var pipeline: Pipeline { pipeline(source: ListSource((0..<count).lazy.map { Bytes("\($0)") }.map { $0 })) }

    /// Starts one member.
    func start(_ place: Int, of ports: [Int]) throws -> PeersRun {
        let members = try ports.map { try PeerAddress(host: "127.0.0.1", port: $0) }
        var options = options
        options.checkpoints = checkpoints
        return try PeersRun(
            pipeline, peers: try Peers(members, self: .index(place)), options, peersOptions)
    }

    /// Runs it on members in this process, to the end of all.
    func run(on count: Int) throws -> [PeersReport] {
        let ports = try FreePorts.draw(count)
        let runs = try ports.indices.map { try start($0, of: ports) }
        return try runs.map { try $0.wait() }
    }
}
