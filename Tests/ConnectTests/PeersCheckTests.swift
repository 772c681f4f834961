import Testing

@testable import Connect

private let bytes = Pipeline("test").root(ProbeSource(Bytes.self))
private let sink = ProbeSink(Bytes.self)

// S-NET-3, S-PLAN-1
@Suite("What keeps instances from sharing a pipeline")
struct PeersCheckTests {
    struct Obstacle: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let pipeline: Pipeline
        /// The numbers of the stages that are named.
        let stages: [Int]
        let found: String

        init(_ description: String, _ pipeline: Pipeline, _ stages: Int..., found: String) {
            testDescription = description
            self.pipeline = pipeline
            self.stages = stages
            self.found = found
        }
    }

    static let obstacles: [Obstacle] = [
        Obstacle("a split without a merge", bytes.split().map { $0 }.to(sink), 4, found: "nothing merges"),
        Obstacle(
            "a fold on every instance",
            bytes.split().fold(into: Bytes()) { $0 = $1 }.trigger(each: 1).merge().to(sink), 3, found: "fold its share"),
        Obstacle(
            "a durable fold behind",
            bytes.split().mergeOrdered().durableFold(into: 0) { $0 += $1.count }.trigger(each: 1).named("sum")
                .map { _ in Bytes() }.to(sink), 4, found: "durable fold"),
        Obstacle(
            "two places for one part", bytes.split().map { $0 }.on(.all).map { $0 }.on(.first).mergeOrdered().to(sink),
            4, found: "elsewhere than"),
        Obstacle(
            "transactions with the source",
            Pipeline("test").root(ProbeSource(Bytes.self, resumption: .source, transactionDomain: "here"))
                .split().mergeOrdered().to(ProbeSink(Bytes.self, transactionDomain: "here")), 4,
            found: "writes in transactions"),
        Obstacle(
            "positions beside the output",
            bytes.split().mergeOrdered().to(ProbeSink(Bytes.self, isExactlyOnce: true)), 4,
            found: "positions of its source beside its output"),
    ]

    @Test("It is a mistake at the stage, but not for one process", arguments: obstacles)
    func isRefused(_ obstacle: Obstacle) throws {
        let plan = try obstacle.pipeline.planForPeers()
        let error = #expect(throws: PlanError.self) { try plan.partsForPeers() }
        #expect(error?.findings.map(\.number) == obstacle.stages)
        #expect(error?.description.contains(obstacle.found) == true, "\(error?.description ?? "")")
    }

    @Test("Whoever writes at least once may be behind a merge")
    func isFine() throws {
        let parts = try bytes.split().map { $0 }.mergeOrdered().to(sink).planForPeers().partsForPeers()
        #expect(parts.map(\.placement.description) == ["first", "all", "last"])
    }
}
