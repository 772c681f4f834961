import Connect
import ConnectCatalog
import ConnectTesting
import Testing

@Suite("Stages that remember")
struct FoldStageTests {
    private static func numbers(_ range: Range<Int>) -> [Bytes] { range.map { Bytes("\($0)") } }

    @Test("count gives the number at the end, and with a trigger before")
    func count() throws {
        #expect(try through("count", over: Self.numbers(0..<5)) == ["5"])
        #expect(try through("count:trigger=2", over: Self.numbers(0..<5)) == ["2", "4", "5"])
        #expect(try through("count:trigger=2,name=tally", "upper", over: Self.numbers(0..<4)) == ["2", "4"])
        #expect(try through(["lines", "count"], over: stream("a\nb\n")) == ["2"])
    }

    @Test(
        "count of nothing is 0, once, at the end",
        arguments: [
            ["count"], ["count:trigger=1"], ["count:trigger=1s"], ["count:limit=1"], ["count:buffer=1", "upper:par=3"],
            ["upper:par=2", "count", "upper:buffer=1"], ["count:trigger=1s,limit=2"],
        ])
    func countOfNothing(_ stages: [String]) throws {
        #expect(try through(stages, over: .bytes([])) == ["0"])
        #expect(try through(["lines"] + stages, over: stream("")) == ["0"])
        #expect(try through(["grep:x"] + stages, over: .bytes(["a", "b"])) == ["0"])
        #expect(try through(["text:onError=skip"] + stages, over: .bytes([Bytes([0xFF])])) == ["0"])
        #expect(try through(["count:name=first"] + stages, over: .bytes([])) == ["1"])
    }

    @Test("count of nothing is 0 where a source without end is stopped, and nothing after an error")
    func countOfNothingWithoutEnd() throws {
        let silent = Words(.generated(count: nil, rate: 10))
        _ = try SeededScheduler.run(seed: 1) { scheduler in
            var options = RunOptions.quiet(on: scheduler)
            options.stopAfter = .seconds(2)
            return try PipelineRun(try silent.pipeline(["grep:x", "count"]), options).wait()
        }
        #expect(silent.sink.elements == ["0"])
        for stages in [["count"], ["text", "count"], ["text", "count:buffer=1", "upper:par=2"]] {
            let words = Words(.bytes([Bytes([0xFF])]))
            let source = stages.count == 1 ? "file:/nowhere/at/all" : "memory:"
            #expect(throws: PipelineError.self) { try words.run(stages, from: source) }
            #expect(words.sink.elements == [])
        }
    }

    @Test("count says each second what it has, while it changes")
    func countEachSecond() throws {
        let output = try through(["count:trigger=1s"], over: .generated(count: 30, rate: 10))
        #expect(output.count == 3 || output.count == 4)
        #expect(output.last == "30")
    }

    @Test("count of a source that never ends says each second what it has, or as it is told")
    func countWithoutEnd() throws {
        let words = Words(.generated(count: nil, rate: 10))
        let time = try words.run(["count"]) { $0.limit = 3 }
        #expect(time >= .seconds(3) && time < .seconds(5))
        #expect(words.sink.elements.count == 3)
        let slow = Words(.generated(count: nil, rate: 10))
        #expect(try slow.run(["count:trigger=10s"]) { $0.limit = 2 } >= .seconds(20))
    }

    @Test(
        "join makes one message of several",
        arguments: [
            Row("join:2", over: numbers(0..<5), gives: ["0\n1", "2\n3", "4"]),
            Row("join:count=3,separator=", over: numbers(0..<6), gives: ["012", "345"]),
            Row("join:separator=\\,", over: numbers(0..<3), gives: ["0,1,2"]),
            Row("join:separator=;,trigger=2", over: numbers(0..<3), gives: ["0;1", "2"]),
            Row("join:1", over: ["", "a"], gives: ["", "a"]),
            Row("join:separator=;", over: ["", "", "a"], gives: [";;a"]),
            Row("join:2", over: [], gives: []),
            Row("join:count=2,separator=;", "split:;", over: numbers(0..<5), gives: numbers(0..<5)),
        ])
    func join(_ row: Row) throws { try row.check() }

    @Test("join gives what is there after a time")
    func joinEverySecond() throws {
        let output = try through(["join:every=1s,separator=;"], over: .generated(count: 30, rate: 10))
        #expect(output.count == 3 || output.count == 4)
        #expect(output.flatMap { $0.description.split(separator: ";") } == (0..<30).map { "\($0)" })
    }

