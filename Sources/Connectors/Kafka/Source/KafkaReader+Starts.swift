import CConnectRDKafka
import Connect
import Logging

extension KafkaReader {
    /// Where partitions that the group gives to this member are to begin; the client itself knows what is committed.
    func starts(
        of names: [TopicPartition], _ consumer: KafkaConsumer
    ) throws(ConnectorError) -> [(name: TopicPartition, offset: Int64)] {
        if source.start == .reset { return names.map { (name: $0, offset: Int64(RD_KAFKA_OFFSET_INVALID)) } }
        let committed = try consumer.committed(names, timeout: source.connectTimeout)
        let first = try firstOffsets(of: names.filter { committed[$0] == nil }, consumer)
        return names.map { name in
            (name: name, offset: committed[name] ?? first[name] ?? Int64(RD_KAFKA_OFFSET_INVALID))
        }
    }

    /// Where ``KafkaSource`` was told to begin, for partitions of which nothing is committed.
    private func firstOffsets(
        of names: [TopicPartition], _ consumer: KafkaConsumer
    ) throws(ConnectorError) -> [TopicPartition: Int64] {
        switch source.start {
        case .reset: return [:]
        case .offsets(let offsets): return offsets
        case .timestamp(let time):
            let found = try consumer.offsets(
                at: time.millisecondsSinceEpoch, names, timeout: source.connectTimeout)
            return Dictionary(
                names.map { ($0, found[$0] ?? Int64(RD_KAFKA_OFFSET_END)) }, uniquingKeysWith: { $1 })
        }
    }

    /// Takes all partitions of a bounded source, up to where they end now.
    func takePartitions(
        _ counts: [String: Int], _ consumer: KafkaConsumer, _ context: SourceContext
    ) throws(ConnectorError) {
        let names = source.topics.flatMap { topic in
            (0..<(counts[topic] ?? 0)).map { TopicPartition(topic, Int32($0)) }
        }
        let committed: [TopicPartition: Int64]
        if source.group == nil {
            committed = Dictionary(
                context.positions.compactMap { position in
                    TopicPartition(name: position.partition).map { ($0, position.offset) }
                }, uniquingKeysWith: { $1 })
        } else {
            committed = try consumer.committed(names, timeout: source.connectTimeout)
        }
        let first = try firstOffsets(of: names.filter { committed[$0] == nil }, consumer)
        var entries: [(name: TopicPartition, offset: Int64)] = []
        var (done, total): (Int64, Int64) = (0, 0)
        for name in names {
            let extent = try consumer.extent(of: name, timeout: source.connectTimeout)
            let start = try start(of: name, committed[name] ?? first[name], in: extent, context)
            let id = context.partitions.partition(named: name.description)
            assignment.add(AssignedPartition(name: name, id: id, next: start, end: extent.upperBound))
            if start >= extent.upperBound {
                assignment.place(of: name).map { complete($0) }
            } else {
                entries.append((name: name, offset: start))
                total += extent.upperBound - extent.lowerBound
                done += start - extent.lowerBound
            }
        }
        context.progress.begin(total: total, done: done)
        if !entries.isEmpty { try consumer.assign(entries) }
    }

    /// Where a bounded partition begins.
    private func start(
        of name: TopicPartition, _ wanted: Int64?, in extent: Range<Int64>, _ context: SourceContext
    ) throws(ConnectorError) -> Int64 {
        if wanted == Int64(RD_KAFKA_OFFSET_END) { return extent.upperBound }
        if let wanted, wanted >= extent.lowerBound { return wanted }
        // Nothing was said, or what is to be read next is gone.
        let reset = source.configuration["auto.offset.reset"] ?? "earliest"
        switch reset {
        case "latest", "largest", "end": return extent.upperBound
        case "error":
            throw ConnectorError(
                KafkaError(
                    KafkaErrorCode(RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET),
                    wanted.map { "\(name) begins at \(extent.lowerBound), behind \($0)" }
                        ?? "\(name) has no committed offset"), "there is no place to begin at")
        default:
            if let wanted {
                context.logger.warning(
                    "messages are gone before they were read: \(name) begins at \(extent.lowerBound), wanted was \(wanted)"
                )
            }
            return extent.lowerBound
        }
    }
}
