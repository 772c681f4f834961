import Connect
import ConnectTesting
import MetricsTestKit
import Testing

/// What a run publishes while it goes on.
@Suite struct MetricsGaugeTests {
    /// Progress as it is published at one time.
    private struct Progress {
        let pending: Double?
        let oldest: Double?
        let checkpoint: Double?
        let position: Double?
        let committedAt: Double?

        init(_ metrics: TestMetrics, _ source: String) {
            pending = metrics.gauge("acks_pending", of: source)
            oldest = metrics.gauge("oldest_unacked_age_seconds", of: source)
            checkpoint = metrics.gauge("checkpoint_age_seconds", of: source)
            position = metrics.gauge("checkpoint_committed_position", of: source, ("partition", "0"))
            committedAt = metrics.gauge("checkpoint_commit_timestamp_seconds", of: source)
        }
    }

    /// What is published of a queue at one time.
    private struct Waiting {
        let used: Double?
        let events: Double?
        let bytes: Double?
        let sent: Int
        let received: Int

        init(_ metrics: TestMetrics) {
            used = metrics.recorders(label: "memory_used_bytes").first?.lastValue
            events = metrics.gauge("buffer_events", of: "RecordingSink")
            bytes = metrics.gauge("buffer_byte_size", of: "RecordingSink")
            sent = metrics.total("component_sent_events_total", of: "ListSource")
            received = metrics.total("component_received_events_total", of: "RecordingSink")
        }
    }

    // S-ACK-3, S-ACK-4
    @Test func `While a sink confirms nothing what is under way ages, and is done when it has`() throws {
        let metrics = TestMetrics()
        let sink = RecordingSink<Int>(confirmation: .acknowledgement, confirmations: .onCommand)
        let source = ScriptedSource<Int>([.elements([1, 2, 3]), .wait(.seconds(100)), .elements([4])])
        let seen = try simulate(options: {
            $0.metrics = metrics
            $0.batchCapacity = 1
        }) { _ in
            Pipeline("ages").root(source).to(sink).trigger(every: .seconds(1000))
        } while: { scheduler, run in
            var seen: [Progress] = []
            for _ in 0..<2 {
                scheduler.sleep(for: .seconds(20))
                seen.append(Progress(metrics, "ScriptedSource"))
            }
            sink.confirmNext()
            for _ in 0..<2 {
                scheduler.sleep(for: .seconds(20))
                seen.append(Progress(metrics, "ScriptedSource"))
            }
            // The source has read the last element by now.
            scheduler.sleep(for: .seconds(40))
            seen.append(Progress(metrics, "ScriptedSource"))
            sink.confirmNext()
            _ = try run.wait()
            seen.append(Progress(metrics, "ScriptedSource"))
            return seen
        }
        #expect(seen.map(\.pending) == [3, 3, 0, 0, 1, 0])
        #expect(seen.map(\.position) == [nil, nil, 3, 3, 3, 4])
        // Published up to 250 ms before they are looked at.
        let ages: [ClosedRange<Double>] = [19...20, 39...40, 0...0, 0...0, 18...20, 0...0]
        for (progress, age) in zip(seen, ages) {
            #expect(age.contains(try #require(progress.oldest)))
            #expect(age.contains(try #require(progress.checkpoint)))
        }
        #expect(seen[1].committedAt == nil)
        let first = try #require(seen[2].committedAt)
        #expect((40...42).contains(first))
        #expect(seen[4].committedAt == first)
        #expect((120...122).contains(try #require(seen[5].committedAt)))
    }

    // S-ACK-4
    @Test func `A checkpoint that moves is young, however long each element is under way`() throws {
        let metrics = TestMetrics()
        let sink = RecordingSink<Int>(mayBlock: true)
        let seen = try simulate(options: {
            $0.metrics = metrics
            $0.batchCapacity = 1
        }) { scheduler in
            Pipeline("slow").root(ListSource(0..<100)).map { element in
                scheduler.sleep(for: .seconds(10))
                return element
            }.buffer(5).to(sink)
        } while: { scheduler, run in
            scheduler.sleep(for: .seconds(505))
            let seen = Progress(metrics, "ListSource")
            _ = try run.wait()
            return seen
        }
        #expect(try #require(seen.oldest) > 20)
        #expect(try #require(seen.checkpoint) <= 10.5)
    }

