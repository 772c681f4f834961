import Connect
import Logging
import ProcessSupport
import Testing

@testable @_spi(Fuzzing) import ConnectNetwork

/// A pipeline that several members in this process share: numbered lines, of which the stages in the middle leave some out
/// and make several of others.
struct SharedPipeline {
    var name = "shared"
    var count = 20_000
    var isOrdered = true
    /// How many workers the stages in the middle have.
    var workers = 1
    var limit: Int?
    var source: Placement?
    var target: Placement?
    var options = RunOptions(logger: Logger(label: "member") { _ in SwiftLogNoOpLogHandler() })
    var peersOptions = PeersOptions()
    /// The elements of each member's source, where it has one.
    var numbers: @Sendable (_ place: Int, _ count: Int) -> Range<Int> = { 0..<$1 }
    /// Called at each element that is read.
    var onRead: @Sendable (_ number: Int) throws -> Void = { _ in }
    /// Called at each element in the middle.
    var onElement: @Sendable (_ place: Int, _ number: Int) throws -> Void = { _, _ in }
    /// Called at each element behind the merge.
    var onMerged: @Sendable (_ output: Bytes) throws -> Void = { _ in }
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

    /// The number that an output was made of.
    static func number(of output: Bytes) -> Int {
        Int(String(decoding: output.prefix { $0 != UInt8(ascii: ".") }, as: UTF8.self)) ?? -1
    }

    /// The pipeline as one member declares it.
    func pipeline(_ place: Int) -> Pipeline {
        let (onRead, onElement, onMerged) = (onRead, onElement, onMerged)
        var root = Pipeline(name).root(ListSource(numbers(place, count))).map { (number: Int) -> Bytes in
            try onRead(number)
            return Bytes("\(number)")
        }
        if let source { root = root.on(source) }
        let made = root.split().flatMap { (line: Bytes) -> [Bytes] in
            let number = Self.number(of: line)
            try onElement(place, number)
            return Self.outputs(of: number)
        }.par(workers)
        var merged = isOrdered ? made.mergeOrdered() : made.merge()
        if let limit { merged = merged.limit(limit) }
        let end = merged.map { (output: Bytes) -> Bytes in
            try onMerged(output)
            return output
        }.to(sink)
        return target.map { end.on($0) } ?? end
    }

    /// Starts one member.
    ///
    /// - Parameters:
    ///   - place: which one
    ///   - ports: those by which members reach each other
    ///   - ownPort: where it listens, if that is another one
    ///   - name: what it is called at its elements; nil for its place
    /// - Returns: its run
    /// - Throws: where it cannot be started
    func start(_ place: Int, of ports: [Int], ownPort: Int? = nil, named name: Int? = nil) throws -> PeersRun {
        let members = try ports.map { try PeerAddress(host: "127.0.0.1", port: $0) }
        var peersOptions = peersOptions
        peersOptions.listensAt = try ownPort.map { try PeerAddress(host: "127.0.0.1", port: $0) }
        return try PeersRun(
            pipeline(name ?? place), peers: try Peers(members, self: .index(place)), options, peersOptions)
    }

    /// Runs it on members in this process, to the end of all.
    func run(on count: Int) throws -> [PeersReport] {
        let ports = try FreePorts.draw(count)
        let runs = try ports.indices.map { try start($0, of: ports) }
        return try runs.map { try $0.wait() }
    }

    /// Expects that everything came out once, or as much as the limit lets through, and what is read by one member in order.
    func expectOutput(sourceLocation: Testing.SourceLocation = #_sourceLocation) {
        let readers = source == .all ? 0..<3 : 0..<1
        let all = readers.flatMap { numbers($0, count).flatMap(Self.outputs) }
        let output = sink.elements
        #expect(output.count == min(limit ?? all.count, all.count), sourceLocation: sourceLocation)
        #expect(Set(output).count == output.count, sourceLocation: sourceLocation)
        #expect(Set(all).isSuperset(of: output), sourceLocation: sourceLocation)
        guard isOrdered else { return }
        for reader in readers {
            let own = numbers(reader, count)
            let mine = output.filter { own.contains(Self.number(of: $0)) }
            #expect(mine == Array(own.flatMap(Self.outputs).prefix(mine.count)), sourceLocation: sourceLocation)
        }
    }

    /// Runs it on members in this process, each of which is to fail.
    ///
    /// - Returns: what each says
    func failures(on count: Int) throws -> [String] {
        let ports = try FreePorts.draw(count)
        let runs = try ports.indices.map { try start($0, of: ports) }
        return runs.map { run in
            do throws(PipelineError) {
                _ = try run.wait()
                return "none"
            } catch {
                return "\(error)"
            }
        }
    }

    /// Makes batches, fragments and windows so small that a short run has many.
    mutating func makeSmall() {
        peersOptions.limits.batchBytes = 512
        peersOptions.limits.window = 4096
        peersOptions.limits.heldBytes = 8192
        peersOptions.limits.departing = 2048
        peersOptions.limits.arriving = 2048
    }
}

/// Something that one thread waits for until another has seen it. Only the first time counts.
final class Occasion: Sendable {
    private let state = Guarded(false, scheduler: SystemScheduler.shared)
    private let changed: Monitor.Condition

    init() {
        changed = state.monitor.makeCondition()
    }

    /// Says that it is there.
    ///
    /// - Returns: whether nobody has said so before
    @discardableResult
    func come() -> Bool {
        state.withLock { hasCome in
            defer { hasCome = true }
            changed.broadcast()
            return !hasCome
        }
    }

    func wait() {
        state.waitWithLock { hasCome in hasCome ? .done(()) : .wait(changed) }
    }
}
