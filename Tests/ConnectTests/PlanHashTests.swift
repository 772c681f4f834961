import Testing

@testable import Connect

/// A change of a pipeline, for the test of what its hash depends on.
struct HashCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let pipeline: Pipeline

    init(_ description: String, _ pipeline: Pipeline) {
        testDescription = description
        self.pipeline = pipeline
    }
}

/// The chain that the cases change, in one place.
private struct Variant: Sendable {
    var name = "test"
    var source = ProbeSource(Bytes.self, kind: "FileSource", origin: "in.txt")
    var sink = ProbeSink(String.self, kind: "StandardOutput", target: "out")
    var coders = CoderRegistry().adding(StatelessCoder())
    var stage: @Sendable (Def<Bytes>) -> Def<Bytes> = { $0.filterBytes { $0.byteCount > 0 } }
    var end: @Sendable (Pipeline) -> Pipeline = { $0 }

    var pipeline: Pipeline {
        end(stage(Pipeline(name).root(source)).to(sink).coders(coders))
    }

    static func with(_ change: (inout Variant) -> Void) -> Pipeline {
        var variant = Variant()
        change(&variant)
        return variant.pipeline
    }

    static func modified(_ modify: @escaping @Sendable (Def<Bytes>) -> Def<Bytes>) -> Pipeline {
        with { $0.stage = { modify($0.filterBytes { $0.byteCount > 0 }) } }
    }
}

// S-PLAN-1
@Suite("The hash of a plan")
struct PlanHashTests {
    // Changes only with the version of the canonical text: instances that differ refuse each other.
    static let golden = "14c60743ab03c8c2"

    static let same: [HashCase] = [
        HashCase("declared again", Variant().pipeline),
        HashCase("workers", Variant.modified { $0.par(4) }),
        HashCase("a buffer", Variant.modified { $0.buffer(4) }),
        HashCase("workers of coders", Variant.with { $0.end = { $0.coderPar(3) } }),
        HashCase("memory", Variant.with { $0.end = { $0.memory(.mebibytes(64)) } }),
        HashCase("a requirement", Variant.with { $0.end = { $0.require(.atLeastOnce) } }),
        HashCase("a buffer of the sink", Variant.with { $0.end = { $0.buffer(9) } }),
        HashCase("another closure in another place", Variant.with { $0.stage = { $0.filterBytes { _ in false } } }),
        HashCase("the policy that holds anyway", Variant.modified { $0.onError(.fail) }),
        HashCase(
            "a coder that is not used",
            Variant.with { $0.coders = $0.coders.adding(ProbeCoder("X", Int.self, Bool.self)) }),
    ]

    static let different: [HashCase] = [
        HashCase("the pipeline's name", Variant.with { $0.name = "other" }),
        HashCase("the kind of source", Variant.with { $0.source.descriptor.kind = "ListSource" }),
        HashCase("what is read", Variant.with { $0.source.descriptor.origin = "other.txt" }),
        HashCase("the kind of sink", Variant.with { $0.sink.descriptor.kind = "FileSink" }),
        HashCase("what is written", Variant.with { $0.sink.descriptor.target = "elsewhere" }),
        HashCase("another kind of stage", Variant.with { $0.stage = { $0.mapBytes { _, _ in } } }),
        HashCase("one stage more", Variant.modified { $0.filterBytes { _ in true } }),
        HashCase("a name", Variant.modified { $0.named("filterBytes-2") }),
        HashCase("a limit", Variant.modified { $0.limit(4) }),
        HashCase("another limit", Variant.modified { $0.limit(5) }),
        HashCase("a throttle", Variant.modified { $0.throttle(4, per: .seconds(1)) }),
        HashCase("another throttle", Variant.modified { $0.throttle(4, per: .seconds(2)) }),
        HashCase("an order", Variant.modified { $0.par(2, order: .unordered) }),
        HashCase("another order", Variant.modified { $0.par(2, order: .key { (key: Bytes) in key }) }),
        HashCase("a policy", Variant.modified { $0.onError(.skip) }),
        HashCase("another policy", Variant.modified { $0.onError(.retry(max: 1, backoff: .zero, otherwise: .skip)) }),
        HashCase("a trigger", Variant.with { $0.end = { $0.trigger(each: 5) } }),
        HashCase("another trigger", Variant.with { $0.end = { $0.trigger(bytes: 5) } }),
        HashCase("another type between", Variant.with { $0.stage = { $0.map { _ in 1 }.map { _ in Bytes([]) } } }),
        HashCase("a second type between", Variant.with { $0.stage = { $0.map { _ in true }.map { _ in Bytes([]) } } }),
        HashCase(
            "another coder",
            Variant.with { $0.coders = CoderRegistry().adding(ProbeCoder("X", Bytes.self, String.self)) }),
        HashCase("a fold", Variant.with { $0.stage = { $0.fold(into: Bytes([])) { $0 = $1 }.trigger(each: 1) } }),
    ]

    @Test("It is the same on every machine and in every run")
    func isStable() throws {
        #expect(try Variant().pipeline.plan().hash == Self.golden)
    }

    @Test("It does not depend on what may be tuned", arguments: same)
    func keeps(_ case: HashCase) throws {
        #expect(try `case`.pipeline.plan().hash == Self.golden)
    }

    @Test("It depends on what changes the meaning", arguments: different)
    func changes(_ case: HashCase) throws {
        #expect(try `case`.pipeline.plan().hash != Self.golden)
    }

    @Test("No two different declarations of these have the same hash")
    func tellsApart() throws {
        let hashes = try Self.different.map { try $0.pipeline.plan().hash }
        #expect(Set(hashes).count == hashes.count)
        #expect(hashes.allSatisfy { $0.utf8.count == 16 })
    }

    @Test("A type without a declared name stays out of it, whatever it is called")
    func ignoresUnnamedTypes() throws {
        struct Order: Sendable {}
        struct Invoice: Sendable {}
        let orders = Variant.with { $0.stage = { $0.map { _ in Order() }.map { _ in Bytes([]) } } }
        let invoices = Variant.with { $0.stage = { $0.map { _ in Invoice() }.map { _ in Bytes([]) } } }
        #expect(try orders.plan().hash == invoices.plan().hash)
    }

    @Test("It is FNV-1a of the canonical text, which has no place, closure or count of workers in it")
    func isReadable() throws {
        let pipeline = Variant.modified { $0.par(7).limit(3) }
        let declaration = DeclaredPhase.run(pipeline)
        let text = PlanHash.canonicalText(of: declaration, withCoders: try pipeline.plan().withCoders)
        #expect(text.contains(#""role":"elementwise","kind":"filterBytes","detail":"","name":null,"input":"Bytes""#))
        #expect(text.hasSuffix(#""coders":["STRING-DECODE"]}"#))
        #expect(!text.contains("7") && !text.contains(".swift"))
    }
}
