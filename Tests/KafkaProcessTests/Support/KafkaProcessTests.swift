import ProcessSupport
import Testing

/// All tests with brokers and clients in processes: one after the other, since each keeps the machine busy by itself.
@Suite(.serialized) enum KafkaProcessTests {}

extension Program {
    static let kafkaToKafka = Program("kafka-to-kafka")
}

/// Says loudly that a test has shown nothing.
func skip(_ test: String, _ reason: String) {
    print("skipped: \(test): \(reason)")
}
