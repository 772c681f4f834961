import Testing

@testable import Connect

/// A chain of stages over numbers in short notation, and the segments it must be fused into.
///
/// A stage is `map`, `fold`, `async` or `net`; `*4` are its workers, `k` or `u` behind them the order by key or none,
/// `l` a limit, `t` a throttle, `b` a buffer. A source is `src` or `duty`, a sink `end` (does not block), `out` (blocks)
/// or `ack` (is confirmed later). Segments are written `parallel / serial`, and stand apart by `|`.
struct FusionCase: Sendable, CustomTestStringConvertible {
    let chain: String
    let segments: String
    var testDescription: String { chain }

    init(_ chain: String, _ segments: String) {
        self.chain = chain
        self.segments = segments
    }

    func plan() throws -> Plan {
        let words = chain.split(separator: " ").map(String.init)
        var def = Pipeline("test").root(ProbeSource(Int.self, hasDuties: words.first == "duty"))
        for word in words.dropFirst().dropLast() { def = appended(word, to: def) }
        let sink =
            switch words.last {
            case "out": ProbeSink(Int.self, mayBlock: true)
            case "ack": ProbeSink(Int.self, confirmation: .acknowledgement)
            default: ProbeSink(Int.self)
            }
        return try def.to(sink).plan()
    }

    private func appended(_ word: String, to def: Def<Int>) -> Def<Int> {
        let parts = word.split(separator: "*")
        var next: Def<Int>
        switch parts[0].prefix(while: { $0 != "." }) {
        case "fold": next = def.count().trigger(each: 1)
        case "async": next = def.mapAsync(maxInFlight: 2) { $0 }
        default: next = def.map { $0 }
        }
        if parts.count > 1 {
            let order: OrderScope =
                parts[1].contains("k") ? .key { (key: Int) in key } : parts[1].contains("u") ? .unordered : .total
            next = next.par(Int(parts[1].prefix { $0.isNumber }) ?? 1, order: order)
        }
        let flags = word.split(separator: ".").dropFirst()
        if flags.contains("l") { next = next.limit(5) }
        if flags.contains("t") { next = next.throttle(1, per: .seconds(1)) }
        if flags.contains("b") { next = next.buffer(8) }
        return next.named(word + "#\(UInt.random(in: 0 ... .max))")
    }

    func fused() throws -> String {
        let plan = try plan()
        let words = chain.split(separator: " ")
        return plan.segments.map { segment in
            let serial = segment.serial.map { String(words[$0]) }.joined(separator: " ")
            if segment.parallel.isEmpty { return serial }
            let parallel = segment.parallel.map { String(words[$0]) }.joined(separator: " ")
            return "\(parallel) / \(serial)"
        }.joined(separator: " | ")
    }
}

@Suite("How a plan fuses stages into segments")
struct PlanFusionTests {
    static let cases: [FusionCase] = [
        // Nothing to cut.
        FusionCase("src end", "src end"),
        FusionCase("src map map fold map end", "src map map fold map end"),
        FusionCase("src map*1 map.l map.t end", "src map*1 map.l map.t end"),
        // Workers.
        FusionCase("src map*4 end", "src | map*4 / end"),
        FusionCase("src map map*4 map end", "src map | map*4 / map end"),
        FusionCase("src map*4 map*4 end", "src | map*4 map*4 / end"),
        FusionCase("src map*4 map*3 end", "src | map*4 /  | map*3 / end"),
        FusionCase("src map*4 map map*4 end", "src | map*4 / map | map*4 / end"),
        FusionCase("src map*4 fold map*4 end", "src | map*4 / fold | map*4 / end"),
        FusionCase("src map*4 map*4 fold map end", "src | map*4 map*4 / fold map end"),
        // What counts the outputs of a parallel stage runs in turn behind the workers.
        FusionCase("src map*4.l map*4 end", "src | map*4.l /  | map*4 / end"),
        FusionCase("src map*4.t map*4 end", "src | map*4.t /  | map*4 / end"),
        FusionCase("src map*4 map*4.l map end", "src | map*4 map*4.l / map end"),
        FusionCase("src.l map*4 end", "src.l | map*4 / end"),
        // Order: less of it may be kept by the same workers, keys are dealt out at an entry.
        FusionCase("src map*4u map*4 end", "src | map*4u map*4 / end"),
        FusionCase("src map*4k map*4 end", "src | map*4k map*4 / end"),
        FusionCase("src map*4 map*4u end", "src | map*4 map*4u / end"),
        FusionCase("src map*4 map*4k end", "src | map*4 /  | map*4k / end"),
        FusionCase("src map*4k map*4k end", "src | map*4k /  | map*4k / end"),
        FusionCase("src map*4u map*4k end", "src | map*4u /  | map*4k / end"),
        // Buffers begin a segment.
        FusionCase("src map.b map end", "src | map.b map end"),
        FusionCase("src map*4 map*4.b end", "src | map*4 /  | map*4.b / end"),
        FusionCase("src fold.b end", "src | fold.b end"),
        // Connectors that block or confirm, and sources that must serve their clients.
        FusionCase("src map out", "src map | out"),
        FusionCase("src out", "src | out"),
        FusionCase("src map ack", "src map | ack"),
        FusionCase("src map*4 map out", "src | map*4 / map | out"),
        FusionCase("duty end", "duty | end"),
        FusionCase("duty map map*4 out", "duty | map | map*4 /  | out"),
        FusionCase("duty map*4 end", "duty | map*4 / end"),
        // Asynchronous calls.
        FusionCase("src async end", "src | async end"),
        FusionCase("src map async map map*4 out", "src map | async map | map*4 /  | out"),
        FusionCase("src async async end", "src | async | async end"),
        FusionCase("src async map*4 async end", "src | async | map*4 /  | async end"),
    ]

