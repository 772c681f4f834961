import Testing

@testable import Connect

/// A pipeline, and what the plan must promise of it: guarantee and the stage to blame, order and the stage to blame.
struct PromiseCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let pipeline: Pipeline
    let delivery: String
    let order: String

    init(_ description: String, _ pipeline: Pipeline, _ delivery: String, _ order: String = "total") {
        testDescription = description
        self.pipeline = pipeline
        self.delivery = delivery
        self.order = order
    }
}

private func root(_ resumption: SourceDescriptor.Resumption = .checkpointStore) -> Def<Int> {
    Pipeline("test").root(ProbeSource(Int.self, resumption: resumption))
}

private func transactional() -> Def<Int> {
    Pipeline("test").root(ProbeSource(Int.self, resumption: .source, transactionDomain: "here"))
}

private let bytes = Pipeline("test").root(ProbeSource(Bytes.self))
private let sink = ProbeSink(Int.self)
private let transacting = ProbeSink(Int.self, confirmation: .flush, transactionDomain: "here")
private let exact = ProbeSink(Int.self, isExactlyOnce: true)

// S-PLAN-3
@Suite("What a plan promises")
struct PlanPromiseTests {
    static let cases: [PromiseCase] = [
        PromiseCase("positions and a plain sink", root().to(sink), "at-least-once ProbeSink"),
        PromiseCase("a source with positions of its own", root(.source).to(exact), "at-least-once ProbeSource"),
        PromiseCase("a source that forgets", root(.none).to(exact), "at-most-once ProbeSource"),
        PromiseCase("positions beside the output", root().map { $0 }.par(3).limit(4).to(exact), "exactly-once"),
        PromiseCase(
            "a fold before a sink that keeps positions", root().count().trigger(each: 1).to(exact),
            "at-least-once count-2"),
        PromiseCase(
            "no order", root().map { $0 }.par(3, order: .unordered).to(exact), "at-least-once map-2", "none map-2"),
        PromiseCase(
            "order per key", root().map { $0 }.par(3, order: .key { (key: Int) in key }).to(exact),
            "at-least-once map-2", "per key map-2"),
        PromiseCase(
            "no order behind order per key",
            root().map { $0 }.par(3, order: .key { (key: Int) in key }).map { $0 }.par(3, order: .unordered).to(sink),
            "at-least-once ProbeSink", "none map-3"),
        PromiseCase(
            "a split by key", bytes.split { $0 }.map { $0 }.merge().to(ProbeSink(Bytes.self)),
            "at-least-once ProbeSink", "per key splitBy-2"),
        PromiseCase(
            "a split by key, and one without", bytes.split { $0 }.merge().split().merge().to(ProbeSink(Bytes.self)),
            "at-least-once ProbeSink", "none merge-5"),
        PromiseCase("positions in the transactions of the sink", transactional().to(transacting), "exactly-once"),
        PromiseCase(
            "any stages before transactions",
            transactional().map { $0 }.par(3, order: .unordered).count().trigger(each: 2).limit(3).to(transacting),
            "at-least-once map-2", "none map-2"),
        PromiseCase(
            "a fold behind workers that overtake each other, before transactions",
            transactional().limit(3).map { $0 }.par(3, order: .unordered).count().trigger(each: 2).to(transacting),
            "exactly-once", "none map-2"),
        PromiseCase("a transactional source and a plain sink", transactional().to(sink), "at-least-once ProbeSink"),
        PromiseCase(
            "one worker keeps the order anyway", root().map { $0 }.par(1, order: .unordered).to(exact), "exactly-once"),
    ]

    @Test("The guarantee and the order are those of the weakest stage", arguments: cases)
    func promises(_ case: PromiseCase) throws {
        let plan = try `case`.pipeline.plan()
        let delivery = [plan.guarantee.description, plan.promise.delivery.stage?.name]
        #expect(delivery.compactMap(\.self).joined(separator: " ") == `case`.delivery)
        let order = [plan.order.description, plan.promise.order.stage?.name]
        #expect(order.compactMap(\.self).joined(separator: " ") == `case`.order)
    }

