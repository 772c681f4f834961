/// What metrics mean, in a line each.
enum PrometheusHelp {
    /// The help of a metric; for those that Connect does not know a line that says so.
    static func text(of name: String) -> String { texts[name] ?? "Published by the program." }

    private static let texts: [String: String] = [
        "acks_pending": "Batches of the source that are not done.",
        "batches_total": "Flushes of sinks and emissions of folds, by what brought them about.",
        "buffer_byte_size": "Bytes that wait at the entry of a segment.",
        "buffer_events": "Elements that wait at the entry of a segment.",
        "build_info": "The version that runs, as a label; always 1.",
        "checkpoint_age_seconds": "For how long nothing was committed although something is under way.",
        "checkpoint_commit_timestamp_seconds": "When a commit last moved something, in seconds since 1970.",
        "checkpoint_committed_position": "The position committed last, of a partition.",
        "component_discarded_events_total": "Elements left out, by a filter or after an error.",
        "component_errors_total": "Elements at which a stage threw, failures of sources and sinks, failed commits.",
        "component_latency_seconds": "How long a batch takes through the stages that run together.",
        "component_received_event_bytes_total": "Bytes of the elements that came in.",
        "component_received_events_total": "Elements that came in.",
        "component_sent_event_bytes_total": "Bytes of the elements that went out.",
        "component_sent_events_total": "Elements that went out; of a sink, elements written.",
        "dlq_events_total": "Elements written as dead letters.",
        "kafka_consumer_lag": "Messages between what was read last and the end of the partition.",
        "kafka_delivery_seconds": "How long it takes from writing a batch until the brokers have confirmed all of it.",
        "memory_budget_bytes": "The bound on the bytes that are under way.",
        "memory_used_bytes": "The bytes that count against the bound.",
        "oldest_unacked_age_seconds": "How long ago the oldest element that is not done was read.",
        "process_cpu_seconds_total": "Processor time that the process has used.",
        "process_open_fds": "Open file descriptors of the process.",
        "process_resident_memory_bytes": "Memory of the process that is resident.",
        "process_start_time_seconds": "When the process began, in seconds since 1970.",
        "reorder_buffer_events": "Elements that workers are through with and that wait for those before them.",
        "retries_total": "Repetitions of stages after errors.",
        "source_lag_time_seconds": "How old the latest element was when it was read.",
        "utilization": "The part of the time in which the threads of the stages were busy.",
    ]
}
