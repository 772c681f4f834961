import Testing

@testable import Connect

private struct A: Sendable {}
private struct B: Sendable {}
private struct C: Sendable {}
private struct D: Sendable {}
private struct E: Sendable {}

/// A search in words: coders as `A>B` or `A>B:3` with a cost, and the way that must be found from A to E.
struct SearchCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let coders: String
    let expected: String

    init(_ description: String, _ coders: String, _ expected: String) {
        testDescription = description
        self.coders = coders
        self.expected = expected
    }

    private static let types: [Substring: any Sendable.Type] = [
        "A": A.self, "B": B.self, "C": C.self, "D": D.self, "E": E.self, "any": (any Sendable).self,
        "E?": E?.self, "[E]": [E].self,
    ]

    var registry: CoderRegistry {
        coders.split(separator: " ").reduce(CoderRegistry()) { registry, text in
            let parts = text.split(separator: ":")
            let ends = parts[0].split(separator: ">")
            guard let input = Self.types[ends[0]], let output = Self.types[ends[1]] else { return registry }
            return adding(input, output, to: registry, cost: parts.count > 1 ? Int(parts[1]) ?? 0 : 1)
        }
    }

    private func adding<Input: Sendable, Output: Sendable>(
        _ input: Input.Type, _ output: Output.Type, to registry: CoderRegistry, cost: Int
    ) -> CoderRegistry {
        registry.adding(ProbeCoder("\(input)>\(output)", input, output), cost: cost)
    }

    var outcome: String {
        switch CoderSearch(registry).path(from: ElementType(A.self), to: ElementType(E.self)) {
        case .path(let entries): return entries.map(\.name).joined(separator: " ")
        case .none: return "none"
        case .ambiguous(let shown, let isComplete, let cost):
            let ways = shown.map { $0.map(\.name).joined(separator: " ") }.joined(separator: " | ")
            return "\(cost): \(ways)\(isComplete ? "" : " | …")"
        }
    }
}

// S-PLAN-2, G26
@Suite("How a plan finds coders")
struct PlanCoderTests {
    static let searches: [SearchCase] = [
        SearchCase("no coders", "", "none"),
        SearchCase("one coder", "A>E", "A>E"),
        SearchCase("a chain of coders", "C>E A>B B>C", "A>B B>C C>E"),
        SearchCase("the shortest of several ways", "A>B B>C C>E A>D D>E", "A>D D>E"),
        SearchCase("the direct way beats a detour", "A>B B>E A>E", "A>E"),
        SearchCase("the cheapest, though it is longer", "A>E:4 A>B B>C C>E", "A>B B>C C>E"),
        SearchCase("the dear way, where there is no other", "A>E:1000", "A>E"),
        // D11: the first branch starts well and ends nowhere.
        SearchCase("a dead end is left again", "A>B B>C A>D D>E", "A>D D>E"),
        SearchCase("a dead end alone leads nowhere", "A>B B>C C>D", "none"),
        SearchCase("a circle is no way", "A>B B>A", "none"),
        SearchCase("a circle beside the way does no harm", "A>B B>A B>C C>B C>E", "A>B B>C C>E"),
        SearchCase("a coder against the direction does not count", "E>A", "none"),
        // D12: a coder of anything is used for nothing unless that is the very type asked for.
        SearchCase("a coder that takes anything is not used", "any>E", "none"),
        SearchCase("an exact coder beside one that takes anything", "any>E A>E", "A>E"),
        SearchCase("optionals and arrays are other types", "A>E? A>[E]", "none"),
        SearchCase("two equal coders", "A>E A>E", "1: A>E | A>E"),
        SearchCase("two ways of equal length", "A>B B>E A>C C>E", "2: A>B B>E | A>C C>E"),
        SearchCase("a cost settles it", "A>B B>E A>C:2 C>E", "A>B B>E"),
        SearchCase("equal costs of unequal lengths", "A>E:2 A>B B>E", "2: A>E | A>B B>E"),
        SearchCase("only the cheapest ways are listed", "A>B B>E A>C C>E A>D:2 D>E", "2: A>B B>E | A>C C>E"),
        SearchCase(
            "very many ways are cut short",
            "A>B A>B A>B B>C B>C B>C C>E C>E C>E",
            "3: " + Array(repeating: "A>B B>C C>E", count: 8).joined(separator: " | ") + " | …"),
        SearchCase("costs beyond counting", "A>B:9223372036854775807 B>E:9223372036854775807", "A>B B>E"),
    ]

    @Test("The cheapest way is taken, and several are none", arguments: searches)
    func finds(_ search: SearchCase) {
        #expect(search.outcome == search.expected)
    }

