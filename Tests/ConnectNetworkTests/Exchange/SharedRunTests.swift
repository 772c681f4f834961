import Connect
import Testing

@testable @_spi(Fuzzing) import ConnectNetwork

@Suite("A pipeline that several instances share")
struct SharedRunTests {
    // S-NET-1, S-NET-3
    @Test(
        "The order of the source comes back behind the merge, whatever the middle makes", arguments: [1, 2, 3], [1, 2])
    func ordered(members: Int, workers: Int) throws {
        var shared = SharedPipeline()
        shared.workers = workers
        let reports = try shared.run(on: members)
        #expect(shared.sink.elements == shared.expected)
        #expect(reports[0].elementsRead == shared.count)
        #expect(reports[members - 1].elementsWritten == shared.expected.count)
    }
}
