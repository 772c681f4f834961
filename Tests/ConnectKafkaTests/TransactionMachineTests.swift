import Connect
import Testing

@testable import ConnectKafka

@Suite("What follows the calls of a transaction")
struct TransactionMachineTests {
    typealias Machine = TransactionMachine

    static let start = MonotonicTime(nanoseconds: 1_000_000_000)

    /// A machine that has come to where a call is made.
    static func machine(before call: Machine.Call) -> Machine {
        var machine = Machine(timeout: .seconds(60))
        let path: [Machine.Call] =
            switch call {
            case .initialize: []
            case .begin: [.initialize]
            case .sendOffsets, .abort: [.initialize, .begin]
            case .commit: [.initialize, .begin, .sendOffsets]
            }
        for earlier in path { _ = machine.step(after: earlier, .done, at: start) }
        return machine
    }

    struct Expectation: Sendable, CustomTestStringConvertible {
        var call: Machine.Call
        var answer: Machine.Answer
        var step: Machine.Step

        var testDescription: String { "\(call), \(answer)" }
    }

    static let table: [Expectation] =
        [
            Expectation(call: .initialize, answer: .done, step: .finished),
            Expectation(call: .begin, answer: .done, step: .finished),
            Expectation(call: .sendOffsets, answer: .done, step: .call(.commit, after: .zero)),
            Expectation(call: .commit, answer: .done, step: .finished),
            Expectation(call: .abort, answer: .done, step: .rewind),
            Expectation(call: .initialize, answer: .abortable, step: .fail),
            Expectation(call: .begin, answer: .abortable, step: .fail),
            Expectation(call: .sendOffsets, answer: .abortable, step: .call(.abort, after: .zero)),
            Expectation(call: .commit, answer: .abortable, step: .call(.abort, after: .zero)),
            Expectation(call: .abort, answer: .abortable, step: .fail),
        ]
        + Machine.Call.allCases.flatMap { call in
            [
                Expectation(call: call, answer: .retriable, step: .call(call, after: .milliseconds(50))),
                Expectation(call: call, answer: .fatal, step: .fail),
                Expectation(call: call, answer: .other, step: .fail),
            ]
        }

    @Test("Every answer to every call has one outcome", arguments: table)
    func outcome(_ expected: Expectation) {
        var machine = TransactionMachineTests.machine(before: expected.call)
        #expect(machine.step(after: expected.call, expected.answer, at: TransactionMachineTests.start) == expected.step)
        if expected.step == .fail || expected.step == .rewind { #expect(machine.callToOpen == nil && !machine.isOpen) }
    }

    @Test("The table has every pair of call and answer once")
    func isComplete() {
        let pairs = TransactionMachineTests.table.map { "\($0.call) \($0.answer)" }
        #expect(Set(pairs).count == pairs.count)
        #expect(pairs.count == Machine.Call.allCases.count * Machine.Answer.allCases.count)
    }

    @Test("A call is tried again with growing pauses, and given up after the timeout", arguments: Machine.Call.allCases)
    func givesUp(_ call: Machine.Call) {
        var machine = TransactionMachineTests.machine(before: call)
        var now = TransactionMachineTests.start
        var pauses: [Duration] = []
        while case .call(call, let pause) = machine.step(after: call, .retriable, at: now) {
            pauses.append(pause)
            now = now.advanced(by: pause)
        }
        let first: [Duration] = [50, 100, 200, 400, 800, 1000].map { Duration.milliseconds($0) }
        #expect(Array(pauses.prefix(first.count)) == first)
        #expect(pauses.reduce(.zero, +) >= .seconds(60) && pauses.reduce(.zero, +) < .seconds(62))
        var last = TransactionMachineTests.machine(before: call)
        _ = last.step(after: call, .retriable, at: TransactionMachineTests.start)
        let step = last.step(after: call, .retriable, at: TransactionMachineTests.start.advanced(by: .seconds(60)))
        #expect(step == (call == .sendOffsets || call == .commit ? .call(.abort, after: .zero) : .fail))
    }

    @Test("After a call has succeeded the next one has the whole time again")
    func timesAnew() {
        var machine = TransactionMachineTests.machine(before: .sendOffsets)
        _ = machine.step(after: .sendOffsets, .retriable, at: TransactionMachineTests.start)
        let later = TransactionMachineTests.start.advanced(by: .seconds(59))
        #expect(machine.step(after: .sendOffsets, .done, at: later) == .call(.commit, after: .zero))
        let step = machine.step(after: .commit, .retriable, at: later.advanced(by: .seconds(59)))
        #expect(step == .call(.commit, after: .milliseconds(50)))
    }
}
