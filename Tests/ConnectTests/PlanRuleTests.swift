import Testing

@testable import Connect

/// A declaration with mistakes or oddities, and what the plan must say of it: codes with the number of the stage.
struct Misdeclaration: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let pipeline: Pipeline
    let expected: [String]

    init(_ description: String, _ pipeline: Pipeline, _ expected: String...) {
        testDescription = description
        self.pipeline = pipeline
        self.expected = expected
    }
}

private let ints = Pipeline("test").root(ProbeSource(Int.self))
private let bytes = Pipeline("test").root(ProbeSource(Bytes.self))
private let chunks = Pipeline("test").root(ProbeSource(StreamChunk.self))
private let intSink = ProbeSink(Int.self)
private let bufferingSink = ProbeSink(Int.self, confirmation: .flush, window: 10)
private let transacting = ProbeSink(Int.self, transactionDomain: "here")
private let letters = ProbeSink(DeadLetter.self)

// S-DEC-3, G09, G11
@Suite("What a plan says of mistakes")
struct PlanRuleTests {
    static let chains: [Misdeclaration] = [
        Misdeclaration("nothing declared", Pipeline("test"), "error no_sink 0"),
        Misdeclaration(
            "modifiers before there is a sink", Pipeline("test").limit(3).root(ProbeSource(Int.self)).to(intSink),
            "error modifier_misplaced 0"),
        Misdeclaration(
            "two chains", ints.to(intSink).root(ProbeSource(Int.self)).to(intSink), "error several_chains 0"),
        Misdeclaration("an empty name", ints.map { $0 }.named(" ").to(intSink), "error name_invalid 2"),
        Misdeclaration("a name of two lines", ints.map { $0 }.named("a\nb").to(intSink), "error name_invalid 2"),
        Misdeclaration(
            "a pipeline without a name", Pipeline("").root(ProbeSource(Int.self)).to(intSink),
            "error name_invalid 0"),
        Misdeclaration(
            "a name given three times",
            ints.named("a").map { $0 }.named("a").to(intSink).named("a"), "error name_taken 2", "error name_taken 3"),
        Misdeclaration(
            "a splitter behind another stage",
            chunks.filter { _ in true }.apply(ProbeSplitter()).filter { _ in true }.to(ProbeSink(Bytes.self)),
            "error splitter_misplaced 3"),
        Misdeclaration(
            "counting before a splitter",
            chunks.limit(3).throttle(1, per: .seconds(1)).apply(ProbeSplitter()).to(ProbeSink(Bytes.self)),
            "error splitter_misplaced 1", "error splitter_misplaced 1"),
    ]

    static let workers: [Misdeclaration] = [
        Misdeclaration("no worker", ints.map { $0 }.par(0).to(intSink), "error par_invalid 2"),
        Misdeclaration("workers on a root", ints.par(2).to(intSink), "error par_not_possible 1"),
        Misdeclaration(
            "workers on a splitter", chunks.apply(ProbeSplitter()).par(2).to(ProbeSink(Bytes.self)),
            "error par_not_possible 2"),
        Misdeclaration(
            "workers on a fold", ints.count().trigger(each: 1).par(2).to(intSink),
            "error par_not_possible 2"),
        Misdeclaration(
            "workers on asynchronous calls", ints.mapAsync(maxInFlight: 3) { $0 }.par(2).to(intSink),
            "error par_not_possible 2"),
        Misdeclaration(
            "workers on a network stage", bytes.split().par(2).to(ProbeSink(Bytes.self)), "error par_not_possible 2"),
        Misdeclaration("no call", ints.mapAsync(maxInFlight: 0) { $0 }.to(intSink), "error calls_invalid 2"),
        Misdeclaration("no worker for coders", ints.to(intSink).coderPar(0), "error coder_par_invalid 0"),
        Misdeclaration(
            "a key of another type",
            ints.map { $0 }.par(2, order: .key { (text: String) in text }).to(intSink), "error order_key_mismatch 2"),
        Misdeclaration(
            "an order for one worker", ints.map { $0 }.par(1, order: .unordered).to(intSink),
            "warning order_without_par 2"),
        // S-END-3
        Misdeclaration(
            "a limit behind workers that overtake each other",
            ints.map { $0 }.par(2, order: .unordered).map { $0 }.limit(1).to(intSink).limit(2),
            "warning limit_inexact 3", "warning limit_inexact 4"),
        Misdeclaration(
            "a limit on workers that overtake each other",
            ints.map { $0 }.par(2, order: .key { (key: Int) in key }).limit(1).to(intSink), "warning limit_inexact 2"),
    ]