    @Test("A coder that is registered twice is one coder, unless two of its kind can differ")
    func countsOnce() throws {
        let twice = CoderRegistry().adding(StatelessCoder()) + CoderRegistry().adding(StatelessCoder())
        let bytes = Pipeline("test").root(ProbeSource(Bytes.self)).to(ProbeSink(String.self))
        #expect(
            try bytes.coders(twice).plan().withCoders.map(\.name) == ["ProbeSource", "STRING-DECODE-2", "ProbeSink"])
    }

    private static let coders = CoderRegistry().adding(StatelessCoder())
        .adding(ProbeCoder("PARSE", String.self, A.self)).adding(ProbeCoder("FORMAT", A.self, Bytes.self))
    private let bytes = Pipeline("test").root(ProbeSource(Bytes.self))

    private func coderStages(_ pipeline: Pipeline) throws -> [PlannedStage] {
        try pipeline.coders(Self.coders).plan().withCoders.filter { $0.injectedBecause != nil }
    }

    @Test("Coders stand before transforms, sinks and behind .as, each with its reason")
    func injects() throws {
        let plan = try bytes.apply(ProbeTransform("CHECK", A.self, A.self)).as(Bytes.self)
            .to(ProbeSink(String.self)).coders(Self.coders).plan()
        #expect(plan.declared.map(\.name) == ["ProbeSource", "CHECK-2", "as-3", "ProbeSink"])
        #expect(
            plan.withCoders.map(\.name) == [
                "ProbeSource", "STRING-DECODE-2", "PARSE-2", "CHECK-2", "FORMAT-3", "STRING-DECODE-4", "ProbeSink",
            ])
        #expect(plan.withCoders.map(\.number) == Array(1...7))
        #expect(
            plan.withCoders.compactMap(\.injectedBecause)
                == [
                    "stage 2 \"CHECK-2\" takes probe.A", "stage 2 \"CHECK-2\" takes probe.A",
                    "stage 3 \"as-3\" asks for Bytes",
                    "stage 4 \"ProbeSink\" takes String",
                ].map { $0.replacing("probe.A", with: "A") })
    }

    @Test("Conversions in a row are each for itself")
    func convertsEach() throws {
        // The direct way from A to A does not exist; asked for step by step it is found.
        let stages = try coderStages(bytes.as(A.self).as(Bytes.self).as(A.self).to(ProbeSink(A.self)))
        #expect(stages.map(\.kind) == ["STRING-DECODE", "PARSE", "FORMAT", "STRING-DECODE", "PARSE"])
    }

    // S-PLAN-2, G12
    @Test("Coders run on as many workers as the stage they serve, or on coderPar")
    func placesCoders() throws {
        let transform = ProbeTransform("CHECK", A.self, A.self)
        let serving = bytes.apply(transform).par(4).to(ProbeSink(A.self))
        #expect(try coderStages(serving).map(\.par) == [4, 4])
        #expect(try coderStages(serving.coderPar(3)).map(\.par) == [3, 3])
        #expect(try coderStages(serving.coderPar(1)).map(\.par) == [1, 1])
        #expect(try coderStages(bytes.to(ProbeSink(A.self))).map(\.par) == [1, 1])
        #expect(try coderStages(bytes.as(A.self).map { $0 }.par(5).to(ProbeSink(A.self))).map(\.par) == [5, 5])
        let leaving = Pipeline("test").root(ProbeSource(A.self)).map { $0 }.par(3)
        #expect(try coderStages(leaving.to(ProbeSink(Bytes.self))).map(\.par) == [3])
        #expect(try coderStages(leaving.limit(9).to(ProbeSink(Bytes.self))).map(\.par) == [1])
        #expect(try coderStages(leaving.to(ProbeSink(Bytes.self)).coderPar(1)).map(\.par) == [1])
        let asked = bytes.as(A.self).par(2, order: .unordered).map { $0 }.par(5).to(ProbeSink(A.self)).coderPar(3)
        #expect(try coderStages(asked).map(\.par) == [2, 2])
        #expect(try coderStages(asked).map(\.settings.order.description) == ["unordered", "total"])
    }

    @Test("What is set on .as holds for its coders: at the entry for the first, at the exit for the last")
    func handsDownSettings() throws {
        let stages = try coderStages(
            bytes.as(A.self).named("parse").buffer(7).limit(9).throttle(1, per: .seconds(1)).onError(.skip)
                .to(ProbeSink(A.self)))
        #expect(stages.map(\.name) == ["STRING-DECODE-2", "parse"])
        #expect(stages.map(\.settings.buffer) == [7, nil])
        #expect(stages.map(\.settings.limit) == [nil, 9])
        #expect(stages.map { $0.settings.throttle?.count } == [nil, 1])
        #expect(stages.map { $0.settings.policy?.description } == ["skip", "skip"])
    }

    @Test("A coder that is named needs no registry")
    func takesNamedCoders() throws {
        let plan = try bytes.as(A.self, via: ProbeCoder("MINE", Bytes.self, A.self)).par(2).to(ProbeSink(A.self)).plan()
        #expect(plan.withCoders.map(\.name) == ["ProbeSource", "MINE-2", "ProbeSink"])
        #expect(plan.withCoders[1].injectedBecause == nil)
    }

    @Test("Where no coder leads, the coders that start and end there are told")
    func tellsDeadEnds() {
        let found = findings(of: bytes.to(ProbeSink(B.self)).coders(Self.coders))
        #expect(found.map(\.found) == ["takes B, but it gets Bytes and no coders lead from there to B"])
        #expect(
            found.first?.remedy.hasPrefix("Coders that take Bytes: STRING-DECODE (to String); that give B: none.")
                == true)
        #expect(findings(of: bytes.to(ProbeSink(B.self))).first?.remedy.hasPrefix("No coders were given") == true)
    }

    @Test("An ambiguity is told with the step at which the ways part")
    func tellsForks() {
        let more = Self.coders.adding(ProbeCoder("READ", String.self, A.self))
        let implicit = findings(of: bytes.to(ProbeSink(A.self)).coders(more))
        #expect(implicit.map(\.stage) == ["ProbeSink"])
        #expect(implicit.first?.found.hasSuffix("STRING-DECODE >> PARSE; STRING-DECODE >> READ") == true)
        #expect(
            implicit.first?.remedy.hasPrefix(
                "Say which one: for the first, put .as(String.self).as(A.self, via: …) with the coder PARSE before it;")
                == true)
        let asked = findings(of: bytes.as(A.self).to(ProbeSink(A.self)).coders(more))
        #expect(asked.map(\.stage) == ["as-2"])
        #expect(asked.first?.remedy.contains("with the coder PARSE instead;") == true)
    }
}
