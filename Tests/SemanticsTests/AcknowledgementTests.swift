import Connect
import ConnectTesting
import Testing

/// How single elements end.
@Suite struct AcknowledgementTests {
    struct Merge: Sendable, CustomTestStringConvertible {
        let children: [AckStatus]
        let merged: AckStatus

        var testDescription: String { "\(children) is \(merged)" }
    }

    static let merges: [Merge] = [
        Merge(children: [], merged: .done),
        Merge(children: [.done], merged: .done),
        Merge(children: [.done, .done, .done], merged: .done),
        Merge(children: [.done, .failed], merged: .partial),
        Merge(children: [.invalid, .done, .invalid], merged: .partial),
        Merge(children: [.partial], merged: .partial),
        Merge(children: [.partial, .failed], merged: .partial),
        Merge(children: [.failed], merged: .failed),
        Merge(children: [.invalid, .failed], merged: .failed),
        Merge(children: [.failed, .timedOut], merged: .failed),
        Merge(children: [.timedOut, .invalid], merged: .timedOut),
        Merge(children: [.throttled, .unroutable], merged: .unroutable),
        Merge(children: [.unroutable, .invalid, .throttled], merged: .invalid),
        Merge(children: [.throttled, .throttled], merged: .throttled),
    ]

    // S-ACK-9
    @Test(arguments: [1, 3])
    func `Where an element fans out, the ends of its children merge`(par: Int) throws {
        let commits = CommitLog()
        let source = ScriptedSource<Int>(
            [.elements(Array(Self.merges.indices))], acknowledgesElements: true, commits: commits)
        try simulate { _ in
            Pipeline("merge").root(source).flatMap { Self.merges[$0].children }.par(par).to(StatusSink())
                .trigger(each: 1)
        }
        #expect(commits.ends.map(\.position.offset) == Self.merges.indices.map { Int64($0) })
        #expect(commits.ends.map(\.status) == Self.merges.map(\.merged))
    }

    // S-ACK-9
    @Test("The rule of merging", arguments: merges.filter { !$0.children.isEmpty })
    func mergesStatuses(_ merge: Merge) {
        #expect(AckStatus.merge(merge.children) == merge.merged)
        #expect(AckStatus.merge(merge.children.reversed()) == merge.merged)
    }

    // S-ACK-9, S-ACK-1, S-ERR-1
    @Test(arguments: [1, 4])
    func `What is dropped on purpose is done, and what is skipped is invalid`(par: Int) throws {
        let commits = CommitLog()
        let source = ScriptedSource<Int>([.elements(Array(0..<40))], acknowledgesElements: true, commits: commits)
        try simulate(seed: 3) { _ in
            Pipeline("ends").root(source)
                .filter { $0 % 5 != 0 }.par(par)
                .map { element in
                    if element % 5 == 1 { throw Broken() }
                    return element
                }.par(par).onError(.skip)
                .flatMap { $0 % 5 == 2 ? [$0, -$0] : [$0] }
                .map { element in
                    if element < 0 { throw Broken() }
                    return element
                }.onError(.skip)
                .to(CollectSink())
        }
        let expected: [AckStatus] = (0..<40).map { [.done, .invalid, .partial, .done, .done][$0 % 5] }
        #expect(commits.ends.map(\.status) == expected)
        #expect(commits.ends.map(\.position.offset) == (0..<40).map { Int64($0) })
    }