    static let bounds: [Misdeclaration] = [
        Misdeclaration(
            "a limit of nothing", ints.limit(0).to(intSink).limit(-1), "error limit_invalid 1",
            "error limit_invalid 2"),
        Misdeclaration(
            "no room", ints.map { $0 }.buffer(0).to(intSink).buffer(-3), "error buffer_invalid 2",
            "error buffer_invalid 3"),
        Misdeclaration(
            "less room than workers", ints.map { $0 }.par(4).buffer(3).to(intSink),
            "warning buffer_below_par 2"),
        Misdeclaration(
            "a throttle of nothing", ints.throttle(0, per: .seconds(1)).to(intSink),
            "error throttle_invalid 1"),
        Misdeclaration("a throttle in no time", ints.throttle(1, per: .zero).to(intSink), "error throttle_invalid 1"),
        Misdeclaration("no memory", ints.to(intSink).memory(.kibibytes(1023)), "error memory_invalid 0"),
        // S-PLAN-5
        Misdeclaration("a window without room", ints.to(ProbeSink(Int.self, window: 0)), "error window_invalid 2"),
        Misdeclaration(
            "a window that is full before the trigger", ints.to(bufferingSink).trigger(each: 11),
            "warning window_below_trigger 2"),
    ]

    static let triggers: [Misdeclaration] = [
        Misdeclaration("a fold without a trigger", ints.count().to(intSink), "error trigger_missing 2"),
        Misdeclaration(
            "triggers on stages that have none",
            ints.trigger(each: 1).map { $0 }.trigger(every: .zero).to(intSink), "error trigger_not_possible 1",
            "error trigger_not_possible 2"),
        Misdeclaration(
            "triggers that cannot fire",
            ints.fold(into: 0) { $0 += $1 }.trigger(each: 0).trigger(every: .seconds(-1)).to(intSink)
                .trigger(each: -1), "error trigger_invalid 2", "error trigger_invalid 2", "error trigger_invalid 3"),
        Misdeclaration(
            "a trigger that counts the bytes of numbers",
            ints.count().trigger(bytes: 10).to(intSink).trigger(bytes: 10), "error trigger_not_possible 2",
            "error trigger_not_possible 3"),
    ]

    static let errors: [Misdeclaration] = [
        Misdeclaration(
            "no repetition", ints.map { $0 }.onError(.retry(max: 0, backoff: .zero)).to(intSink),
            "error retry_invalid 2"),
        Misdeclaration(
            "a pause in the past",
            ints.map { $0 }.onError(.retry(max: 1, backoff: .seconds(-1), otherwise: .skip)).to(intSink),
            "error retry_invalid 2"),
        Misdeclaration(
            "a repetition in a repetition",
            ints.map { $0 }.onError(
                .retry(max: 1, backoff: .zero, otherwise: .retry(max: 1, backoff: .zero))
            ).to(intSink), "error retry_invalid 2"),
        Misdeclaration(
            "skipping on a root and a splitter",
            chunks.onError(.skip).apply(ProbeSplitter()).onError(.deadLetter(letters)).to(ProbeSink(Bytes.self)),
            "error policy_not_possible 1", "error policy_not_possible 2"),
        Misdeclaration(
            "skipping in a batch",
            ints.mapBatch { (_, _: inout BatchOutput<Int>) in }.onError(.skip).to(intSink),
            "error policy_not_possible 2"),
        Misdeclaration(
            "repeating asynchronous calls",
            ints.mapAsync(maxInFlight: 1) { $0 }.onError(.retry(max: 1, backoff: .zero)).to(intSink),
            "error policy_not_possible 2"),
    ]

