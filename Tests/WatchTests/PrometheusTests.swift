import ConnectWatch
import CoreMetrics
import Testing

/// Metrics as text that Prometheus reads. Its own checker reads the text of a whole run in the tests of the tool.
@Suite struct PrometheusTests {
    @Test func `Counters, gauges and histograms stand under their names, sorted, with help and type`() {
        let registry = PrometheusRegistry()
        Counter(label: "retries_total", dimensions: [("b", "2"), ("a", "1")], factory: registry).increment(by: 3)
        Gauge(label: "utilization", dimensions: [], factory: registry).record(0.25)
        let timer = Timer(label: "component_latency_seconds", dimensions: [("a", "1")], factory: registry)
        timer.recordNanoseconds(5_000_000)
        timer.recordNanoseconds(50_000_000_000)
        #expect(
            registry.text == """
                # HELP component_latency_seconds How long a batch takes through the stages that run together.
                # TYPE component_latency_seconds histogram
                component_latency_seconds_bucket{a="1",le="1e-06"} 0
                component_latency_seconds_bucket{a="1",le="1e-05"} 0
                component_latency_seconds_bucket{a="1",le="0.0001"} 0
                component_latency_seconds_bucket{a="1",le="0.001"} 0
                component_latency_seconds_bucket{a="1",le="0.01"} 1
                component_latency_seconds_bucket{a="1",le="0.1"} 1
                component_latency_seconds_bucket{a="1",le="1"} 1
                component_latency_seconds_bucket{a="1",le="10"} 1
                component_latency_seconds_bucket{a="1",le="+Inf"} 2
                component_latency_seconds_sum{a="1"} 50.005
                component_latency_seconds_count{a="1"} 2
                # HELP retries_total Repetitions of stages after errors.
                # TYPE retries_total counter
                retries_total{b="2",a="1"} 3
                # HELP utilization The part of the time in which the threads of the stages were busy.
                # TYPE utilization gauge
                utilization 0.25

                """)
    }

    @Test(
        "Names and labels are written so that Prometheus reads them",
        arguments: [
            ("a.b-c/d", [], "a_b_c_d 1\n"), ("9lives", [], "_lives 1\n"), ("", [], "_ 1\n"), ("größe", [], "gr__e 1\n"),
            ("x", [("a.b", "c")], "x{a_b=\"c\"} 1\n"),
            ("x", [("a", "quote \" slash \\ line \n end")], "x{a=\"quote \\\" slash \\\\ line \\n end\"} 1\n"),
            ("x", [("a", "ü{}=,")], "x{a=\"ü{}=,\"} 1\n"),
        ] as [(String, [(String, String)], String)])
    func escapes(label: String, dimensions: [(String, String)], line: String) {
        let registry = PrometheusRegistry()
        Gauge(label: label, dimensions: dimensions, factory: registry).record(1)
        #expect(registry.text.hasSuffix(line), "\(registry.text)")
    }

    @Test(
        "Numbers are written as Prometheus reads them",
        arguments: [
            (0.0, "0"), (-1.5, "-1.5"), (1e300, "1e+300"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN"),
            (9_007_199_254_740_992, "9007199254740992"),
        ] as [(Double, String)])
    func numbers(value: Double, text: String) {
        let registry = PrometheusRegistry()
        Gauge(label: "x", dimensions: [], factory: registry).record(value)
        #expect(registry.text.hasSuffix("x \(text)\n"), "\(registry.text)")
    }

    @Test func `The same name and labels are the same metric, and what is destroyed is gone`() {
        let registry = PrometheusRegistry()
        let one = Counter(label: "retries_total", dimensions: [("a", "1")], factory: registry)
        let other = Counter(label: "retries_total", dimensions: [("a", "1")], factory: registry)
        one.increment()
        other.increment()
        #expect(registry.text.hasSuffix("retries_total{a=\"1\"} 2\n"))
        one.destroy()
        #expect(registry.text == "")
    }

    @Test func `A name that belongs to metrics of another type shows those, and breaks nothing`() {
        let registry = PrometheusRegistry()
        Counter(label: "x", dimensions: [], factory: registry).increment()
        Gauge(label: "x", dimensions: [], factory: registry).record(7)
        #expect(registry.text.hasSuffix("# TYPE x counter\nx 1\n"))
    }
}
