import Connect

/// A source that says of itself what the test wants; it is never read.
struct ProbeSource<Element: Sendable>: Source {
    var descriptor: SourceDescriptor

    init(
        _ type: Element.Type, kind: String = "ProbeSource", origin: String = "", isBounded: Bool = true,
        resumption: SourceDescriptor.Resumption = .checkpointStore, hasDuties: Bool = false, isShared: Bool = false,
        transactionDomain: String? = nil
    ) {
        descriptor = SourceDescriptor(
            kind: kind, origin: origin, isBounded: isBounded, resumption: resumption, hasDuties: hasDuties,
            isShared: isShared, transactionDomain: transactionDomain)
    }

    func makeReader() throws -> ProbeReader<Element> { ProbeReader() }
}

struct ProbeReader<Element: Sendable>: SourceReader {
    mutating func poll(into batch: inout SourceBatch<Element>, deadline: MonotonicTime) throws -> SourcePoll { .ended }
}

/// A sink that says of itself what the test wants; it is never written to.
struct ProbeSink<Input: Sendable>: Sink {
    var descriptor: SinkDescriptor

    init(
        _ type: Input.Type, kind: String = "ProbeSink", target: String = "",
        confirmation: SinkDescriptor.Confirmation = .write, window: Int? = nil, mayBlock: Bool = false,
        isExactlyOnce: Bool = false, transactionDomain: String? = nil, isStandardStream: Bool = false
    ) {
        descriptor = SinkDescriptor(
            kind: kind, target: target, confirmation: confirmation, window: window, mayBlock: mayBlock,
            isExactlyOnce: isExactlyOnce, transactionDomain: transactionDomain, isStandardStream: isStandardStream)
    }

    func makeWriter() throws -> ProbeWriter<Input> { ProbeWriter() }
}

struct ProbeWriter<Input: Sendable>: SinkWriter {
    mutating func write(_ batch: borrowing Batch<Input>, _ acknowledgement: consuming SinkAcknowledgement) throws {
        acknowledgement.end()
    }
}

/// Cuts streams into lines, in name only.
struct ProbeSplitter: Splitter {
    var name = "LINES"

    func makeInstance() throws -> ProbeSplitting { ProbeSplitting() }
}

struct ProbeSplitting: SplitterInstance {
    mutating func resume(at positions: [Position], partitions: any PartitionRegistry) throws -> [Position] { positions }
    mutating func push(_ chunk: StreamChunk) throws {}
    mutating func pull(into batch: inout SourceBatch<Bytes>) throws -> SplitterPull { .needsInput }
}

/// A coder of any name between any types; it is never called.
struct ProbeCoder<Input: Sendable, Output: Sendable>: Coder {
    var name: String

    init(_ name: String, _ input: Input.Type, _ output: Output.Type) {
        self.name = name
    }

    func makeInstance() throws -> ProbeCoding<Input, Output> { ProbeCoding() }
}

/// A coder whose instances cannot differ.
struct StatelessCoder: Coder {
    var name: String { "STRING-DECODE" }

    func makeInstance() throws -> ProbeCoding<Bytes, String> { ProbeCoding() }
}

struct StatelessEncoder: Coder {
    var name: String { "STRING-ENCODE" }

    func makeInstance() throws -> ProbeCoding<String, Bytes> { ProbeCoding() }
}

struct ProbeCoding<Input: Sendable, Output: Sendable>: CoderInstance {
    mutating func convert(_ input: Input) throws -> Output {
        throw CoderError(.malformed, coder: "probe", "is never called")
    }
}

/// A transform of any name between any types; it is never called.
struct ProbeTransform<Input: Sendable, Output: Sendable>: Transform {
    var name: String

    init(_ name: String, _ input: Input.Type, _ output: Output.Type) {
        self.name = name
    }

    func makeInstance() throws -> ProbeTransforming<Input, Output> { ProbeTransforming() }
}

struct ProbeTransforming<Input: Sendable, Output: Sendable>: TransformInstance {
    mutating func transform(_ input: Input, _ emit: Emitter<Output>) throws {}
}

/// A document, in name only.
struct ProbeDocument: Sendable, NamedElement {
    static var elementTypeName: String { "XML.Document" }
}

/// The findings of a pipeline that has mistakes, or its warnings.
func findings(of pipeline: Pipeline) -> [PlanFinding] {
    do {
        return try pipeline.plan().warnings
    } catch {
        return error.findings
    }
}