    static let states: [Misdeclaration] = [
        Misdeclaration(
            "a durable fold without a name",
            ints.durableFold(into: 0) { $0 += $1 }.trigger(each: 1).to(intSink), "error durable_unnamed 2"),
        Misdeclaration(
            "a durable fold behind workers that overtake each other and a fold",
            ints.map { $0 }.par(2, order: .unordered).count().trigger(each: 1)
                .durableFold(into: 0) { $0 += $1 }.trigger(each: 1).named("sum").to(intSink),
            "error durable_inexact 4", "error durable_inexact 4"),
        Misdeclaration(
            "a durable fold of a source that forgets",
            Pipeline("test").root(ProbeSource(Int.self, resumption: .none))
                .durableFold(into: 0) { $0 += $1 }.trigger(each: 1).named("sum").to(intSink),
            "warning durable_inexact 2"),
        Misdeclaration(
            "two durable folds of one name",
            ints.durableFold(into: 0) { $0 += $1 }.trigger(each: 1).named("sum")
                .durableFold(into: 0) { $0 += $1 }.trigger(each: 1).named("sum").to(intSink),
            "error name_taken 3", "error durable_inexact 3"),
        // S-TRG-2
        Misdeclaration(
            "two durable folds, even with names of their own and stages between",
            ints.durableFold(into: 0) { $0 += $1 }.trigger(each: 1).named("sum").map { $0 }.par(2)
                .durableFold(into: 0) { $0 += $1 }.trigger(each: 1).named("sum of sums").to(intSink),
            "error durable_inexact 4"),
        // S-END-3, S-TRG-2
        Misdeclaration(
            "limits on and behind a durable fold",
            ints.limit(9).durableFold(into: 0) { $0 += $1 }.trigger(each: 1).named("sum").limit(3).map { $0 }.limit(2)
                .to(intSink).limit(1),
            "error durable_inexact 2", "error durable_inexact 3", "error durable_inexact 4"),
        Misdeclaration(
            "more than the sink can promise", ints.to(intSink).require(.exactlyOnce),
            "error guarantee_too_weak 2"),
        Misdeclaration(
            "more than the source can promise",
            Pipeline("test").root(ProbeSource(Int.self, resumption: .none)).to(intSink).require(.atLeastOnce),
            "error guarantee_too_weak 1"),
        Misdeclaration(
            "a coder for nothing",
            ints.to(intSink).coders(CoderRegistry().adding(StatelessCoder(), cost: 0)), "error coder_cost_invalid 0"),
    ]

    static let transactions: [Misdeclaration] = [
        Misdeclaration(
            "transactions without the source", ints.to(transacting).trigger(every: .seconds(1)),
            "error transaction_mismatch 2"),
        Misdeclaration(
            "transactions of somewhere else",
            Pipeline("test").root(ProbeSource(Int.self, resumption: .source, transactionDomain: "there"))
                .to(transacting), "error transaction_mismatch 2"),
        Misdeclaration(
            "a durable fold and triggers that count, in transactions",
            Pipeline("test").root(ProbeSource(Int.self, resumption: .source, transactionDomain: "here"))
                .durableFold(into: 0) { $0 += $1 }.trigger(each: 1).named("sum").to(transacting).trigger(each: 2),
            "error transaction_mismatch 2", "warning durable_inexact 2", "error trigger_not_possible 3"),
        Misdeclaration(
            "dead letters that are safe only at the end, in transactions",
            Pipeline("test").root(ProbeSource(Int.self, resumption: .source, transactionDomain: "here"))
                .map { $0 }.onError(.deadLetter(ProbeSink(DeadLetter.self, confirmation: .close))).to(transacting),
            "error transaction_mismatch 2"),
        Misdeclaration(
            "transactions in intervals",
            Pipeline("test").root(ProbeSource(Int.self, resumption: .source, transactionDomain: "here"))
                .count().trigger(each: 1).to(transacting).trigger(every: .seconds(1)).require(.exactlyOnce)),
    ]

