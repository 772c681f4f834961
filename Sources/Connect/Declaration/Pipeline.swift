/// A description of work: where elements come from, what is done to them and where they go.
///
/// ```swift
/// let pipeline = Pipeline("shout")
///     .root(ListSource(["a", "b"]))
///     .map { $0.uppercased() }
///     .to(CollectSink<String>())
/// try await pipeline.run()
/// ```
///
/// A pipeline is a value: it holds no state of a run, and may be run many times, also at once.
public struct Pipeline: Sendable {
    /// The name: in logs, metrics and checkpoints. By default the executable's.
    public let name: String
    @usableFromInline var settings = PipelineSettings()
    var sinks: [StageNode] = []
    /// Where the pipeline was begun: the place of mistakes that belong to no stage.
    private(set) var location: SourceLocation

    /// A pipeline without stages.
    ///
    /// - Parameters:
    ///   - name: by default the name of the executable
    ///   - fileID: the file of the declaration; the compiler fills it in
    ///   - line: the line of the declaration; the compiler fills it in
    public init(_ name: String? = nil, fileID: StaticString = #fileID, line: UInt = #line) {
        self.name = name ?? Pipeline.executableName
        location = SourceLocation(fileID: "\(fileID)", line: line)
    }

    /// Begins a chain with a source.
    ///
    /// - Returns: a chain that gives the source's elements
    @inlinable
    public func root<S: Source>(
        _ source: S, fileID: StaticString = #fileID, line: UInt = #line
    ) -> Def<S.Element> {
        let node = StageNode(
            .source(source.descriptor, make: { RootReader(try source.makeReader()) }),
            upstreams: [], input: nil, output: ElementType(S.Element.self),
            location: place(fileID, line))
        return Def(node: node, pipeline: self)
    }

    /// Begins a chain with a source and the splitters that belong to it.
    ///
    /// - Returns: a chain that gives the elements that the last splitter cuts
    public func root<Fragment: RootFragment>(
        _ fragment: Fragment, fileID: StaticString = #fileID, line: UInt = #line
    ) -> Def<Fragment.Element> {
        fragment.declare(in: self, fileID: fileID, line: line)
    }

    /// Begins a chain of a pipeline that is named after the executable.
    @inlinable
    public static func root<S: Source>(
        _ source: S, fileID: StaticString = #fileID, line: UInt = #line
    ) -> Def<S.Element> {
        Pipeline(fileID: fileID, line: line).root(source, fileID: fileID, line: line)
    }

    /// Begins a chain of a pipeline that is named after the executable.
    public static func root<Fragment: RootFragment>(
        _ fragment: Fragment, fileID: StaticString = #fileID, line: UInt = #line
    ) -> Def<Fragment.Element> {
        Pipeline(fileID: fileID, line: line).root(fragment, fileID: fileID, line: line)
    }

    /// Says where the stages that follow are declared, where that is not the line of Swift that declares them: findings
    /// of the plan and errors of the run name it.
    ///
    /// - Parameter place: such as a line of a document
    /// - Returns: the pipeline with this setting
    public func declared(at place: SourceLocation) -> Pipeline {
        var pipeline = self
        pipeline.settings.declaredAt = place
        pipeline.location = place
        return pipeline
    }

    /// Where a stage that is added now is declared.
    @usableFromInline
    func place(_ fileID: StaticString, _ line: UInt) -> SourceLocation {
        settings.declaredAt ?? SourceLocation(fileID: "\(fileID)", line: line)
    }

    func ending(in sink: StageNode) -> Pipeline {
        var pipeline = self
        pipeline.sinks.append(sink)
        return pipeline
    }

    private static var executableName: String {
        let path = CommandLine.arguments.first ?? ""
        return path.split(separator: "/").last.map(String.init) ?? "pipeline"
    }
}

/// A source with the splitters that belong to it, declared as one.
public protocol RootFragment {
    /// What comes out of it.
    associatedtype Element: Sendable

    /// Declares source and splitters.
    func declare(in pipeline: Pipeline, fileID: StaticString, line: UInt) -> Def<Element>
}

/// What holds for a pipeline as a whole.
@usableFromInline
struct PipelineSettings: Sendable {
    var coders = CoderRegistry()
    var coderPar: Int?
    var memory: Int?
    var requirement: DeliveryGuarantee?
    /// Where stages are declared, where that is not a line of Swift.
    var declaredAt: SourceLocation?
    /// Modifiers of a sink that were set where there was none yet.
    var misplacedModifiers: [String] = []

    @usableFromInline init() {}
}
