import Testing

@testable import Connect

/// A declaration, and what a plan for peers makes of it.
struct Sharing: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let pipeline: Pipeline
    /// The kinds of the second listing, without the source.
    let kinds: String
    /// Where the parts run.
    let places: String
    /// The remarks, with the number of the stage.
    let remarks: [String]

    init(_ description: String, _ pipeline: Pipeline, _ kinds: String, on places: String, _ remarks: String...) {
        testDescription = description
        self.pipeline = pipeline
        self.kinds = kinds
        self.places = places
        self.remarks = remarks
    }
}

private let bytes = Pipeline("test").root(ProbeSource(Bytes.self))
private let sharedBytes = Pipeline("test").root(ProbeSource(Bytes.self, isShared: true))
private let texts = Pipeline("test").root(ProbeSource(String.self))
private let ints = Pipeline("test").root(ProbeSource(Int.self))
private let output = ProbeSink(Bytes.self, isStandardStream: true)
private let file = ProbeSink(Bytes.self)
private let textCoders = CoderRegistry().adding(StatelessCoder())
    .adding(ProbeCoder("STRING-ENCODE", String.self, Bytes.self))

// S-PLAN-1, S-NET-3, G53
@Suite("How peers share a pipeline that says nothing of them")
struct PlanSharingTests {
    static let shared: [Sharing] = [
        Sharing(
            "a parallel map to standard output", bytes.map { $0 }.par(2).to(output),
            "NET-SPLIT map NET-MERGE-SORT ProbeSink", on: "first all last"),
        Sharing(
            "stages between parallel ones, and none behind them",
            bytes.filter { _ in true }.filter { _ in true }.par(2).map { $0 }.flatMap { [$0] }.par(3).map { $0 }.to(
                output),
            "filter NET-SPLIT filter map flatMap NET-MERGE-SORT map ProbeSink", on: "first all last"),
        Sharing(
            "on all, with one worker each", bytes.map { $0 }.on(.all).to(output),
            "NET-SPLIT map NET-MERGE-SORT ProbeSink", on: "first all last"),
        Sharing(
            "source and sink elsewhere", bytes.on(.last).map { $0 }.par(2).to(file).on(.first),
            "NET-SPLIT map NET-MERGE-SORT ProbeSink", on: "last all first"),
        Sharing(
            "on each host", bytes.map { $0 }.par(2).on(.eachHost).to(file).on(.node("a:1")),
            "NET-SPLIT map NET-MERGE-SORT ProbeSink", on: "first eachHost node(a:1)"),
        Sharing(
            "workers without order", bytes.map { $0 }.par(2).filter { _ in true }.par(2, order: .unordered).to(output),
            "NET-SPLIT map filter NET-MERGE ProbeSink", on: "first all last"),
        Sharing(
            "a fold behind", bytes.map { $0 }.par(2).fold(into: Bytes()) { $0 = $1 }.trigger(each: 1).to(output),
            "NET-SPLIT map NET-MERGE-SORT fold ProbeSink", on: "first all last"),
        Sharing(
            "a fold before", bytes.fold(into: Bytes()) { $0 = $1 }.trigger(each: 1).map { $0 }.par(2).to(output),
            "fold NET-SPLIT map NET-MERGE-SORT ProbeSink", on: "first all last"),
        Sharing(
            "a limit, behind which nothing is shared", bytes.map { $0 }.par(2).limit(3).map { $0 }.par(2).to(output),
            "NET-SPLIT map NET-MERGE-SORT map ProbeSink", on: "first all last"),
        Sharing(
            "an order per key, and another stage",
            bytes.map { $0 }.par(2, order: .key(\Bytes.count)).map { $0 }.par(2)
                .to(output), "map NET-SPLIT map NET-MERGE-SORT ProbeSink", on: "first all last"),
        Sharing(
            "shares of a source, merged", sharedBytes.map { $0 }.par(2).to(file).on(.last),
            "NET-SPLIT map NET-MERGE-SORT ProbeSink", on: "all all last"),
        Sharing(
            "texts, with coders", texts.map { $0 }.par(2).to(output).coders(textCoders),
            "NET-SPLIT map NET-MERGE-SORT ProbeSink", on: "first all last"),
        Sharing(
            "numbers that become texts at once",
            ints.map { "\($0)" }.map { $0.count }.par(2).map { "\($0)" }.to(output).coders(textCoders),
            "map NET-SPLIT map map NET-MERGE-SORT ProbeSink", on: "first all last"),
        Sharing(
            "nothing parallel, but a source and a sink on different members",
            bytes.on(.first).map { $0 }.to(file).on(.last), "map NET-SPLIT NET-MERGE-SORT ProbeSink",
            on: "first all last"),
        Sharing(
            "what the author has split", bytes.split().map { $0 }.merge().to(file), "NET-SPLIT map NET-MERGE ProbeSink",
            on: "first all last"),
    ]