    @Test("A chain is cut only where it must be", arguments: cases)
    func fuses(_ case: FusionCase) throws {
        #expect(try `case`.fused() == `case`.segments)
        let plan = try `case`.plan()
        #expect(plan.segments.flatMap(\.stages) == Array(plan.withCoders.indices))
        #expect(plan.segments.map(\.number) == Array(1...plan.segments.count))
    }

    @Test("A segment says why it begins, and what its first parallel stage asks for")
    func saysWhy() throws {
        let plan = try FusionCase("duty map*2k map*2u map*2.b async out", "").plan()
        #expect(
            plan.segments.map(\.reason) == [
                "source", "source with duties, par 2", "buffer 8", "asynchronous calls", "sink that may block",
            ])
        #expect(plan.segments.map(\.workers) == [1, 2, 2, 1, 1])
        #expect(plan.segments.map(\.buffer) == [nil, nil, 8, nil, nil])
        #expect(plan.segments.map(\.order.description) == ["total", "key", "total", "total", "total"])
        let loosened = try FusionCase("src map*2 map*2u end", "").plan()
        #expect(loosened.segments.map(\.order.description) == ["total", "unordered"])
    }

    @Test("Splitters stay with their source, also with duties or a buffer")
    func keepsRoots() throws {
        let plan = try Pipeline("test").root(ProbeSource(StreamChunk.self, hasDuties: true)).buffer(9)
            .apply(ProbeSplitter()).buffer(5).filter { _ in true }.to(ProbeSink(Bytes.self)).plan()
        #expect(plan.segments.map(\.stages) == [[0, 1], [2, 3]])
        #expect(plan.segments.map(\.buffer) == [5, nil])
    }

    @Test("A stage of the network stands alone, between coders where elements are not bytes")
    func cutsAtNetwork() throws {
        let coders = CoderRegistry().adding(ProbeCoder("INT-DECODE", Bytes.self, Int.self))
            .adding(ProbeCoder("INT-ENCODE", Int.self, Bytes.self))
        let plan = try Pipeline("test").root(ProbeSource(Int.self)).split().map { $0 }.par(2).mergeOrdered()
            .map { $0 }.to(ProbeSink(Int.self)).coders(coders).plan()
        #expect(
            plan.withCoders.map(\.kind) == [
                "ProbeSource", "INT-ENCODE", "NET-SPLIT", "INT-DECODE", "map", "INT-ENCODE", "NET-MERGE-SORT",
                "INT-DECODE", "map", "ProbeSink",
            ])
        #expect(plan.segments.map(\.stages) == [[0, 1], [2], [3, 4, 5], [6], [7, 8, 9]])
        #expect(plan.segments.map(\.parallel) == [[], [], [3, 4, 5], [], []])
        #expect(plan.segments.map(\.reason) == ["source", "network", "network, par 2", "network", "network"])
        #expect(plan.order == .total)
    }

    @Test("What is made ready for the sink is so in the workers that made it", arguments: [false, true])
    func fusesWhatLeaves(_ isUnordered: Bool) throws {
        let pipeline = Pipeline("test").root(ProbeSource(Bytes.self))
            .apply(ProbeTransform("CHECK", Bytes.self, String.self)).par(4, order: isUnordered ? .unordered : .total)
            .to(ProbeSink(Bytes.self)).coders(CoderRegistry().adding(StatelessEncoder()))
        #expect(try pipeline.plan().segments.map(\.parallel) == [[], [1, 2]])
        #expect(try pipeline.plan().segments.map(\.order.isTotal) == [true, !isUnordered])
        #expect(try pipeline.plan().segments.map(\.serial) == [[0], [3]])
    }

    @Test("Coders run in the workers of the stage they serve")
    func fusesCoders() throws {
        let pipeline = Pipeline("test").root(ProbeSource(Bytes.self))
            .apply(ProbeTransform("CHECK", String.self, String.self)).par(4, order: .unordered)
            .to(ProbeSink(String.self)).coders(CoderRegistry().adding(StatelessCoder()))
        #expect(try pipeline.plan().segments.map(\.parallel) == [[], [1, 2]])
        #expect(try pipeline.coderPar(2).plan().segments.map(\.parallel) == [[], [1], [2]])
        #expect(try pipeline.coderPar(1).plan().segments.map(\.stages) == [[0, 1], [2, 3]])
    }
}
