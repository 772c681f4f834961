/// The third phase: puts in coders where a stage takes another type than the one before it gives.
struct CoderPhase {
    private(set) var stages: [PlannedStage] = []
    private(set) var findings: [PlanFinding] = []
    private let declared: [PlannedStage]
    private let search: CoderSearch
    private let coderPar: Int?
    private var names: StageNames

    static func run(_ declared: [PlannedStage], _ settings: PipelineSettings) -> CoderPhase {
        var phase = CoderPhase(declared, settings)
        for index in declared.indices { phase.take(index) }
        for index in phase.stages.indices { phase.stages[index].number = index + 1 }
        return phase
    }

    private init(_ declared: [PlannedStage], _ settings: PipelineSettings) {
        self.declared = declared
        search = CoderSearch(settings.coders)
        coderPar = settings.coderPar
        names = StageNames(taken: Set(declared.map(\.name)))
    }

    private mutating func take(_ index: Int) {
        let stage = declared[index]
        if stage.role == .conversion {
            // Behind a network stage it gets bytes, whatever the declaration says.
            let given = index > 0 ? declared[index - 1].output : nil
            guard let input = given ?? stage.input, let output = stage.output else { return }
            let because = "\(stage.mention) asks for \(output.name)"
            let path = coders(for: index, from: input, to: output, because)
            stages += path.isEmpty ? [stage] : replacing(stage, by: path)
            return
        }
        if case .network(let network) = stage.operation, let keys = network.keys {
            stages += encoders(for: index, by: keys)
        } else if index > 0, let given = declared[index - 1].output, let taken = stage.input, given != taken {
            stages += coders(for: index, from: given, to: taken, "\(stage.mention) takes \(taken.name)")
        }
        stages.append(stage)
    }

    /// The coders that lead to the type that a stage wants; none, and a finding, where they cannot be found.
    private mutating func coders(
        for index: Int, from input: ElementType, to output: ElementType, _ because: String
    ) -> [PlannedStage] {
        let stage = declared[index]
        switch search.path(from: input, to: output) {
        case .path(let entries):
            return entries.map { planned($0, for: stage, because, workers: workers(at: index)) }
        case .none:
            findings.append(CoderFindings.missing(stage, from: input, to: output, among: search.entries))
        case .ambiguous(let shown, let isComplete, let cost):
            findings.append(
                CoderFindings.ambiguous(
                    stage, from: input, to: output, shown: shown, isComplete: isComplete, cost: cost))
        }
        return []
    }

    /// What leads to a split by key: coders to what has the keys, and one stage that encodes it and notes the key of each.
    private mutating func encoders(for index: Int, by keys: SplitKeys) -> [PlannedStage] {
        let stage = declared[index]
        guard index > 0, let given = declared[index - 1].output, let taken = stage.input else { return [] }
        let because = "\(stage.mention) deals out by a key of \(keys.element.name)"
        var before: [PlannedStage] = []
        if given != keys.element { before = coders(for: index, from: given, to: keys.element, because) }
        var encoders: [CoderEntry] = []
        switch search.path(from: keys.element, to: taken) {
        case .path(let entries): encoders = entries
        // What was found is told as for any other stage.
        case .none, .ambiguous: _ = coders(for: index, from: keys.element, to: taken, because)
        }
        let kind = (encoders.map(\.name) + ["KEY"]).joined(separator: " >> ")
        var settings = StageSettings()
        let par = workers(at: index)
        if par > 1 { settings.par = par }
        let marking = PlannedStage(
            number: 0, name: names.unique("KEY-\(stage.number)"), kind: kind,
            operation: .coder(name: kind, make: keys.makeEncoder(encoders)), settings: settings, input: keys.element,
            output: taken, location: stage.location, injectedBecause: because)
        return before + [marking]
    }

    /// How many workers the coders before a stage run on.
    private func workers(at index: Int) -> Int {
        let stage = declared[index]
        if stage.role == .conversion, let par = stage.settings.par { return par }
        if let coderPar { return coderPar }
        // What leaves the process is encoded where it was made.
        if stage.role == .network || stage.role == .sink, index > 0 { return declared[index - 1].workersBehind }
        if stage.role == .conversion { return index + 1 < declared.count ? workers(at: index + 1) : 1 }
        return stage.par
    }

    private mutating func planned(
        _ entry: CoderEntry, for stage: PlannedStage, _ because: String, workers: Int
    ) -> PlannedStage {
        var settings = StageSettings()
        if workers > 1 { settings.par = workers }
        return PlannedStage(
            number: 0, name: names.unique("\(entry.name)-\(stage.number)"), kind: entry.name,
            operation: .coder(name: entry.name, make: entry.make), settings: settings, input: entry.input,
            output: entry.output, location: stage.location, injectedBecause: because)
    }

    /// Gives the coders what was set on the stage that asked for them: what holds at its entry to the first, what
    /// holds at its exit to the last.
    private func replacing(_ stage: PlannedStage, by coders: [PlannedStage]) -> [PlannedStage] {
        var coders = coders
        let last = coders.count - 1
        for index in coders.indices { coders[index].settings.policy = stage.settings.policy }
        coders[0].settings.order = stage.settings.order
        coders[0].settings.buffer = stage.settings.buffer
        coders[last].settings.limit = stage.settings.limit
        coders[last].settings.throttle = stage.settings.throttle
        if let name = stage.settings.name {
            coders[last].settings.name = name
            coders[last].name = name
        }
        return coders
    }
}

extension PlannedStage {
    /// On how many workers what it gives can be worked on further, where it is; a limit or a throttle has joined them.
    fileprivate var workersBehind: Int { settings.limit == nil && settings.throttle == nil ? par : 1 }
}