    static let whole: [Sharing] = [
        Sharing("nothing parallel", bytes.map { $0 }.to(output), "map ProbeSink", on: "last"),
        Sharing("nothing at all", bytes.to(file), "ProbeSink", on: "first"),
        Sharing(
            "a stage on all members, and a sink of which nothing is said", bytes.map { $0 }.on(.all).to(file),
            "map ProbeSink", on: "first", "not_shared 3"),
        Sharing("nothing parallel, on a member", bytes.on(.node("a:1")).to(output), "ProbeSink", on: "node(a:1)"),
        Sharing(
            "a sink of which nothing is said", bytes.map { $0 }.par(2).to(file), "map ProbeSink", on: "first",
            "not_shared 3"),
        Sharing(
            "a sink on all members", bytes.map { $0 }.par(2).to(file).on(.all), "map ProbeSink", on: "first",
            "not_shared 3"),
        Sharing(
            "an order per key", bytes.map { $0 }.par(2, order: .key(\Bytes.count)).to(output), "map ProbeSink",
            on: "last", "not_shared 2"),
        Sharing(
            "numbers without coders", ints.map { $0 }.par(2).map { _ in Bytes() }.to(output), "map map ProbeSink",
            on: "last", "not_shared 2"),
        Sharing(
            "dead letters", bytes.map { $0 }.par(2).onError(.deadLetter(ProbeSink(DeadLetter.self))).to(output),
            "map ProbeSink", on: "last", "not_shared 2"),
        Sharing(
            "a durable fold",
            bytes.map { $0 }.par(2).durableFold(into: 0) { $0 += $1.count }.trigger(each: 1).named("f")
                .map { _ in Bytes() }.to(output), "map fold map ProbeSink", on: "last", "not_shared 2"),
        Sharing(
            "a sink that keeps positions",
            bytes.map { $0 }.par(2).to(ProbeSink(Bytes.self, isExactlyOnce: true))
                .on(.last), "map ProbeSink", on: "last", "not_shared 2"),
        Sharing(
            "stages behind that are to be elsewhere than the sink",
            bytes.map { $0 }.par(2).map { $0 }.on(.first).to(file).on(.last), "map map ProbeSink", on: "last",
            "not_shared 2"),
        Sharing(
            "shares of a source", sharedBytes.map { $0 }.par(2).to(file), "map ProbeSink", on: "all"),
        Sharing(
            "shares of a source, to every standard output", sharedBytes.map { $0 }.par(2).to(output), "map ProbeSink",
            on: "all"),
        Sharing("a list for everyone", bytes.on(.all).map { $0 }.to(output), "map ProbeSink", on: "all"),
    ]

