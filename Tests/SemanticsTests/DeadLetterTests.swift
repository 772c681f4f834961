import Connect
import ConnectTesting
import Testing

/// Dead letters around a fold.
@Suite struct DeadLetterTests {
    private static func manual() -> RecordingSink<DeadLetter> {
        RecordingSink<DeadLetter>(confirmation: .acknowledgement, mayBlock: true, confirmations: .onCommand)
    }

    /// A fold before, behind or at which an element becomes a dead letter.
    struct Place: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let declare: @Sendable (Def<Int>, RecordingSink<DeadLetter>) -> Def<Int>
        let outputs: [Int]
        /// The position of the letter.
        let buried: Int64
        /// Up to where positions may be committed before the letter is confirmed.
        let held: Int64
    }

    private static func check(_ element: Int) throws -> Int {
        if element == 7 { throw Broken() }
        return element
    }

    static let places = [
        Place(
            testDescription: "before a fold",
            declare: { $0.map { try check($0) }.onError(.deadLetter($1)).count().trigger(each: 4) },
            outputs: [4, 8, 12, 16, 19], buried: 7, held: 7),
        Place(
            testDescription: "on workers before a fold",
            declare: { $0.map { try check($0) }.par(3).onError(.deadLetter($1)).count().trigger(each: 4) },
            outputs: [4, 8, 12, 16, 19], buried: 7, held: 7),
        Place(
            testDescription: "at a fold",
            declare: {
                $0.fold(into: 0) { count, element in
                    _ = try check(element)
                    count += 1
                }.trigger(each: 4).onError(.deadLetter($1))
            }, outputs: [4, 8, 12, 16, 19], buried: 7, held: 7),
        Place(
            testDescription: "behind a fold",
            declare: {
                $0.count().trigger(each: 4).map { count in
                    if count == 8 { throw Broken() }
                    return count
                }.onError(.deadLetter($1))
            }, outputs: [4, 12, 16, 20], buried: 7, held: 4),
        Place(
            testDescription: "between two folds",
            declare: {
                $0.count().trigger(each: 2).map { count in
                    if count == 8 { throw Broken() }
                    return count
                }.par(2).onError(.deadLetter($1)).fold(into: 0) { $0 = $1 }.trigger(each: 3)
            }, outputs: [6, 14, 20], buried: 7, held: 6),
    ]

    // S-ERR-1, S-ACK-1, S-ACK-5
    @Test(
        "What a dead letter stands for is committed when it is confirmed, and its neighbours when the fold has emitted",
        arguments: places, [1, 2, 3] as [UInt64])
    func holdsUntilConfirmed(_ place: Place, seed: UInt64) throws {
        for capacity in [1, 5, 1024] {
            let commits = CommitLog()
            let letters = Self.manual()
            let sink = CollectSink<Int>()
            let source = ScriptedSource<Int>([.elements(Array(0..<20))], isBounded: false, commits: commits)
            let offsets = try simulate(seed: seed, options: { $0.batchCapacity = capacity }) { _ in
                place.declare(Pipeline("letters").root(source), letters).to(sink)
            } while: { scheduler, run in
                scheduler.sleep(for: .seconds(2))
                var offsets = [commits.position(in: "0")?.offset ?? 0]
                letters.confirmNext()
                scheduler.sleep(for: .seconds(2))
                offsets.append(commits.position(in: "0")?.offset ?? 0)
                run.stop()
                _ = try run.wait()
                return offsets + [commits.position(in: "0")?.offset ?? 0]
            }
            #expect(sink.elements == place.outputs)
            #expect(letters.elements.map(\.position?.offset) == [place.buried])
            #expect(offsets[0] <= place.held, "committed though the letter was not confirmed")
            if capacity == 1 {
                #expect(offsets[0] >= place.held - 4 && offsets[1] >= 12)
            }
            #expect(offsets[2] == 20)
        }
    }

    // S-ERR-1, S-END-3, S-ACK-1, C13
    @Test("With dead letters before it, a limit behind a fold is exact", arguments: [1, 4], [1, 2, 3, 4] as [UInt64])
    func limits(par: Int, seed: UInt64) throws {
        for capacity in [1, 3, 1024] {
            let letters = RecordingSink<DeadLetter>(confirmation: .flush)
            let sink = RecordingSink<Int>(confirmation: .flush, mayBlock: true)
            let report = try simulate(seed: seed, options: { $0.batchCapacity = capacity }) { _ in
                Pipeline("letters").root(GeneratorSource { Int($0) }).map { element in
                    if element % 5 == 0 { throw Broken() }
                    return element
                }.par(par).onError(.deadLetter(letters)).fold(into: 0, resetting: true) { $0 += $1 }.trigger(each: 4)
                    .limit(3).to(sink)
            }
            #expect(sink.elements == [1 + 2 + 3 + 4, 6 + 7 + 8 + 9, 11 + 12 + 13 + 14])
            // The element behind the limit's last one is a dead letter: written perhaps, but never committed.
            #expect(report.offset == 15)
            #expect(letters.elements.compactMap(\.position?.offset).sorted().starts(with: [0, 5, 10]))
            #expect(letters.log.confirmed.allSatisfy { $0 })
        }
    }

    // S-ERR-1, S-ERR-2, S-ACK-1
    @Test("A dead letter that is lost stops the run, and neither it nor what the fold made behind it is committed")
    func fails() throws {
        var behaviour = RecordingSink<DeadLetter>.Behaviour()
        behaviour.failingWrite = 0
        let letters = RecordingSink<DeadLetter>(behaviour: behaviour)
        let commits = CommitLog()
        let source = ScriptedSource<Int>([.elements(Array(0..<100))], isBounded: false, commits: commits)
        let error = #expect(throws: PipelineError.self) {
            try simulate { _ in
                Pipeline("lost").root(source).map { try Self.check($0) }.onError(.deadLetter(letters))
                    .count().trigger(each: 2).to(CollectSink())
            }
        }
        #expect(error?.code == .sinkFailed)
        #expect(commits.position(in: "0")?.offset ?? 0 <= 7)
    }

    // S-ERR-1, S-ACK-6, S-TRG-2
    @Test("With dead letters before it, a durable fold is exact after crashes", arguments: [1, 2, 3, 4] as [UInt64])
    func survivesCrashes(seed: UInt64) throws {
        var limits = SeededScheduler.Limits()
        limits.threadsMustEnd = false
        let store = MemoryCheckpointStore()
        let letters = RecordingSink<DeadLetter>(
            confirmation: .acknowledgement, mayBlock: true, confirmations: .later(upTo: .milliseconds(1), seed: seed))
        let sink = CollectSink<Int>()
        var random = SplitMix(seed: seed)
        for number in UInt64(0)..<4 {
            let time = Duration.microseconds(random.below(6000))
            try simulate(
                seed: seed + number, limits: limits,
                options: {
                    $0.checkpoints = store
                    $0.checkpointEvery = .microseconds(200)
                }
            ) { scheduler in
                Pipeline("crashes").root(ListSource(0..<300)).map { element in
                    scheduler.sleep(for: .microseconds(40))
                    if element % 11 == 7 { throw Broken() }
                    return element
                }.par(2).onError(.deadLetter(letters)).durableFold(into: 0) { $0 += $1 }.trigger(each: 13)
                    .named("sum").to(sink)
            } while: { scheduler, run in
                if number < 3 {
                    scheduler.sleep(for: time)
                    run.abort()
                }
                _ = Result { try run.wait() }
            }
        }
        let bad = (0..<300).filter { $0 % 11 == 7 }
        #expect(Set(letters.elements.compactMap(\.position?.offset)) == Set(bad.map { Int64($0) }))
        #expect(sink.elements.last == (0..<300).reduce(0, +) - bad.reduce(0, +))
        #expect(store.offset(of: "crashes") == 300)
    }
}
