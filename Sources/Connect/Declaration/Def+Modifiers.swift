extension Def {
    /// Names the stage: in errors, metrics and checkpoints. Names are unique in a pipeline.
    public func named(_ name: String) -> Def<Out> {
        modified { $0.name = name }
    }

    /// Runs the stage on several workers.
    ///
    /// - Parameters:
    ///   - workers: how many, at least 1
    ///   - order: what order the outputs keep; by default that of a sequential run
    /// - Returns: the chain with its last stage modified
    public func par(_ workers: Int, order: OrderScope = .total) -> Def<Out> {
        modified {
            $0.par = workers
            $0.order = order
        }
    }

    /// Lets exactly a number of elements out of the stage, then stops the sources.
    ///
    /// - Parameter count: how many, at least 1
    /// - Returns: the chain with its last stage modified
    public func limit(_ count: Int) -> Def<Out> {
        modified { $0.limit = count }
    }

    /// Bounds the elements that occupy memory in the stage and on the way to it; the stage begins a new segment, with
    /// a thread of its own.
    ///
    /// - Parameter count: how many, at least 1
    /// - Returns: the chain with its last stage modified
    public func buffer(_ count: Int) -> Def<Out> {
        modified { $0.buffer = count }
    }

    /// Spaces the outputs of the stage evenly in time. What the source did not use is gone; what the system or the stages
    /// behind held up is made up for, up to 50 ms of it.
    ///
    /// - Parameters:
    ///   - count: how many elements may leave the stage in a period, at least 1
    ///   - period: longer than zero
    /// - Returns: the chain with its last stage modified
    public func throttle(_ count: Int, per period: Duration) -> Def<Out> {
        modified { $0.throttle = StageSettings.Throttle(count: count, period: period) }
    }

    /// Emits the fold's state after every number of elements.
    ///
    /// - Parameter count: how many, at least 1
    /// - Returns: the chain with its last stage modified
    public func trigger(each count: Int) -> Def<Out> {
        modified { $0.triggers.each = count }
    }

    /// Emits the fold's state in every period in which something changed.
    ///
    /// - Parameter period: longer than zero
    /// - Returns: the chain with its last stage modified
    public func trigger(every period: Duration) -> Def<Out> {
        modified { $0.triggers.every = period }
    }

    /// Emits the fold's state after a number of bytes of input; for byte-like elements.
    ///
    /// - Parameter count: how many bytes, at least 1
    /// - Returns: the chain with its last stage modified
    public func trigger(bytes count: Int) -> Def<Out> {
        modified { $0.triggers.bytes = count }
    }

    /// Says what to do where the stage throws at an element; by default the pipeline fails.
    public func onError(_ policy: ErrorPolicy) -> Def<Out> {
        modified { $0.policy = policy }
    }

    /// Says where the stages that follow are declared, where that is not the line of Swift that declares them.
    ///
    /// - Parameter place: such as a line of a document
    /// - Returns: the chain with this setting
    public func declared(at place: SourceLocation) -> Def<Out> {
        Def(node: node, pipeline: pipeline.declared(at: place))
    }
}