    @Test("What is required and promised is accepted, what is not names the weakest stage", arguments: cases)
    func requires(_ case: PromiseCase) throws {
        let promised = try `case`.pipeline.plan().guarantee
        for requirement in [DeliveryGuarantee.atMostOnce, .atLeastOnce, .exactlyOnce] {
            let found = findings(of: `case`.pipeline.require(requirement)).filter { $0.severity == .error }
            #expect(found.isEmpty == (requirement <= promised))
            for finding in found {
                #expect(finding.code == .guaranteeTooWeak)
                #expect(finding.stage == `case`.delivery.split(separator: " ").last.map(String.init))
            }
        }
    }

    // S-TRG-2
    @Test("It is told which states survive a restart")
    func tellsStates() throws {
        let plan = try root().durableFold(into: 0) { $0 += $1 }.trigger(each: 1).named("sum")
            .count().trigger(each: 1).to(sink).plan()
        #expect(plan.promise.states.map(\.stage) == ["sum", "count-3"])
        #expect(plan.promise.states.map(\.isDurable) == [true, false])
        #expect(plan.description.contains("state      of \"sum\" is kept with the checkpoint"))
        #expect(plan.description.contains("of \"count-3\" starts anew after a restart"))
    }

    @Test("The plan says how transactions treat folds, and that the positions go with the output")
    func tellsTransactions() throws {
        let plan = try transactional().count().trigger(each: 5).to(transacting).plan()
        let text = plan.description.split { $0 == "\n" || $0 == " " }.joined(separator: " ")
        #expect(
            text.contains(
                "exactly-once: the sink \"ProbeSink\" commits the positions of the source \"ProbeSource\" in the"))
        #expect(text.contains("of \"count-2\" starts anew after a restart, and goes back to the last transaction"))
        #expect(text.contains("emits before each transaction too"))
        #expect(!plan.commitsOnlyAtEnd)
        let endless = Pipeline("test").root(
            ProbeSource(Int.self, isBounded: false, resumption: .source, transactionDomain: "here"))
        #expect(try endless.to(transacting).plan().withCoders.last?.settings.triggers == Triggers())
    }

    @Test("Dead letters have a path of their own, which is never exactly once")
    func tellsDeadLetters() throws {
        let letters = ErrorPolicy.deadLetter(ProbeSink(DeadLetter.self, kind: "FileSink"))
        let plan = try root().map { $0 }.onError(letters).to(exact).plan()
        #expect(plan.guarantee == .exactlyOnce)
        #expect(plan.promise.deadLetters.map(\.guarantee) == [.atLeastOnce])
        #expect(plan.description.contains("dead letters of \"map-2\", 1 thread: FileSink"))
    }

    // S-TRG-1
    @Test("A sink that holds back gets a trigger where the source never ends, and none of its own")
    func setsTriggers() throws {
        func triggers(
            isBounded: Bool, _ confirmation: SinkDescriptor.Confirmation, each: Int? = nil
        ) throws -> Triggers? {
            var pipeline = Pipeline("test").root(ProbeSource(Int.self, isBounded: isBounded))
                .to(ProbeSink(Int.self, confirmation: confirmation))
            if let each { pipeline = pipeline.trigger(each: each) }
            let plan = try pipeline.plan()
            #expect(plan.declared.last?.settings.triggers == Triggers(each: each))
            #expect(plan.description.contains("trigger by default") == (plan.withCoders.last?.notes.isEmpty == false))
            return plan.withCoders.last?.settings.triggers
        }
        #expect(try triggers(isBounded: false, .flush) == Triggers(every: .seconds(1)))
        #expect(try triggers(isBounded: false, .acknowledgement) == Triggers(every: .seconds(1)))
        #expect(try triggers(isBounded: false, .write) == Triggers())
        #expect(try triggers(isBounded: true, .flush) == Triggers())
        #expect(try triggers(isBounded: false, .flush, each: 5) == Triggers(each: 5))
    }
}
