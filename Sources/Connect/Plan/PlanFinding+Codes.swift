extension PlanFinding.Code {
    /// The pipeline does not end in a sink.
    public static let noSink = PlanFinding.Code("no_sink")
    /// The chain does not begin with a source.
    public static let noSource = PlanFinding.Code("no_source")
    /// The pipeline holds more than one chain.
    public static let severalChains = PlanFinding.Code("several_chains")
    /// A modifier of the sink was set where there was no sink yet.
    public static let modifierMisplaced = PlanFinding.Code("modifier_misplaced")
    /// A name is empty or cannot be printed.
    public static let nameInvalid = PlanFinding.Code("name_invalid")
    /// Two stages have the same name.
    public static let nameTaken = PlanFinding.Code("name_taken")
    /// A splitter does not stand in the root, or something stands between it and the source.
    public static let splitterMisplaced = PlanFinding.Code("splitter_misplaced")

    /// `par` is less than 1.
    public static let parInvalid = PlanFinding.Code("par_invalid")
    /// The stage cannot run on several workers.
    public static let parNotPossible = PlanFinding.Code("par_not_possible")
    /// The key of `.key(…)` is not one of what enters the stage.
    public static let orderKeyMismatch = PlanFinding.Code("order_key_mismatch")
    /// An order is given to a stage with one worker.
    public static let orderWithoutPar = PlanFinding.Code("order_without_par")
    /// `coderPar` is less than 1.
    public static let coderParInvalid = PlanFinding.Code("coder_par_invalid")
    /// `maxInFlight` is less than 1.
    public static let callsInvalid = PlanFinding.Code("calls_invalid")

    /// `limit` is less than 1.
    public static let limitInvalid = PlanFinding.Code("limit_invalid")
    /// The limit counts elements that come in no certain order.
    public static let limitInexact = PlanFinding.Code("limit_inexact")
    /// `buffer` is less than 1.
    public static let bufferInvalid = PlanFinding.Code("buffer_invalid")
    /// `buffer` has no room for an element for each worker.
    public static let bufferBelowPar = PlanFinding.Code("buffer_below_par")
    /// `throttle` has a count below 1 or a period that is not positive.
    public static let throttleInvalid = PlanFinding.Code("throttle_invalid")
    /// `memory` is too small to run in.
    public static let memoryInvalid = PlanFinding.Code("memory_invalid")

    /// A fold has no trigger.
    public static let triggerMissing = PlanFinding.Code("trigger_missing")
    /// A trigger stands on a stage that is neither fold nor sink.
    public static let triggerNotPossible = PlanFinding.Code("trigger_not_possible")
    /// A trigger's value is not positive.
    public static let triggerInvalid = PlanFinding.Code("trigger_invalid")
    /// A sink's window has no room for an element.
    public static let windowInvalid = PlanFinding.Code("window_invalid")
    /// A sink's window is full before its trigger fires.
    public static let windowBelowTrigger = PlanFinding.Code("window_below_trigger")

    /// `retry` has a count below 1, a negative pause or another `retry` inside.
    public static let retryInvalid = PlanFinding.Code("retry_invalid")
    /// The stage cannot follow the error policy.
    public static let policyNotPossible = PlanFinding.Code("policy_not_possible")

    /// A durable fold has no name to store its state under.
    public static let durableUnnamed = PlanFinding.Code("durable_unnamed")
    /// The state of a durable fold cannot fit the positions it is stored with.
    public static let durableInexact = PlanFinding.Code("durable_inexact")

    /// The sink writes in transactions, and the source or a stage between does not fit into them.
    public static let transactionMismatch = PlanFinding.Code("transaction_mismatch")

    /// No coders lead from one type to the other.
    public static let coderMissing = PlanFinding.Code("coder_missing")
    /// Several ways through the coders cost the same.
    public static let coderAmbiguous = PlanFinding.Code("coder_ambiguous")
    /// A coder's cost is less than 1.
    public static let coderCostInvalid = PlanFinding.Code("coder_cost_invalid")

    /// The plan promises less than `require` demands.
    public static let guaranteeTooWeak = PlanFinding.Code("guarantee_too_weak")
    /// A network stage in a pipeline that is to run in one process, or one that does not fit the stages around it.
    public static let networkStage = PlanFinding.Code("network_stage")
    /// Peers cannot share the work of the pipeline, though its stages are parallel: one of them does all of it.
    public static let notShared = PlanFinding.Code("not_shared")
}