    // S-MEM-1, S-MEM-2
    @Test func `What waits before a slow sink is published in elements and bytes, and against the bound`() throws {
        let metrics = TestMetrics()
        var behaviour = RecordingSink<Int>.Behaviour()
        behaviour.writeTime = .seconds(60)
        let sink = RecordingSink<Int>(mayBlock: true, behaviour: behaviour)
        let seen = try simulate(options: {
            $0.metrics = metrics
            $0.batchCapacity = 16
        }) { _ in
            Pipeline("buffers").root(ListSource(0..<200)).to(sink).memory(.mebibytes(1))
        } while: { scheduler, run in
            scheduler.sleep(for: .seconds(30))
            let waiting = Waiting(metrics)
            _ = try run.wait()
            return waiting
        }
        let waiting = try #require(seen.events)
        #expect(waiting > 0)
        // The rest is the batch for which there was no room any more.
        #expect((waiting...waiting + 16).contains(Double(seen.sent - seen.received)))
        #expect(seen.bytes == waiting * 8)
        #expect((waiting * 8...(waiting + 16) * 8).contains(try #require(seen.used)))
        #expect(metrics.recorders(label: "memory_budget_bytes").map(\.lastValue) == [1_048_576])
        #expect(metrics.recorders(label: "memory_used_bytes").map(\.lastValue) == [0])
        #expect(metrics.gauge("buffer_events", of: "RecordingSink") == 0)
        #expect(metrics.gauge("buffer_byte_size", of: "RecordingSink") == 0)
    }

    // S-ORD-1
    @Test func `Elements that have overtaken a slow one wait in the reorder buffer`() throws {
        var most = 0
        for seed in 1...8 as ClosedRange<UInt64> {
            let metrics = TestMetrics()
            let begun = Shared(0)
            let seen = try simulate(
                seed: seed,
                options: {
                    $0.metrics = metrics
                    $0.batchCapacity = 1
                }
            ) { scheduler in
                Pipeline("order").root(ListSource(0..<100)).map { element in
                    begun.change { $0 += 1 }
                    if element == 10 { scheduler.sleep(for: .seconds(60)) }
                    return element
                }.par(4).named("work").to(CollectSink())
            } while: { scheduler, run in
                scheduler.sleep(for: .seconds(30))
                let seen = (waiting: metrics.gauge("reorder_buffer_events", of: "work"), begun: begun.value)
                _ = try run.wait()
                return seen
            }
            // All that were begun behind the tenth are through by now.
            #expect(seen.waiting == Double(seen.begun - 11))
            #expect(metrics.gauge("reorder_buffer_events", of: "work") == 0)
            most = max(most, seen.begun - 11)
        }
        #expect(most > 0)
    }

    // S-MEM-1, S-MEM-3
    @Test func `The stage that the others wait for is the busy one, and its latency that of its batches`() throws {
        let metrics = TestMetrics()
        let sink = RecordingSink<Int>(mayBlock: true)
        let seen = try simulate(options: {
            $0.metrics = metrics
            $0.batchCapacity = 1
            $0.checkpointEvery = .seconds(20)
        }) { scheduler in
            Pipeline("busy").root(ListSource(0..<100)).map { element in
                scheduler.sleep(for: .seconds(2))
                return element
            }.buffer(4).named("slow").to(sink)
        } while: { scheduler, run in
            scheduler.sleep(for: .seconds(110))
            let seen = ["ListSource", "slow", "RecordingSink"].map { metrics.gauge("utilization", of: $0) }
            _ = try run.wait()
            return seen
        }
        #expect(try #require(seen[0]) < 0.1)
        #expect(try #require(seen[1]) > 0.8)
        #expect(try #require(seen[2]) < 0.1)
        #expect(metrics.gauge("utilization", of: "slow") == 0)
        let latencies = metrics.timers(label: "component_latency_seconds", dimensions: [("component_id", "slow")])
        let seconds = latencies.flatMap(\.values).map { Double($0) / 1e9 }
        #expect(seconds.count > 5)
        #expect(seconds.allSatisfy { (2...2.1).contains($0) })
    }

    // S-ORD-4
    @Test func `Workers share their utilization, and the stages behind them have one of their own`() throws {
        let metrics = TestMetrics()
        var behaviour = RecordingSink<Int>.Behaviour()
        behaviour.writeTime = .milliseconds(500)
        let sink = RecordingSink<Int>(behaviour: behaviour)
        let seen = try simulate(options: {
            $0.metrics = metrics
            $0.checkpointEvery = .seconds(40)
        }) { scheduler in
            Pipeline("shared").root(GeneratorSource(count: 100, rate: 1) { Int($0) }).map { element in
                scheduler.sleep(for: .seconds(1))
                return element
            }.par(4).named("work").to(sink)
        } while: { scheduler, run in
            scheduler.sleep(for: .seconds(90))
            let seen = ["work", "RecordingSink"].map { metrics.gauge("utilization", of: $0) }
            _ = try run.wait()
            return seen
        }
        #expect((0.2...0.3).contains(try #require(seen[0])))
        #expect((0.4...0.6).contains(try #require(seen[1])))
    }

    // S-MEM-3
    @Test func `The lag of the source is the age of what it has read last, when it was read`() throws {
        let metrics = TestMetrics()
        try simulate(options: { $0.metrics = metrics }) { scheduler in
            Pipeline("lag").root(BelatedSource(count: 3, delay: .seconds(42))).map { element in
                scheduler.sleep(for: .seconds(100))
                return element
            }.to(CollectSink())
        }
        let lag = try #require(metrics.gauge("source_lag_time_seconds", of: "BelatedSource"))
        #expect((42...43).contains(lag))
    }
}
