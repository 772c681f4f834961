/// Calls an asynchronous closure for many elements at once and gives the results in the order of the elements.
final class AsyncMapStage<Element: Sendable, Output: Sendable> {
    private enum Result: Sendable {
        case pending
        case done(Output)
        case failed(any Error)
    }

    private struct Flight {
        var number: Int
        var element: Element
        var token: AckToken?
        var origin: Int
        var endsUnterminated: Bool
    }

    private struct Board: Sendable {
        var results: [Int: Result] = [:]
    }

    private let context: StageContext
    private let next: Inlet<Output>
    private let maxInFlight: Int
    private let transform: @Sendable (Element) async throws -> Output
    private let board: Guarded<Board>
    private let arrived: Monitor.Condition
    private var flights: [Flight] = []
    private var number = 0
    private let output: BatchSlot<Output>

    init(
        _ context: StageContext, before next: Inlet<Output>, maxInFlight: Int,
        _ transform: @escaping @Sendable (Element) async throws -> Output
    ) {
        self.context = context
        self.next = next
        self.maxInFlight = maxInFlight
        self.transform = transform
        board = Guarded(Board(), scheduler: context.run.scheduler)
        arrived = board.monitor.makeCondition()
        output = BatchSlot(capacity: 1)
    }

    var inlet: Inlet<Element> {
        Inlet(
            push: { (batch: inout Batch<Element>) throws(Interruption) in try self.push(&batch) },
            tick: { (now: MonotonicTime) throws(Interruption) in
                try self.deliver(waitingFor: .max)
                return try self.next.tick(now)
            },
            flush: { () throws(Interruption) in
                try self.deliver(waitingFor: 0)
                try self.next.flush()
            },
            finish: { self.finish() })
    }

    private func push(_ batch: inout Batch<Element>) throws(Interruption) {
        let count = batch.count
        context.countReceived(batch, count)
        let token = batch.takeToken()
        batch.filled = 0
        for index in 0..<count {
            let element = batch.moveElement(at: index)
            do throws(Interruption) {
                try deliver(waitingFor: maxInFlight - 1)
            } catch {
                token?.mark(.stop, at: batch.origin(of: index))
                token?.release()
                batch.destroyElements((index + 1)..<count)
                batch.reset()
                throw error
            }
            token?.addHold()
            start(
                Flight(
                    number: number, element: element, token: token, origin: batch.origin(of: index),
                    endsUnterminated: batch.endsUnterminated && index == count - 1))
            number += 1
        }
        batch.reset()
        token?.release()
    }

    private func start(_ flight: Flight) {
        flights.append(flight)
        let (board, arrived, wake, transform) = (board, arrived, context.wake, transform)
        let (element, number) = (flight.element, flight.number)
        board.withLock { $0.results[number] = .pending }
        Task {
            let result: Result
            do {
                result = .done(try await transform(element))
            } catch {
                result = .failed(error)
            }
            board.withLock { board in
                board.results[number] = result
                arrived.broadcast()
            }
            wake()
        }
    }

    /// Passes on the results at the front, waiting until at most a number of calls is under way.
    private func deliver(waitingFor left: Int) throws(Interruption) {
        while let flight = flights.first {
            let mustWait = flights.count > left
            let number = flight.number
            let (board, arrived) = (board, arrived)
            let result: Result? = board.waitWithLock { board in
                if case .pending = board.results[number] { return mustWait ? .wait(arrived) : .done(nil) }
                return .done(board.results.removeValue(forKey: number))
            }
            guard let result else { return }
            flights.removeFirst()
            try pass(result, of: flight)
        }
    }

    private func pass(_ result: Result, of flight: Flight) throws(Interruption) {
        let batch = output.pointer
        var interruption: Interruption?
        switch result {
        case .pending: break
        case .done(let value):
            batch.pointee.ensureCapacity(1)
            batch.pointee.append(value)
        case .failed(let error):
            do throws(Interruption) {
                let attempt: (() throws -> Output)? = nil
                let recovered: Output? = try context.recover(
                    from: error, at: flight.element, token: flight.token, origin: flight.origin, attempt: attempt)
                if let recovered { batch.pointee.append(recovered) }
            } catch {
                interruption = error
            }
        }
        batch.pointee.originBase = flight.origin
        batch.pointee.token = flight.token
        batch.pointee.endsUnterminated = flight.endsUnterminated && batch.pointee.count > 0
        context.countFinished(1)
        context.countSent(batch.pointee)
        try next.pushLast(batch, interruption)
    }

    private func finish() {
        do throws(Interruption) {
            try deliver(waitingFor: 0)
        } catch {
            if case .failure(let failure) = error { context.run.report(failure) }
        }
        for flight in flights {
            flight.token?.mark(.stop, at: flight.origin)
            flight.token?.release()
        }
        flights = []
        next.finish()
    }
}
