import Connect
import ConnectTesting

/// Holds a run against what a sequential one would have done.
struct Judge {
    let shape: Shape
    let trace: Trace
    let model: SequentialModel
    /// What would come out without limits and failures.
    let wholeModel: SequentialModel
    /// Elements that nothing is made of.
    private let barren: Set<Int>

    init(_ shape: Shape, _ trace: Trace) {
        self.shape = shape
        self.trace = trace
        var whole = shape
        whole.sink.limit = nil
        for index in whole.stages.indices {
            whole.stages[index].limit = nil
            if whole.stages[index].trouble?.policy == .fail { whole.stages[index].trouble = nil }
        }
        wholeModel = SequentialModel(whole, count: trace.given.count)
        barren = Set(trace.given.indices).subtracting(wholeModel.outputs.flatMap { $0.covers.map { Int($0) } })
        model = SequentialModel(shape, count: trace.given.count)
    }

    static func key(of item: Item) -> Int { Int(item.covers.first ?? 0) % 5 }

    /// What is wrong with the run; nil where nothing is.
    func verdict() -> String? {
        if !isAborted {
            if let wrong = checkEnds() { return wrong }
            if let wrong = checkError() { return wrong }
        }
        // What a fold emits when it is cut short, and what is made of that, is not foretold.
        if isAborted, shape.hasFold { return nil }
        return shape.isStrict ? StrictJudge(self).verdict() : LooseJudge(self).verdict()
    }

    /// Everything that was opened is closed, once.
    private func checkEnds() -> String? {
        if trace.sourceCloses != trace.sourceStarts {
            return "CLOSE source opened \(trace.sourceStarts), closed \(trace.sourceCloses)"
        }
        let opened = trace.sinkEvents.count { $0 == .opened }
        let closed = trace.sinkEvents.count { if case .closed = $0 { true } else { false } }
        return opened == 1 && closed == 1 ? nil : "CLOSE sink opened \(opened), closed \(closed)"
    }

    /// Whether the sink has come to the write or flush at which it fails.
    var hasSinkFailed: Bool { trace.sinkEvents.contains(.closed(succeeded: false)) }

    private func checkError() -> String? {
        if let error = trace.error, error.code == .sinkFailed {
            return hasSinkFailed && shape.sinkFails ? nil : "ERROR unexpected \(error)"
        }
        if hasSinkFailed { return trace.error == nil ? "ERROR the sink failed in silence" : nil }
        if let error = trace.error {
            if error.code != .stageFailed || !shape.hasFailure { return "ERROR unexpected \(error)" }
            if shape.isStrict, !model.hasFailed, model.otherEnd == nil { return "ERROR before its turn \(error)" }
        } else if model.hasFailed, shape.isStrict || !shape.hasLimit {
            return "ERROR missing"
        }
        return nil
    }

    /// Whether the run was aborted before it had ended; what failed before that is told instead.
    var isAborted: Bool { shape.abortAfter != nil && trace.error != nil }

    /// Whether the run came to an end of its own, so that all is there.
    var isCutShort: Bool { isAborted || hasSinkFailed }

    // MARK: positions

    /// The offset of each element of the source, with its partition.
    func isBelow(_ element: Int, _ position: Position) -> Bool {
        trace.given[element].partition == position.partition && trace.given[element].offset < position.offset
    }

    /// Where each partition stands when the elements below an index are committed.
    func ends(below index: Int) -> [String: Int64] {
        var ends: [String: Int64] = [:]
        for element in trace.given.prefix(index) { ends[element.partition] = element.offset + 1 }
        return ends
    }

    var lettersOf: [Int] {
        trace.letters.map { letter in
            trace.given.firstIndex {
                $0.partition == letter.position?.partition && $0.offset == letter.position?.offset
            } ?? -1
        }
    }

