import Connect
import ConnectTesting
import Testing

/// What becomes of an error in user code, and of everything before and behind it.
@Suite struct ErrorTests {
    static let seeds: [UInt64] = [1, 2, 3, 4]

    /// A place at which an element fails: what is still delivered, and what is committed.
    struct Place: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let stage: String
        let declare: @Sendable (Def<Int>, Int) -> Def<Int>
        let outputs: [Int]
        var committed = bad
        /// How many elements before the bad one need not be committed.
        var slack = 0
    }

    static let bad = 25

    private static func check(_ element: Int) throws -> Int {
        // Those behind it fail as well: the first in order counts.
        if element >= bad { throw Broken(element: element) }
        return element
    }

    static let places = [
        Place(
            testDescription: "map", stage: "map-2", declare: { $0.map { try check($0) }.par($1) },
            outputs: Array(0..<bad)),
        Place(
            testDescription: "filter", stage: "filter-2",
            declare: { $0.filter { try check($0) % 2 == 0 }.par($1) },
            outputs: (0..<bad).filter { $0 % 2 == 0 }),
        Place(
            testDescription: "flatMap", stage: "flatMap-2",
            declare: { $0.flatMap { Array(repeating: try check($0), count: 2) }.par($1) },
            outputs: (0..<bad).flatMap { [$0, $0] }),
        Place(
            testDescription: "flatMap half way", stage: "flatMap-2",
            declare: { def, par in
                def.flatMap { (element: Int, emit: Emitter<Int>) in
                    try emit(element)
                    try emit(element)
                    _ = try check(element)
                    try emit(element)
                }.par(par)
            }, outputs: (0..<bad).flatMap { [$0, $0, $0] } + [bad, bad]),
        Place(
            testDescription: "behind a fan-out", stage: "map-3",
            declare: {
                $0.flatMap { [$0 * 10, $0 * 10 + 1] }.par($1).map { part in
                    if part == bad * 10 + 1 { throw Broken(element: bad) }
                    return part
                }.par($1)
            }, outputs: (0..<bad).flatMap { [$0 * 10, $0 * 10 + 1] } + [bad * 10]),
        Place(
            testDescription: "mapBatch", stage: "mapBatch-2",
            declare: { def, par in
                def.mapBatch { (batch, output: inout BatchOutput<Int>) in
                    for index in 0..<batch.count { try output.append(check(batch[index]), from: index) }
                }.par(par)
            }, outputs: Array(0..<bad),
            // Nobody knows whether the element of the last output has given all of its outputs.
            slack: 1),
        Place(
            testDescription: "coder", stage: "FRAGILE-2",
            declare: { $0.as(Int.self, via: Fragile { try check($0) }).par($1) }, outputs: Array(0..<bad)),
        Place(
            testDescription: "transform", stage: "FRAGILE-2",
            declare: { $0.apply(Fragile { try check($0) }).par($1) }, outputs: Array(0..<bad)),
        Place(
            testDescription: "per worker", stage: "map-2",
            declare: { $0.map(perWorker: { { try check($0) } }).par($1) }, outputs: Array(0..<bad)),
        Place(
            testDescription: "fold", stage: "fold-3",
            declare: {
                $0.map { $0 }.par($1).fold(into: 0) { $0 += try check($1) }.trigger(each: 10)
            }, outputs: [45, 190, 300]),
        Place(
            testDescription: "before a fold", stage: "map-2",
            declare: { $0.map { try check($0) }.par($1).fold(into: 0) { $0 += $1 }.trigger(each: 10) },
            outputs: [45, 190, 300]),
        Place(
            testDescription: "behind a fold", stage: "map-4",
            declare: {
                $0.map { $0 }.par($1).fold(into: 0) { $0 += $1 }.trigger(each: 10).map { sum in
                    if sum > 190 { throw Broken(element: bad) }
                    return sum
                }
            }, outputs: [45, 190], committed: 20),
    ]

    // S-ERR-2, C12, case 21
    @Test(
        "Everything before the first bad element is delivered and committed, and nothing behind it", arguments: places,
        [1, 2, 8])
    func failsInOrder(_ place: Place, par: Int) throws {
        for seed in Self.seeds {
            let store = MemoryCheckpointStore()
            let sink = RecordingSink<Int>(confirmation: .flush, mayBlock: true)
            let error = #expect(throws: PipelineError.self) {
                try simulate(seed: seed, options: { $0.checkpoints = store }) { scheduler in
                    place.declare(Pipeline("error").root(ListSource(0..<100)).named("numbers"), par).to(sink)
                }
            }
            #expect(sink.elements == place.outputs)
            #expect(sink.log.confirmed.allSatisfy { $0 }, "the sink was not flushed")
            let committed = store.offset(of: "error") ?? 0
            #expect(committed <= Int64(place.committed) && committed >= Int64(place.committed - place.slack))
            #expect(error?.code == .stageFailed)
            #expect(error?.stage == place.stage)
            #expect(error?.position?.partition == "0")
            #expect((error?.cause as? Broken)?.element == Self.bad)
            #expect(error?.declaredAt?.fileID == "SemanticsTests/ErrorTests.swift")
        }
    }

    // S-ERR-2, ORD-1: of several failures the lowest counts, though a later one is there first.
    @Test(arguments: seeds)
    func `The lowest element's error wins, though later ones fail earlier`(seed: UInt64) throws {
        let sink = CollectSink<Int>()
        let error = #expect(throws: PipelineError.self) {
            try simulate(seed: seed) { scheduler in
                Pipeline("race").root(ListSource(0..<200)).map { element in
                    scheduler.sleep(for: element == 50 ? .milliseconds(100) : .microseconds(10))
                    if element >= 50 { throw Broken(element: element) }
                    return element
                }.par(8).to(sink)
            }
        }
        #expect(error?.position?.offset == 50)
        #expect((error?.cause as? Broken)?.element == 50)
        #expect(sink.elements == Array(0..<50))
    }

    // S-ERR-2
    @Test("Of errors in two segments that of the lower element counts, whichever is told first", arguments: [1, 9])
    func lowestOfTwoSegments(seconds: Int) throws {
        let sink = CollectSink<Int>()
        let store = MemoryCheckpointStore()
        let error = #expect(throws: PipelineError.self) {
            try simulate(options: {
                $0.checkpoints = store
                $0.batchCapacity = 1
            }) { scheduler in
                Pipeline("two").root(ListSource(0..<100)).map { element in
                    if element != 20 { return element }
                    scheduler.sleep(for: .seconds(seconds))
                    throw Broken(element: element)
                }.buffer(50).map { element in
                    if element != 10 { return element }
                    scheduler.sleep(for: .seconds(5))
                    throw Broken(element: element)
                }.buffer(50).to(sink)
            }
        }
        #expect((error?.cause as? Broken)?.element == 10)
        #expect(sink.elements == Array(0..<10))
        #expect(store.offset(of: "two") == 10)
    }

    // S-ERR-2, S-END-3
    @Test("A limit that is reached before the bad element ends the run without an error", arguments: seeds, [1, 2, 8])
    func limitsBeforeErrors(seed: UInt64, par: Int) throws {
        for limit in [1, 24, 25] {
            let sink = CollectSink<Int>()
            let report = try simulate(seed: seed) { _ in
                Pipeline("spared").root(ListSource(0..<100)).map { try Self.check($0) }.par(par).limit(limit).to(sink)
            }
            #expect(sink.elements == Array(0..<limit))
            #expect(report.offset == Int64(limit))
        }
    }

    // S-ERR-1
    @Test(
        "A repetition waits twice as long each time, and then what follows it happens", arguments: [1, 3, 10],
        [false, true])
    func retries(attempts: Int, isSkipping: Bool) throws {
        let times = Shared<[MonotonicTime]>([])
        let sink = CollectSink<Int>()
        let result = Result {
            try simulate { scheduler in
                Pipeline("retry").root(ListSource(0..<10)).map { element in
                    if element != 5 { return element }
                    times.change { $0.append(scheduler.now) }
                    throw Broken()
                }.onError(.retry(max: attempts, backoff: .seconds(1), otherwise: isSkipping ? .skip : .fail))
                    .named("fragile").to(sink)
            }
        }
        #expect(times.value.count == attempts + 1)
        for (index, (earlier, later)) in zip(times.value, times.value.dropFirst()).enumerated() {
            // Doubled up to one minute.
            let pause = Duration.seconds(min(1 << index, 60))
            #expect(later.elapsed(since: earlier) >= pause)
            #expect(later.elapsed(since: earlier) < pause + .milliseconds(5))
        }
        if isSkipping {
            #expect(sink.elements == (0..<10).filter { $0 != 5 })
            #expect(try result.get().stage("fragile")?.retries == attempts)
            #expect(try result.get().stage("fragile")?.skipped == 1)
        } else {
            #expect(sink.elements == Array(0..<5))
            #expect(throws: PipelineError.self) { try result.get() }
        }
    }

    // S-ERR-1
    @Test(arguments: [1, 3])
    func `An element that succeeds when it is tried again goes on in its place`(par: Int) throws {
        let failures = Shared<[Int: Int]>([:])
        let sink = CollectSink<Int>()
        let report = try simulate { _ in
            Pipeline("again").root(ListSource(0..<100)).map { element in
                let tries = failures.change { failures in
                    failures[element, default: 0] += 1
                    return failures[element] ?? 0
                }
                if element % 10 == 3, tries < 3 { throw Broken() }
                return element
            }.par(par).onError(.retry(max: 5, backoff: .milliseconds(1))).named("fragile").to(sink)
        }
        #expect(sink.elements == Array(0..<100))
        #expect(report.stage("fragile")?.retries == 20)
        #expect(report.stage("fragile")?.errors == 0)
        #expect(report.offset == 100)
    }

    // S-ERR-1
    @Test("Skipped elements are counted and left out, and the rest is as if they had never been", arguments: [1, 2, 8])
    func skips(par: Int) throws {
        let sink = CollectSink<Int>()
        let report = try simulate { _ in
            Pipeline("skip").root(ListSource(0..<200)).filter { element in
                if element % 20 == 0 { throw Broken() }
                return true
            }.par(par).onError(.skip).named("a")
                .flatMap { element in
                    if element % 20 == 1 { throw Broken() }
                    return [element, element]
                }.par(par).onError(.skip).named("b")
                .fold(into: 0) { sum, element in
                    if element % 20 == 2 { throw Broken() }
                    sum += 1
                }.onError(.skip).named("c").trigger(each: 50).to(sink)
        }
        #expect(report.stage("a")?.skipped == 10)
        #expect(report.stage("b")?.skipped == 10)
        #expect(report.stage("c")?.skipped == 20)
        #expect(report.stage("a")?.errors == 10)
        #expect(sink.elements.last == 340)
        #expect(report.offset == 200)
    }

    // S-ERR-1
    @Test func `A dead letter tells the stage, the position, the error, the tries and the original bytes`() throws {
        let letters = RecordingSink<DeadLetter>(confirmation: .flush)
        let sink = CollectSink<Int>()
        let report = try simulate { _ in
            Pipeline("letters").root(ListSource(["1", "two", "3"])).map { text in
                guard let number = Int(text) else { throw Broken(element: 2) }
                return number
            }.named("parse").onError(.retry(max: 2, backoff: .seconds(1), otherwise: .deadLetter(letters))).to(sink)
        }
        #expect(sink.elements == [1, 3])
        #expect(
            letters.elements == [
                DeadLetter(
                    pipeline: "letters", stage: "parse", position: Position(partition: "0", offset: 1),
                    error: "\(Broken(element: 2))", errorType: "Broken", attempts: 3, bytes: Bytes("two"), message: nil)
            ])
        #expect(letters.log.confirmed == [true])
        #expect(report.stage("parse")?.deadLetters == 1)
        #expect(report.offset == 3)
    }

    // S-ERR-3
    @Test func `An error names a stable code, the stage, the place and the cause, and never the payload`() throws {
        let error = try #require(
            #expect(throws: PipelineError.self) {
                try simulate { _ in
                    Pipeline("secret").root(ListSource(["password=1234"])).map { (_: String) -> Int in throw Broken() }
                        .named("parse").to(CollectSink())
                }
            })
        #expect(error.code.description == "stage_failed")
        #expect(error.description.hasPrefix("stage_failed: stage \"parse\" at 0@0: Broken("))
        #expect(error.description.contains("[declared at SemanticsTests/ErrorTests.swift:"))
        #expect(!error.description.contains("1234"))
    }
}

/// Calls a closure for each number.
private struct Fragile: Coder, Transform {
    typealias Input = Int
    typealias Output = Int

    let body: @Sendable (Int) throws -> Int

    var name: String { "FRAGILE" }

    func makeInstance() throws -> Instance { Instance(body: body) }

    struct Instance: CoderInstance, TransformInstance {
        let body: @Sendable (Int) throws -> Int

        mutating func convert(_ input: Int) throws -> Int { try body(input) }

        mutating func transform(_ input: Int, _ emit: Emitter<Int>) throws { try emit(body(input)) }
    }
}
