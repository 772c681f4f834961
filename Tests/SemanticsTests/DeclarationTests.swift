import Connect
import ConnectTesting
import Testing

@Suite struct DeclarationTests {
    // S-DEC-1
    @Test func `A modifier returns another stage and leaves the one it was given as it is`() throws {
        let stage = Pipeline("modifiers").root(ListSource(0..<10)).map { $0 + 1 }
        let parallel = stage.par(4)
        #expect(try !stage.to(NullSink()).plan().description.contains("par 4"))
        #expect(try parallel.to(NullSink()).plan().description.contains("par 4"))
    }

    // S-DEC-1, D5
    @Test func `One pipeline run twice at once gives two independent runs, also of its fold`() async throws {
        let sink = CollectSink<Int>()
        let pipeline = Pipeline("twice").root(ListSource(1...100)).fold(into: 0) { $0 += $1 }.trigger(each: 100).to(
            sink)
        async let first = pipeline.run(.quiet())
        async let second = pipeline.run(.quiet())
        _ = try await (first, second)
        _ = try await pipeline.run(.quiet())
        #expect(sink.elements == [5050, 5050, 5050])
    }

    // S-DEC-1
    @Test func `Declaring and planning open nothing and start nothing`() throws {
        let source = ScriptedSource<Int>([.elements([1])])
        let sink = RecordingSink<Int>()
        let made = Shared(0)
        let pipeline = Pipeline("nothing").root(source).map(perWorker: {
            made.change { $0 += 1 }
            return { (element: Int) in element }
        }).par(2).to(sink)
        _ = try pipeline.plan().description
        #expect(source.log.starts.isEmpty && sink.log.entries.isEmpty && made.value == 0)
    }

    // S-DEC-2
    @Test func `Where types differ the coders are found and used, asked for or not`() throws {
        let coders = CoderRegistry().adding(ToText()).adding(ToNumber())
        for isAskedFor in [true, false] {
            let sink = CollectSink<Double>()
            let texts = Pipeline("coders").root(ListSource(1...3)).map { $0 }
            let pipeline = isAskedFor ? texts.as(String.self).as(Double.self).to(sink) : texts.to(sink)
            try simulate { _ in pipeline.coders(coders) }
            #expect(sink.elements == [1, 2, 3])
        }
    }

    // S-DEC-2
    @Test func `A chain of twenty stages type-checks where each is anchored`() async throws {
        let sink = CollectSink<Double>()
        try await Pipeline("long").root(ListSource(0..<3))
            .map(to: Double.self) { Double($0) }.map(to: Int.self) { Int($0) + 1 }
            .map(to: Double.self) { Double($0) }.map(to: Int.self) { Int($0) + 1 }
            .map(to: Double.self) { Double($0) }.map(to: Int.self) { Int($0) + 1 }
            .map(to: Double.self) { Double($0) }.map(to: Int.self) { Int($0) + 1 }
            .map(to: Double.self) { Double($0) }.map(to: Int.self) { Int($0) + 1 }
            .map(to: Double.self) { Double($0) }.map(to: Int.self) { Int($0) + 1 }
            .map(to: Double.self) { Double($0) }.map(to: Int.self) { Int($0) + 1 }
            .map(to: Double.self) { Double($0) }.map(to: Int.self) { Int($0) + 1 }
            .map(to: Double.self) { Double($0) }.map(to: Int.self) { Int($0) + 1 }
            .map(to: Double.self) { Double($0) }.map(to: Double.self) { $0 / 2 }
            .to(sink).run(.quiet())
        #expect(sink.elements == [4.5, 5, 5.5])
    }

    struct Mistake: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let words: [String]
        let declare: @Sendable (Def<Int>, RecordingSink<Int>) -> Pipeline
    }

    static let mistakes = [
        Mistake(testDescription: "limit(0)", words: ["stage 2 \"map-2\"", ".limit(0)", "at least 1"]) {
            $0.map { $0 }.limit(0).to($1)
        },
        Mistake(testDescription: "limit(-1)", words: ["stage 1 \"numbers\"", ".limit(-1)"]) { $0.limit(-1).to($1) },
        Mistake(testDescription: "limit(Int.min)", words: [".limit(\(Int.min))"]) { $0.to($1).limit(.min) },
        Mistake(testDescription: "buffer(0)", words: [".buffer(0)", "at least 1"]) { $0.map { $0 }.buffer(0).to($1) },
        Mistake(testDescription: "buffer(-1)", words: [".buffer(-1)"]) { $0.to($1).buffer(-1) },
        Mistake(testDescription: "par(0)", words: [".par(0)"]) { $0.map { $0 }.par(0).to($1) },
        Mistake(testDescription: "par on a root", words: ["stage 1 \"numbers\"", ".par(3)"]) { $0.par(3).to($1) },
        Mistake(testDescription: "a fold without a trigger", words: ["count-2", "trigger"]) { $0.count().to($1) },
        Mistake(testDescription: "no sink", words: ["sink"]) { _, _ in Pipeline("mistake") },
        Mistake(testDescription: "names given twice", words: ["\"same\""]) {
            $0.map { $0 }.named("same").map { $0 }.named("same").to($1)
        },
        // S-PLAN-4, C03
        Mistake(testDescription: "a network stage", words: ["\"split-3\"", "network"]) {
            $0.map { Bytes("\($0)") }.split().map { $0.count }.to($1)
        },
        Mistake(testDescription: "several", words: [".limit(0)", ".par(0)", ".buffer(0)", "trigger"]) {
            $0.limit(0).map { $0 }.par(0).count().to($1).buffer(0)
        },
    ]

    // S-DEC-3, S-PLAN-4, C03, cases 37, 47
    @Test("A mistake is an error of the plan, before anything is opened, and never a trap", arguments: mistakes)
    func refuses(_ mistake: Mistake) async throws {
        let source = ScriptedSource<Int>([.elements([1])])
        let sink = RecordingSink<Int>()
        let pipeline = mistake.declare(Pipeline("mistake").root(source).named("numbers"), sink)
        let error = await #expect(throws: PlanError.self) { try await pipeline.run(.quiet()) }
        for word in mistake.words { #expect(error?.description.contains(word) == true, "\(error as Any)") }
        #expect(source.log.starts.isEmpty && sink.log.entries.isEmpty, "something was opened")
    }

    // Case 37
    @Test func `The largest limit works`() throws {
        let sink = CollectSink<Int>()
        let report = try simulate { _ in
            Pipeline("largest").root(ListSource(0..<50)).limit(.max).map { $0 }.par(2).limit(.max).to(sink).limit(.max)
        }
        #expect(sink.elements == Array(0..<50))
        #expect(report.offset == 50)
    }
}

/// Writes numbers as text.
private struct ToText: Coder {
    var name: String { "TO-TEXT" }

    func makeInstance() throws -> Instance { Instance() }

    struct Instance: CoderInstance {
        mutating func convert(_ input: Int) throws -> String { "\(input)" }
    }
}

/// Reads numbers from text.
private struct ToNumber: Coder {
    var name: String { "TO-NUMBER" }

    func makeInstance() throws -> Instance { Instance() }

    struct Instance: CoderInstance {
        mutating func convert(_ input: String) throws -> Double { Double(input) ?? .nan }
    }
}
