import Connect
import ConnectTesting
import Testing

/// What a stage does when something it needs is not there: no element is to blame.
@Suite struct OutageTests {
    struct Away: Error {}

    private static let policies: [ErrorPolicy] = [.fail, .skip, .retry(max: 1, backoff: .seconds(1), otherwise: .skip)]

    private static func stage(
        _ place: Int, _ def: Def<Int>, _ check: @escaping @Sendable (Int) throws -> Int
    ) -> Def<Int> {
        switch place {
        case 0: def.map(check)
        case 1: def.flatMap { [try check($0)] }
        default: def.filter { try check($0) >= 0 }
        }
    }

    // S-ERR-1
    @Test("An outage that may pass is waited for, whatever the policy, and no element is left out", arguments: 0...2)
    func waits(_ place: Int) throws {
        for policy in Self.policies {
            let tries = Shared(0)
            let sink = CollectSink<Int>()
            try simulate { _ in
                Self.stage(place, Pipeline("outage").root(ListSource(Array(0..<20)))) { element in
                    guard element == 7 else { return element }
                    let number = tries.change { count in
                        count += 1
                        return count
                    }
                    if number < 12 { throw OutageError(Away(), mayPass: true) }
                    return element
                }.onError(policy).to(sink)
            }
            #expect(sink.elements == Array(0..<20))
            #expect(tries.value == 12)
        }
    }

    // S-ERR-1
    @Test("Where it does not pass by itself the run fails, whatever the policy", arguments: 0...2)
    func fails(_ place: Int) throws {
        for policy in Self.policies {
            let sink = CollectSink<Int>()
            let error = #expect(throws: PipelineError.self) {
                try simulate { _ in
                    Self.stage(place, Pipeline("outage").root(ListSource(Array(0..<20)))) { element in
                        if element == 7 { throw OutageError(Away(), mayPass: false) }
                        return element
                    }.onError(policy).to(sink)
                }
            }
            #expect(error?.cause is Away)
            #expect(sink.elements == Array(0..<7))
        }
    }

    // S-ERR-1
    @Test("An error of an element between two outages meets the policy")
    func mixed() throws {
        let tries = Shared(0)
        let sink = CollectSink<Int>()
        try simulate { _ in
            Pipeline("outage").root(ListSource(Array(0..<5))).map { (element: Int) throws -> Int in
                guard element == 3 else { return element }
                let number = tries.change { count in
                    count += 1
                    return count
                }
                if number % 2 == 1 { throw OutageError(Away(), mayPass: true) }
                throw Broken(element: element)
            }.onError(.retry(max: 2, backoff: .seconds(1), otherwise: .skip)).to(sink)
        }
        #expect(sink.elements == [0, 1, 2, 4])
        // Three tries that meet the policy, each behind an outage.
        #expect(tries.value == 6)
    }
}