    // S-ACK-9, S-ACK-5
    @Test func `The inputs of a fold end as its emission does`() throws {
        let commits = CommitLog()
        let source = ScriptedSource<Int>([.elements(Array(0..<10))], acknowledgesElements: true, commits: commits)
        try simulate { _ in
            Pipeline("fold").root(source).count().trigger(each: 4).map { $0 == 8 ? AckStatus.failed : .done }
                .to(StatusSink()).trigger(each: 1)
        }
        #expect(
            commits.ends.map(\.status)
                == Array(repeating: .done, count: 4) + Array(repeating: .failed, count: 4) + [.done, .done])
    }

    // S-ACK-2, S-END-3, S-ERR-2
    @Test("Single messages behind a limit or an error are not acknowledged", arguments: [1, 4], [false, true])
    func acknowledgesUpToTheEnd(par: Int, isLimit: Bool) throws {
        let commits = CommitLog()
        let source = ScriptedSource<Int>([.elements(Array(0..<60))], acknowledgesElements: true, commits: commits)
        _ = Result {
            try simulate(seed: 2) { _ in
                Pipeline("cut").root(source).flatMap { [$0, $0] }.par(par).map { element in
                    if !isLimit, element == 25 { throw Broken() }
                    return element
                }.limit(50).to(CollectSink())
            }
        }
        #expect(commits.ends.map(\.position.offset) == (0..<25).map { Int64($0) })
        #expect(commits.ends.allSatisfy { $0.status == .done })
    }

    // S-ACK-1, S-ERR-1
    @Test func `A dead letter's element is done only when the dead letter sink has confirmed it`() throws {
        let commits = CommitLog()
        let letters = RecordingSink<DeadLetter>(
            confirmation: .acknowledgement, mayBlock: true, confirmations: .onCommand)
        let sink = CollectSink<Int>()
        let source = ScriptedSource<Int>([.elements(Array(0..<20))], isBounded: false, commits: commits)
        let (before, after) = try simulate { _ in
            Pipeline("letters").root(source).map { element in
                if element == 7 { throw Broken() }
                return element
            }.par(2).onError(.deadLetter(letters)).to(sink)
        } while: { scheduler, run in
            scheduler.sleep(for: .seconds(2))
            let before = commits.position(in: "0")?.offset ?? 0
            letters.confirmNext()
            scheduler.sleep(for: .seconds(2))
            let after = commits.position(in: "0")?.offset ?? 0
            run.stop()
            _ = try run.wait()
            return (before, after)
        }
        #expect(sink.elements == (0..<20).filter { $0 != 7 })
        #expect(before <= 7)
        #expect(after == 20)
        #expect(letters.elements.map(\.position?.offset) == [7])
    }

    // S-ACK-3, S-ACK-2: what a sink never confirms is never committed.
    @Test func `An acknowledgement that is dropped holds the position for good`() throws {
        let store = MemoryCheckpointStore()
        let sink = DroppingSink(dropped: 5)
        _ = Result {
            try simulate(options: { $0.checkpoints = store }) { _ in
                Pipeline("dropped").root(ListSource(0..<20)).to(sink).trigger(each: 1)
            }
        }
        #expect(store.offset(of: "dropped") == 5)
    }

    // The end of a text without a newline, of which stages that give one for one must not lose sight.
    @Test(
        "A text that ends without a newline is known to do so behind maps and filters",
        arguments: [
            ("nothing", true), ("map", true), ("mapBytes", true), ("mapEachByte", true), ("filter that keeps", true),
            ("filterBytes that drops another", true), ("workers", true), ("flatMap", true),
            ("filter that drops the end", false),
            ("flatMap that drops the end", false), ("skipping the end", false), ("skipping another", true),
        ])
    func keepsTheMissingNewline(_ kind: String, isKept: Bool) throws {
        let last = Shared<[Bool]>([])
        try simulate { _ in
            let def = Pipeline("text").root(TextSource(lines: ["one", "two", "three"]))
            let stage: Def<Bytes> =
                switch kind {
                case "map": def.map { $0 }
                case "mapBytes": def.mapBytes { _, builder in builder.append(0x61) }
                case "mapEachByte": def.mapEachByte { $0 | 0x20 }
                case "filter that keeps": def.filter { $0 != Bytes("two") }
                case "filterBytes that drops another": def.filterBytes { $0.byteCount > 3 }
                case "flatMap": def.flatMap { [$0, $0] }
                case "flatMap that drops the end": def.flatMap { $0 == Bytes("three") ? [] : [$0] }
                case "skipping the end", "skipping another":
                    def.map { (line: Bytes) throws -> Bytes in
                        if line == Bytes(isKept ? "one" : "three") { throw Broken() }
                        return line
                    }.onError(.skip)
                case "workers": def.map { $0 }.par(3).filter { _ in true }.par(2)
                case "filter that drops the end": def.filter { $0 != Bytes("three") }
                default: def
                }
            return stage.to(EndingSink(endings: last))
        }
        #expect(last.value.last == isKept)
        #expect(!last.value.dropLast().contains(true))
    }
}

/// Ends every batch with the status that its first element is.
private struct StatusSink: Sink {
    var descriptor: SinkDescriptor {
        SinkDescriptor(kind: "StatusSink", confirmation: .acknowledgement, mayBlock: false)
    }

    func makeWriter() -> Writer { Writer() }

    struct Writer: SinkWriter {
        mutating func write(
            _ batch: borrowing Batch<AckStatus>, _ acknowledgement: consuming SinkAcknowledgement
        ) throws {
            acknowledgement.end(batch[0])
        }
    }
}

/// Drops one acknowledgement without ending it.
private struct DroppingSink: Sink {
    let dropped: Int

    var descriptor: SinkDescriptor {
        SinkDescriptor(kind: "DroppingSink", confirmation: .acknowledgement, mayBlock: false)
    }

    func makeWriter() -> Writer { Writer(dropped: dropped) }

    struct Writer: SinkWriter {
        let dropped: Int

        mutating func write(_ batch: borrowing Batch<Int>, _ acknowledgement: consuming SinkAcknowledgement) throws {
            if batch[0] != dropped { acknowledgement.end() }
        }
    }
}

/// Lines of which the last has no newline.
private struct TextSource: Source {
    let lines: [String]

    var descriptor: SourceDescriptor { SourceDescriptor(kind: "TextSource", isBounded: true) }

    func makeReader() -> Reader { Reader(lines: lines) }

    struct Reader: SourceReader {
        let lines: [String]
        var partition = PartitionID(index: 0)
        var given = 0

        mutating func open(_ context: SourceContext) throws {
            partition = context.partitions.partition(named: "0")
        }

        mutating func poll(into batch: inout SourceBatch<Bytes>, deadline: MonotonicTime) throws -> SourcePoll {
            while given < lines.count, !batch.isFull {
                batch.append(Bytes(lines[given]), partition: partition, offset: Int64(given))
                given += 1
                if given == lines.count { batch.markUnterminated() }
            }
            return given < lines.count ? .ready : .ended
        }
    }
}

/// Notes of every batch whether it ends a text without a newline.
private struct EndingSink: Sink {
    let endings: Shared<[Bool]>

    var descriptor: SinkDescriptor { SinkDescriptor(kind: "EndingSink", mayBlock: false) }

    func makeWriter() -> Writer { Writer(endings: endings) }

    struct Writer: SinkWriter {
        let endings: Shared<[Bool]>

        mutating func write(_ batch: borrowing Batch<Bytes>, _ acknowledgement: consuming SinkAcknowledgement) throws {
            let isUnterminated = batch.endsUnterminated
            endings.change { $0.append(isUnterminated) }
        }
    }
}