    @Test("join is bounded")
    func joinIsBounded() throws {
        #expect(try through("join:maxBytes=3", over: ["a", "b"]) == ["a\nb"])
        #expect(failure { _ = try through("join:maxBytes=3", over: ["a", "b", "c"]) }.contains("maxBytes is 3"))
    }

    @Test("sample takes its share, the same each time for the same seed, another for another")
    func sample() throws {
        let input = Self.numbers(0..<20_000)
        let first = try through("sample:0.25", over: input)
        #expect(try through("sample:0.25", over: input) == first)
        #expect(try through("sample:share=0.25,seed=7", over: input) != first)
        #expect(try through("sample:0", over: input) == [])
        #expect(try through("sample:1", over: input) == input)
    }

    @Test("sample is not biased", arguments: [0.01, 0.1, 0.5, 0.9], 0..<4)
    func sampleIsFair(_ share: Double, _ seed: Int) throws {
        let input = Self.numbers(0..<20_000)
        let count = Double(try through("sample:share=\(share),seed=\(seed)", over: input).count)
        // Five standard deviations of a binomial distribution; the outcome is the same in every run.
        let expected = share * 20_000
        #expect(abs(count - expected) < 5 * (expected * (1 - share)).squareRoot())
    }

    @Test("Samples of different seeds have nothing to do with each other")
    func samplesAreIndependent() throws {
        let input = Self.numbers(0..<20_000)
        let both = try through("sample:share=0.5,seed=1", "sample:share=0.5,seed=2", over: input).count
        #expect(abs(both - 5000) < 310)
    }

    @Test("sample looks at the part of messages that is named: a key is in it, or never")
    func sampleByKey() throws {
        let messages = (0..<400).map { KeyValue(key: Bytes("\($0 % 20)"), value: Bytes("\($0)")) }
        let sample = try through("sample:share=0.5,on=key", over: messages)
        let counts = Dictionary(grouping: sample, by: \.key).mapValues(\.count)
        #expect(!counts.isEmpty && counts.count < 20 && counts.values.allSatisfy { $0 == 20 })
    }

    @Test(
        "dedupe remembers the latest different elements",
        arguments: [
            Row("dedupe", over: ["a", "b", "a", "", "", "b"], gives: ["a", "b", ""]),
            Row("dedupe:1", over: ["a", "a", "b", "b", "a"], gives: ["a", "b", "a"]),
            Row("dedupe:2", over: ["a", "b", "a", "c", "b", "a", "c"], gives: ["a", "b", "c", "a"]),
            Row("dedupe:maxBytes=96", over: ["a", "b", "a"], gives: ["a", "b", "a"]),
            Row("dedupe:last=2,maxBytes=1MiB", over: ["a", "b", "c", "a"], gives: ["a", "b", "c", "a"]),
        ])
    func dedupe(_ row: Row) throws { try row.check() }

    @Test("dedupe forgets with a restart, as it says")
    func dedupeForgets() throws {
        let words = Words(.bytes(["a", "a"]))
        try words.run(["dedupe"])
        try words.run(["dedupe"])
        #expect(words.sink.elements == ["a", "a"])
        let description = try #require(words.catalog.stages["dedupe"]?.description)
        #expect(description.details.contains("restart forgets"))
    }

    @Test("throttle spaces elements in time, as the modifier of a stage as well")
    func throttle() throws {
        for stage in ["throttle:10/1s", "upper:throttle=10/1s"] {
            let words = Words(.bytes(Self.numbers(0..<21)))
            let time = try words.run([stage])
            #expect(words.sink.elements == Self.numbers(0..<21))
            #expect(time >= .seconds(2) && time < .seconds(3))
        }
    }

    @Test(
        "A stage that may have several workers gives the same with one and with four",
        arguments: [
            "upper", "lower", "grep:1", "replace:pattern=1,with=x", "extract:(1.)", "split:3", "sample:0.5", "gzip",
            "base64", "zstd",
            "text", "csv:to=fields,separator=;", "csv:columns=number",
        ])
    func workers(_ stage: String) throws {
        let input = Self.numbers(0..<3000)
        let words = Words(.bytes(input))
        let parallel = stage.contains(":") ? "\(stage),par=4" : "\(stage):par=4"
        #expect(try through(stage, over: input) == through(parallel, over: input))
        try words.run([stage]) { $0.par = 4 }
        #expect(words.sink.elements == (try through(stage, over: input)))
    }
}
