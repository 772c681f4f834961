import Connect
import ConnectService
import ConnectTesting
import Logging
import ServiceLifecycle
import ServiceLifecycleTestKit
import Testing

@Suite("A pipeline as a service", .timeLimit(.minutes(15)))
struct PipelineServiceTests {
    // S-END-1
    @Test("A group whose pipeline ends shuts down and returns, where it is told that this is success")
    func returnsAtTheEnd() async throws {
        let sink = CollectSink<Int>()
        let service = PipelineService(Pipeline("bounded").root(ListSource(1...100)).to(sink))
        let other = WaitingService()
        try await group([ServiceGroupConfiguration.ServiceConfiguration(service: other), service.configuration()]).run()
        #expect(sink.elements == Array(1...100))
        #expect(other.wasShutDown)
    }

    @Test("A group that is not told takes the end of a pipeline for a failure, after everything was delivered")
    func failsUntold() async throws {
        let sink = CollectSink<Int>()
        let service = PipelineService(Pipeline("bounded").root(ListSource(1...100)).to(sink))
        let error = await #expect(throws: ServiceGroupError.self) {
            try await group([ServiceGroupConfiguration.ServiceConfiguration(service: service)]).run()
        }
        #expect(error?.errorCode == .serviceFinishedUnexpectedly)
        #expect(sink.elements.count == 100)
    }

    // case 27
    @Test("A group that ignores the ends of its pipelines returns when all have ended")
    func returnsAfterTheLast() async throws {
        let sinks = [CollectSink<Int>(), CollectSink<Int>()]
        try await group(
            zip([3, 50_000], sinks).map { count, sink in
                PipelineService(Pipeline("to-\(count)").root(ListSource(1...count)).to(sink))
                    .configuration(whenFinished: .ignore)
            }
        ).run()
        #expect(sinks.map(\.elements.count) == [3, 50_000])
    }

    // case 29
    @Test("A pipeline that ends and waits leaves an endless one running, and its completion is reported")
    func livesOn() async throws {
        let bounded = Reports()
        let endless = Reports()
        let services = [
            PipelineService(
                Pipeline("bounded").root(ListSource(1...3)).to(NullSink()), atEnd: .waitForShutdown,
                onReport: bounded.add),
            PipelineService(endlessPipeline(), onReport: endless.add),
        ]
        let group = group(services.map { $0.configuration() })
        let running = Task { try await group.run() }
        await bounded.first()
        #expect(endless.all.isEmpty)
        await group.triggerGracefulShutdown()
        try await running.value
        #expect(bounded.all.map(\.elementsWritten) == [3])
        #expect(bounded.all.map(\.wasStopped) == [false])
        expectDrained(endless)
    }

    @Test("A pipeline that has ended and waits lets itself be cancelled")
    func stopsWaiting() async throws {
        let reports = Reports()
        let service = PipelineService(
            Pipeline("bounded").root(ListSource(1...3)).to(NullSink()), atEnd: .waitForShutdown, onReport: reports.add)
        let running = Task { try await service.run() }
        await reports.first()
        running.cancel()
        try await running.value
    }

    // S-END-4, case 83
    @Test("A graceful shutdown drains what is under way and commits all of it")
    func drainsAtShutdown() async throws {
        let started = Signal()
        let reports = Reports()
        let service = PipelineService(endlessPipeline(started), onReport: reports.add)
        let group = group([service.configuration()])
        let running = Task { try await group.run() }
        await started.wait()
        await group.triggerGracefulShutdown()
        try await running.value
        expectDrained(reports)
    }

    // S-END-4
    @Test("Cancelling the task of a group drains in the same way")
    func drainsAtCancellation() async throws {
        let started = Signal()
        let reports = Reports()
        let service = PipelineService(endlessPipeline(started), onReport: reports.add)
        let group = group([service.configuration()])
        let running = Task { try await group.run() }
        await started.wait()
        running.cancel()
        // A cancelled group may say so; what counts is how the pipeline ended.
        _ = await running.result
        expectDrained(reports)
    }

    @Test("A shutdown that came before the start ends the pipeline at once, without a fault")
    func startsStopped() async throws {
        let reports = Reports()
        let group = group([PipelineService(endlessPipeline(), onReport: reports.add).configuration()])
        await group.triggerGracefulShutdown()
        try await group.run()
        expectDrained(reports)
    }

    // S-END-4, case 83
    @Test("Cancelling during a shutdown ends the run at once, and what is not done is not committed")
    func abortsWhenPressed() async throws {
        let gate = Gate()
        let started = Signal()
        let store = MemoryCheckpointStore()
        let pipeline = Pipeline("stuck").root(ListSource(1...10)).map { number in
            started.raise()
            gate.pass()
            return number
        }.to(NullSink())
        let service = PipelineService(pipeline, options: RunOptions(checkpoints: store))
        let error = await #expect(throws: PipelineError.self) {
            try await testGracefulShutdown { trigger in
                let running = Task { try await service.run() }
                await started.wait()
                trigger.triggerGracefulShutdown()
                running.cancel()
                try await running.value
            }
        }
        gate.open()
        #expect(error?.code == .shutdownTimedOut)
        #expect(store.checkpoint(of: "stuck") == nil)
    }

    // S-DEC-3
    @Test("A group gets the mistakes of a declaration")
    func reportsMistakes() async throws {
        let service = PipelineService(Pipeline("bad").root(ListSource(1...3)).limit(0).to(NullSink()))
        let error = await #expect(throws: PlanError.self) { try await group([service.configuration()]).run() }
        #expect(error?.findings.map(\.code) == [.limitInvalid])
    }

    // S-ERR-2
    @Test("A group gets the failure of a stage")
    func reportsFailure() async throws {
        struct Fault: Error {}
        let pipeline = Pipeline("failing").root(ListSource(1...3)).map { number in
            if number == 2 { throw Fault() }
            return number
        }.named("second").to(NullSink())
        let reports = Reports()
        let service = PipelineService(pipeline, onReport: reports.add)
        let error = await #expect(throws: PipelineError.self) { try await group([service.configuration()]).run() }
        #expect(error?.stage == "second")
        #expect(reports.all.isEmpty)
    }

    @Test("A group knows the service by the pipeline's name")
    func hasName() {
        let service = PipelineService(Pipeline("orders").root(ListSource([1])).to(NullSink()))
        #expect("\(service)" == "pipeline \"orders\"")
        #expect(service.configuration().serviceName == "pipeline \"orders\"")
    }
}

/// Numbers without end, into nothing.
private func endlessPipeline(_ started: Signal = Signal()) -> Pipeline {
    Pipeline("endless").root(GeneratorSource { $0 }).map { number in
        if number == 0 { started.raise() }
        return number
    }.to(NullSink())
}

private func group(_ services: [ServiceGroupConfiguration.ServiceConfiguration]) -> ServiceGroup {
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    return ServiceGroup(configuration: ServiceGroupConfiguration(services: services, logger: logger))
}

/// Whatever was read was written and committed.
private func expectDrained(_ reports: Reports, sourceLocation: Testing.SourceLocation = #_sourceLocation) {
    #expect(reports.all.count == 1, sourceLocation: sourceLocation)
    guard let report = reports.all.first else { return }
    #expect(report.wasStopped, sourceLocation: sourceLocation)
    #expect(report.elementsWritten == report.elementsRead, sourceLocation: sourceLocation)
    let offset = report.committed.first?.offset ?? 0
    #expect(offset == Int64(report.elementsRead), sourceLocation: sourceLocation)
}