    @Test(
        "Split and merge are put in where work can be shared, else one member does all of it", arguments: shared + whole
    )
    func shares(_ sharing: Sharing) throws {
        let plan = try sharing.pipeline.planForPeers()
        #expect(plan.withNetwork.dropFirst().map(\.kind).joined(separator: " ") == sharing.kinds)
        #expect(try plan.partsForPeers().map(\.placement.description).joined(separator: " ") == sharing.places)
        #expect(plan.warnings.map { "\($0.code) \($0.number)" } == sharing.remarks)
        #expect(plan.sharingText?.isEmpty == false)
        #expect(try plan.hash == sharing.pipeline.planForPeers().hash)
        // What one process would do is not touched.
        let alone = try sharing.pipeline.plan()
        #expect(alone.sharingText == nil && alone.declared.map(\.name) == plan.declared.map(\.name))
        #expect((alone.hash == plan.hash) == (plan.withNetwork.count == plan.declared.count))
    }

    @Test("What counts all elements moves to the merge, where all come by")
    func movesLimits() throws {
        let plan = try bytes.map { $0 }.par(2).limit(7).throttle(9, per: .seconds(1)).to(output).planForPeers()
        #expect(plan.withNetwork.map(\.settings.limit) == [nil, nil, nil, 7, nil])
        #expect(plan.withNetwork.map { $0.settings.throttle?.count } == [nil, nil, nil, 9, nil])
        #expect(plan.order == .total)
    }

    @Test("One process refuses a plan for peers")
    func isRefusedAlone() throws {
        let plan = try bytes.map { $0 }.par(2).to(output).planForPeers()
        let error = #expect(throws: PlanError.self) { try plan.requireSingleProcess() }
        #expect(error?.findings.map(\.stage) == ["NET-SPLIT", "NET-MERGE-SORT"])
    }

    @Test("The listing shows what was put in, where all of it runs, and why nothing is shared")
    func shows() throws {
        let plan = try Pipeline("test").root(ProbeSource(String.self, kind: "ListSource"))
            .map { $0 }.par(4).to(ProbeSink(Bytes.self, kind: "StandardOutput", isStandardStream: true))
            .coders(textCoders).planForPeers()
        let text = plan.description
        #expect(
            text.contains(
                """
                2. with network stages
                     1  ListSource       ListSource >> [String]                ends
                     +  NET-SPLIT        [Bytes] >> NET-SPLIT >> [Bytes]
                                             because stage 2 "map-2" has .par(4)
                     2  map-2            [String] >> map >> [String]           par 4
                     +  NET-MERGE-SORT   [Bytes] >> NET-MERGE-SORT >> [Bytes]
                                             because stage 3 "StandardOutput" is on the last member
                     3  StandardOutput   [Bytes] >> StandardOutput

                3. with coders
                     1  ListSource       ListSource >> [String]                ends
                     +  STRING-ENCODE-2  [String] >> STRING-ENCODE >> [Bytes]
                                             because "NET-SPLIT" takes Bytes
                     +  NET-SPLIT        [Bytes] >> NET-SPLIT >> [Bytes]
                                             because stage 2 "map-2" has .par(4)
                     +  STRING-DECODE-2  [Bytes] >> STRING-DECODE >> [String]  par 4
                                             because stage 2 "map-2" takes String
                     2  map-2            [String] >> map >> [String]           par 4
                     +  STRING-ENCODE-3  [String] >> STRING-ENCODE >> [Bytes]  par 4
                                             because "NET-MERGE-SORT" takes Bytes
                     +  NET-MERGE-SORT   [Bytes] >> NET-MERGE-SORT >> [Bytes]
                                             because stage 3 "StandardOutput" is on the last member
                     3  StandardOutput   [Bytes] >> StandardOutput

                """), "\(text)")
        #expect(
            text.contains(
                """
                peers      stage 1 "ListSource" on the first member; stage 2 "map-2" on all members; stage 3 "StandardOutput"
                           on the last member
                """), "\(text)")
        let whole = try bytes.map { $0 }.to(output).planForPeers().description
        #expect(
            whole.contains(
                "peers      the whole runs on the last member, the others wait for its end: no stage has .par or .on(.all)"
            ))
        #expect(plan.json.contains(#""peers":"stage 1"#))
    }
}