    /// Walks through the events; asks at each commit whether an element below it is done.
    func checkCommits(isDone: (_ element: Int, _ confirmed: [Bool], _ buried: [Bool]) -> Bool) -> String? {
        var confirmed = [Bool](repeating: false, count: trace.outputs.count)
        var buried = [Bool](repeating: false, count: trace.letters.count)
        var reached: [String: Int64] = [:]
        var revoked: [String: Int] = [:]
        var checked = Set<Int>()
        for event in trace.events {
            switch event {
            case .confirmed(let range): for index in range { confirmed[index] = true }
            case .buried(let range): for index in range { buried[index] = true }
            case .revoked(let name, let isDrained, let given):
                revoked[name] = given
                let end = ends(below: given)[name] ?? 0
                if isDrained, !model.hasFailed, !shape.hasLimit, !isCutShort, !shape.acknowledgesElements,
                    reached[name, default: 0] != end
                {
                    return "REVOKED \(name) drained at \(reached[name, default: 0]), not \(end)"
                }
            case .commit(let positions):
                for position in positions {
                    let name = position.partition
                    if position.offset < reached[name, default: 0] { return "BACKWARD \(position)" }
                    if position.offset == reached[name, default: 0] { continue }
                    reached[name] = position.offset
                    if let given = revoked[name],
                        !trace.given.suffix(from: given).contains(where: { $0.partition == name })
                    {
                        return "COMMIT AFTER REVOKE \(position)"
                    }
                    for element in trace.given.indices where isBelow(element, position) && !checked.contains(element) {
                        // What was in flight when its partition was given up counts for nobody.
                        if let given = revoked[name], element < given { continue }
                        if !isDone(element, confirmed, buried) {
                            return "COMMIT PAST UNDONE \(position), element \(element)"
                        }
                        checked.insert(element)
                    }
                }
            case .ended(let ends):
                for end in ends {
                    guard
                        let element = trace.given.firstIndex(where: {
                            $0.partition == end.position.partition && $0.offset == end.position.offset
                        })
                    else { return "END of a stranger \(end)" }
                    if !checked.insert(-1 - element).inserted { return "ENDED TWICE \(end)" }
                    // A worker may drop an element ahead of a limit or failure that ends the run before it.
                    if barren.contains(element) { continue }
                    if !isDone(element, confirmed, buried) { return "ENDED UNDONE \(end), element \(element)" }
                }
            }
        }
        return nil
    }

    /// The positions committed last.
    var committed: [String: Int64] {
        var last: [String: Int64] = [:]
        for case .commit(let positions) in trace.events {
            for position in positions { last[position.partition] = position.offset }
        }
        return last
    }

    var revokedNames: Set<String> {
        var names: Set<String> = []
        for case .revoked(let name, _, _) in trace.events { names.insert(name) }
        return names
    }

    /// Whether the last commit is at an element, in all partitions that were not revoked.
    func checkFinal(_ allowed: [Int]) -> String? {
        if shape.acknowledgesElements { return checkEnded(allowed) }
        for end in allowed {
            let wanted = ends(below: end)
            let names = Set(wanted.keys).union(committed.keys).subtracting(revokedNames)
            if names.allSatisfy({ wanted[$0, default: 0] == committed[$0, default: 0] }) { return nil }
        }
        return "INEXACT committed \(committed), wanted \(ends(below: allowed[0])) below element \(allowed)"
    }

    private func checkEnded(_ allowed: [Int]) -> String? {
        var ended: Set<Int> = []
        for case .ended(let ends) in trace.events {
            for end in ends {
                guard
                    let element = trace.given.firstIndex(where: {
                        $0.partition == end.position.partition && $0.offset == end.position.offset
                    })
                else { continue }
                ended.insert(element)
                let isSkipped = model.skipped.contains(Int32(element))
                if (end.status == .done) == isSkipped, !shape.hasLimit, shape.isStrict {
                    return "STATUS \(end) of element \(element), skipped: \(isSkipped)"
                }
            }
        }
        let revoked = revokedNames
        for end in allowed {
            let wanted = Set((0..<end).filter { !revoked.contains(trace.given[$0].partition) })
            let found = ended.filter { !revoked.contains(trace.given[$0].partition) }
            if found.isSuperset(of: wanted), found.subtracting(wanted).isSubset(of: barren) { return nil }
        }
        return "INEXACT ends: \(ended.count), wanted \(allowed)"
    }
}

/// Judges runs whose outputs and positions can be foretold exactly.
struct StrictJudge {
    let judge: Judge

    init(_ judge: Judge) {
        self.judge = judge
    }

    func verdict() -> String? {
        let (trace, model) = (judge.trace, judge.model)
        let wanted = model.outputs
        if judge.isCutShort {
            if !wanted.starts(with: trace.outputs) { return "ORDER before the sink's failure: \(difference)" }
        } else {
            if trace.outputs != wanted { return "ORDER \(difference)" }
            if model.buried.map({ Int($0) }) != judge.lettersOf.sorted(), !judge.shape.hasFold, !judge.shape.hasLimit,
                !model.hasFailed
            {
                return "LETTERS \(judge.lettersOf), wanted \(model.buried)"
            }
        }
        let letters = judge.lettersOf
        var needs: [Int: [Int]] = [:]
        for (number, output) in wanted.enumerated() {
            for element in output.covers { needs[Int(element), default: []].append(number) }
        }
        var burials: [Int: [Int]] = [:]
        for (number, element) in letters.enumerated() { burials[element, default: []].append(number) }
        let end = model.end
        let wrong = judge.checkCommits { element, confirmed, buried in
            if element >= end { return false }
            return needs[element, default: []].allSatisfy { $0 < confirmed.count && confirmed[$0] }
                && burials[element, default: []].allSatisfy { buried[$0] }
        }
        if let wrong { return wrong }
        if judge.isCutShort { return nil }
        return judge.checkFinal([end] + (model.otherEnd.map { [$0] } ?? []))
    }