    static let crossings: [Misdeclaration] = [
        Misdeclaration(
            "numbers on the way to other instances without coders", ints.split().to(intSink), "error coder_missing 2",
            "error coder_missing 3"),
        Misdeclaration(
            "a split behind a split", bytes.split().map { $0 }.split().to(ProbeSink(Bytes.self)),
            "error network_stage 4"),
        Misdeclaration("a merge of nothing", bytes.merge().to(ProbeSink(Bytes.self)), "error network_stage 2"),
        Misdeclaration(
            "two merges of one split", bytes.split().merge().mergeOrdered().to(ProbeSink(Bytes.self)),
            "error network_stage 4"),
        Misdeclaration(
            "a limit that each instance would count for itself",
            bytes.split().map { $0 }.limit(3).merge().to(ProbeSink(Bytes.self)), "error network_stage 3"),
        Misdeclaration(
            "a limit on a split",
            bytes.split().limit(3).map { $0 }.merge().to(ProbeSink(Bytes.self)), "error network_stage 2"),
        Misdeclaration(
            "a fold before an ordered merge",
            bytes.split().fold(into: Bytes()) { $0 = $1 }.trigger(each: 1).mergeOrdered().to(ProbeSink(Bytes.self)),
            "error network_stage 3"),
        Misdeclaration(
            "workers without order before an ordered merge",
            bytes.split().map { $0 }.par(2, order: .unordered).mergeOrdered().to(ProbeSink(Bytes.self)),
            "error network_stage 3"),
        Misdeclaration(
            "the order of all behind a split by key",
            bytes.split { $0 }.map { $0 }.mergeOrdered().to(ProbeSink(Bytes.self)), "error network_stage 4"),
        Misdeclaration(
            "keys of what has no coders", ints.split { "\($0)" }.map { $0 }.merge().to(intSink),
            "error coder_missing 2", "error coder_missing 3", "error coder_missing 4", "error coder_missing 5"),
        Misdeclaration(
            "both before a merge without order",
            bytes.split().map { $0 }.par(2, order: .unordered).fold(into: Bytes()) { $0 = $1 }.trigger(each: 1).merge()
                .to(ProbeSink(Bytes.self))),
    ]

    static let sound: [Misdeclaration] = [
        Misdeclaration(
            "the least of everything",
            ints.limit(1).throttle(1, per: .nanoseconds(1)).map { $0 }.par(1).buffer(1)
                .onError(.retry(max: 1, backoff: .zero, otherwise: .skip))
                .mapAsync(maxInFlight: 1) { $0 }.onError(.skip)
                .count().trigger(each: 1).onError(.skip).to(bufferingSink).trigger(each: 10).limit(1).buffer(1)
                .coderPar(1).memory(.mebibytes(1)).require(.atLeastOnce)),
        Misdeclaration(
            "bytes that can be counted",
            Pipeline("test").root(ProbeSource(String.self)).count().trigger(bytes: 1).to(intSink)),
        Misdeclaration(
            "keys of what enters",
            ints.map { "\($0)" }.par(2, order: .key { (number: Int) in number }).to(ProbeSink(String.self))),
        Misdeclaration(
            "the policy that holds anyway",
            ints.onError(.fail).mapBatch { (_, _: inout BatchOutput<Int>) in }.onError(.fail).to(intSink)),
        Misdeclaration(
            "splitters behind the source",
            chunks.buffer(4).apply(ProbeSplitter()).limit(2).to(ProbeSink(Bytes.self))),
        Misdeclaration(
            "a durable fold with a name",
            ints.map { $0 }.par(2).limit(9).durableFold(into: 0) { $0 += $1 }.trigger(each: 1).named("sum").to(intSink)),
        Misdeclaration(
            "network stages, for the plan alone",
            bytes.split().map { $0 }.par(2).mergeOrdered().limit(7).to(ProbeSink(Bytes.self))),
    ]

    @Test(
        "Every mistake is found, with its stage and place",
        arguments: chains + workers + bounds + triggers + errors + states + transactions + crossings + sound)
    func findsMistakes(_ case: Misdeclaration) {
        let found = findings(of: `case`.pipeline)
        #expect(found.map { "\($0.severity) \($0.code) \($0.number)" } == `case`.expected)
        for finding in found {
            #expect(finding.location?.fileID == "ConnectTests/PlanRuleTests.swift")
            #expect((finding.location?.line ?? 0) > 1)
            #expect(!finding.found.isEmpty && !finding.found.hasSuffix("."))
            #expect(finding.remedy.hasSuffix("."))
            #expect(!finding.description.contains("\n"))
        }
    }

