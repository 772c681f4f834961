extension Pipeline {
    /// Gives the plan coders to choose from, beside those it has.
    public func coders(_ coders: CoderRegistry) -> Pipeline {
        modified { $0.settings.coders = $0.settings.coders + coders }
    }

    /// Runs injected coders on a number of workers; by default on as many as the stage they serve, those
    /// before a sink on as many as the stage before them.
    ///
    /// - Parameter workers: at least 1
    /// - Returns: the pipeline with this setting
    public func coderPar(_ workers: Int) -> Pipeline {
        modified { $0.settings.coderPar = workers }
    }

    /// Bounds the bytes that the whole pipeline has under way.
    public func memory(_ amount: ByteCount) -> Pipeline {
        modified { $0.settings.memory = amount.bytes }
    }

    /// Makes a plan with a weaker delivery guarantee an error.
    public func require(_ guarantee: DeliveryGuarantee) -> Pipeline {
        modified { $0.settings.requirement = guarantee }
    }

    /// Flushes the sink after every number of elements.
    ///
    /// - Parameter count: how many, at least 1
    /// - Returns: the pipeline with its sink modified
    public func trigger(each count: Int) -> Pipeline {
        modifyingSink { $0.triggers.each = count }
    }

    /// Flushes the sink a period after the first unflushed element.
    ///
    /// - Parameter period: longer than zero
    /// - Returns: the pipeline with its sink modified
    public func trigger(every period: Duration) -> Pipeline {
        modifyingSink { $0.triggers.every = period }
    }

    /// Flushes the sink after a number of bytes; for byte-like elements.
    ///
    /// - Parameter count: how many bytes, at least 1
    /// - Returns: the pipeline with its sink modified
    public func trigger(bytes count: Int) -> Pipeline {
        modifyingSink { $0.triggers.bytes = count }
    }

    /// Names the sink's stage.
    public func named(_ name: String) -> Pipeline {
        modifyingSink { $0.name = name }
    }

    /// Bounds the elements on the way to the sink and in it.
    ///
    /// - Parameter count: how many, at least 1
    /// - Returns: the pipeline with its sink modified
    public func buffer(_ count: Int) -> Pipeline {
        modifyingSink { $0.buffer = count }
    }

    /// Lets exactly a number of elements into the sink, then stops the sources.
    ///
    /// - Parameter count: how many, at least 1
    /// - Returns: the pipeline with its sink modified
    public func limit(_ count: Int) -> Pipeline {
        modifyingSink { $0.limit = count }
    }

    private func modified(_ change: (inout Pipeline) -> Void) -> Pipeline {
        var pipeline = self
        change(&pipeline)
        return pipeline
    }

    func modifyingSink(
        modifier: String = #function, _ change: (inout StageSettings) -> Void
    ) -> Pipeline {
        modified { pipeline in
            guard let last = pipeline.sinks.popLast() else {
                pipeline.settings.misplacedModifiers.append(modifier)
                return
            }
            pipeline.sinks.append(last.with(change))
        }
    }
}

/// An amount of memory.
public struct ByteCount: Sendable, Hashable {
    /// How many bytes.
    public let bytes: Int

    /// An amount in bytes.
    public init(bytes: Int) {
        self.bytes = bytes
    }

    /// An amount in units of 1,024 bytes.
    public static func kibibytes(_ count: Int) -> ByteCount { ByteCount(bytes: saturating(count, 1 << 10)) }

    /// An amount in units of 1,048,576 bytes.
    public static func mebibytes(_ count: Int) -> ByteCount { ByteCount(bytes: saturating(count, 1 << 20)) }

    private static func saturating(_ count: Int, _ unit: Int) -> Int {
        let (product, overflow) = count.multipliedReportingOverflow(by: unit)
        return overflow ? .max : product
    }
}

/// What a pipeline promises of each element, from the weakest.
public enum DeliveryGuarantee: Int, Sendable, Hashable, Comparable, CustomStringConvertible {
    /// May be lost by a crash, never repeated.
    case atMostOnce
    /// Never lost; may be repeated after a crash.
    case atLeastOnce
    /// Never lost, never repeated in what a reader of the sink sees.
    case exactlyOnce

    /// Whether one promise is weaker than another.
    public static func < (left: DeliveryGuarantee, right: DeliveryGuarantee) -> Bool {
        left.rawValue < right.rawValue
    }

    /// `at-most-once`, `at-least-once` or `exactly-once`
    public var description: String {
        switch self {
        case .atMostOnce: "at-most-once"
        case .atLeastOnce: "at-least-once"
        case .exactlyOnce: "exactly-once"
        }
    }
}