    private var difference: String {
        let (got, wanted) = (judge.trace.outputs, judge.model.outputs)
        let place = zip(got, wanted).prefix { $0 == $1 }.count
        let found = place < got.count ? "\(got[place])" : "end"
        let expected = place < wanted.count ? "\(wanted[place])" : "end"
        return "got \(got.count), want \(wanted.count), first difference at \(place): \(found) instead of \(expected)"
    }
}

/// Judges runs whose order or emissions are not foretold: nothing lost, nothing twice, nothing committed too early.
struct LooseJudge {
    let judge: Judge

    init(_ judge: Judge) {
        self.judge = judge
    }

    func verdict() -> String? {
        let (shape, trace, model) = (judge.shape, judge.trace, judge.model)
        let whole = judge.wholeModel
        // Behind a fold the outputs say what they cover; in front of it each stands for itself.
        let wanted = leaves(whole.outputs)
        let got = leaves(trace.outputs)
        let isWhole = !shape.hasLimit && !model.hasFailed && !judge.isCutShort
        if isWhole, got != wanted { return "SET \(difference(got, wanted))" }
        for (element, count) in got where count > wanted[element, default: 0] {
            return "TOO MUCH of element \(element)"
        }
        if isWhole, !shape.hasFold, Set(trace.outputs.map(\.value)) != Set(whole.outputs.map(\.value)) {
            return "VALUES"
        }
        if isWhole, !shape.hasUnordered, !shape.hasFold, let wrong = checkKeys(whole.outputs) { return wrong }
        if let limit = shape.sink.limit, trace.outputs.count > limit {
            return "LIMIT \(trace.outputs.count) > \(limit)"
        }
        if let last = shape.stages.last?.limit, trace.outputs.count > last {
            return "LIMIT \(trace.outputs.count) > \(last)"
        }
        if let wrong = checkCommits(wanted) { return wrong }
        return isWhole ? judge.checkFinal([trace.given.count]) : nil
    }

    private func leaves(_ outputs: [Item]) -> [Int32: Int] {
        var counts: [Int32: Int] = [:]
        for output in outputs {
            for element in output.covers { counts[element, default: 0] += 1 }
        }
        return counts
    }

    private func difference(_ got: [Int32: Int], _ wanted: [Int32: Int]) -> String {
        for element in Set(got.keys).union(wanted.keys).sorted() where got[element] != wanted[element] {
            return "element \(element): got \(got[element, default: 0]), want \(wanted[element, default: 0])"
        }
        return ""
    }

    private func checkKeys(_ wanted: [Item]) -> String? {
        for key in 0..<5 {
            let got = judge.trace.outputs.filter { Judge.key(of: $0) == key }
            if got != wanted.filter({ Judge.key(of: $0) == key }) { return "KEY ORDER of \(key)" }
        }
        return nil
    }

    private func checkCommits(_ wanted: [Int32: Int]) -> String? {
        let (shape, trace) = (judge.shape, judge.trace)
        var burials: [Int: [Int]] = [:]
        for (number, element) in judge.lettersOf.enumerated() { burials[element, default: []].append(number) }
        var places: [Int32: [Int]] = [:]
        for (number, output) in trace.outputs.enumerated() {
            for element in output.covers { places[element, default: []].append(number) }
        }
        // A limit's own element is committed though more could have come of it.
        var allowed: Set<Int> = []
        let allowance = shape.stages.count { $0.limit != nil } + (shape.sink.limit == nil ? 0 : 1)
        return judge.checkCommits { element, confirmed, buried in
            let mine = places[Int32(element), default: []]
            guard mine.allSatisfy({ confirmed[$0] }), burials[element, default: []].allSatisfy({ buried[$0] }) else {
                return false
            }
            if mine.count == wanted[Int32(element), default: 0] { return true }
            allowed.insert(element)
            return allowed.count <= allowance
        }
    }
}