    @Test("A pipeline with nothing but warnings can be run")
    func warnsOnly() throws {
        let plan = try ints.map { $0 }.par(4).buffer(3).to(intSink).plan()
        #expect(plan.warnings.map(\.code) == [.bufferBelowPar])
        #expect(plan.description.contains("[buffer_below_par]"))
    }

    // S-END-3
    @Test("The plan says that a restart may repeat a window where a limit stands behind workers without order")
    func tellsRepetitions() throws {
        for order in [OrderScope.unordered, .key { (key: Int) in key }] {
            let plan = try ints.map { $0 }.par(2, order: order).limit(1).to(intSink).plan()
            #expect(plan.warnings.map { $0.found.contains("a restart repeats up to one window") } == [true])
        }
    }

    // S-PLAN-4, C03
    @Test("A network stage is refused where one process is to run it")
    func refusesNetworkStages() throws {
        let plan = try bytes.split().map { $0 }.merge().named("gather").to(ProbeSink(Bytes.self)).plan()
        let error = #expect(throws: PlanError.self) { try plan.requireSingleProcess() }
        #expect(error?.findings.map(\.stage) == ["split-2", "gather"])
        #expect(error?.findings.map(\.code) == [.networkStage, .networkStage])
        try ints.to(intSink).plan().requireSingleProcess()
    }

    // G09, G11, S-DEC-3: everything at once, in words that say how to mend it.
    @Test("All mistakes of a pipeline are told at once, in the order of the stages")
    func tellsAllAtOnce() {
        let coders = CoderRegistry().adding(StatelessCoder())
            .adding(ProbeCoder("XML-DECODE", Bytes.self, ProbeDocument.self))
            .adding(ProbeCoder("HTML-DECODE", Bytes.self, ProbeDocument.self))
        let line = #line + 2
        let pipeline = Pipeline("shout")
            .root(ProbeSource(Bytes.self, kind: "ListSource")).par(4)
            .as(ProbeDocument.self)
            .map { _ in 1 }.limit(0)
            .count()
            .to(ProbeSink(String.self))
            .coders(coders)
        let error = #expect(throws: PlanError.self) { try pipeline.plan() }
        let place = "ConnectTests/PlanRuleTests.swift"
        #expect(
            error?.description == """
                pipeline "shout" cannot be run, it has 5 mistakes:
                  \(place):\(line): error: stage 1 "ListSource" has .par(4), but a source is read by one worker \
                [par_not_possible]
                      Take .par away here and put it on stages that look at each element for itself, such as map, filter,
                      flatMap and coders.
                  \(place):\(line + 1): error: stage 2 "as-2" asks for XML.Document and gets Bytes, and 2 ways through \
                the coders cost the same (1): XML-DECODE; HTML-DECODE [coder_ambiguous]
                      Say which one: for the first, write .as(XML.Document.self, via: …) with the coder XML-DECODE instead; or
                      register those that are not meant with a higher cost, as in .adding(coder, cost: 2).
                  \(place):\(line + 2): error: stage 3 "map-3" has .limit(0), so nothing would come out of it \
                [limit_invalid]
                      Say how many elements may leave it, at least 1, or take .limit away.
                  \(place):\(line + 3): error: stage 4 "count-4" is a fold without a trigger, so it does not know when \
                to emit [trigger_missing]
                      Put .trigger(each: 1000), .trigger(every: .seconds(1)) or both behind it.
                  \(place):\(line + 4): error: stage 5 "ProbeSink" takes String, but it gets Int and no coders lead \
                from there to String [coder_missing]
                      Coders that take Int: none; that give String: STRING-DECODE (from Bytes). Add the missing one with
                      .coders(…) on the pipeline, convert with .map { … }, or name a coder with .as(String.self, via: …).
                """)
    }
}
