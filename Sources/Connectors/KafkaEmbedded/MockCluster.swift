import CConnectRDKafka

/// The brokers of librdkafka, and the client that it wants for them.
///
/// Their addresses are kept as numbers: whoever holds this value answers for nobody using it behind `destroy()`.
struct MockCluster: Sendable {
    private let clientAddress: UInt
    private let brokersAddress: UInt

    /// Starts brokers that listen on the loopback interface, at ports that are free.
    ///
    /// - Parameters:
    ///   - count: how many
    ///   - receiver: hears of errors until `destroy()` has returned
    /// - Throws: where the system has no room
    init(_ count: Int, _ receiver: MessageReceiver) throws(EmbeddedKafkaError) {
        guard let configuration = rd_kafka_conf_new() else {
            throw EmbeddedKafkaError(.notStarted, "there is no memory for it")
        }
        receiver.listen(configuration)
        // Errors only: that the client itself has no broker to talk to is as it should be.
        rd_kafka_conf_set(configuration, "log_level", "3", nil, 0)
        var reason = [CChar](repeating: 0, count: 512)
        guard let client = rd_kafka_new(RD_KAFKA_PRODUCER, configuration, &reason, reason.count) else {
            rd_kafka_conf_destroy(configuration)
            let words = String(decoding: reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            throw EmbeddedKafkaError(.notStarted, "the client library cannot start: \(words)")
        }
        guard let brokers = connect_mock_cluster_new(client, Int32(count)) else {
            rd_kafka_destroy(client)
            throw EmbeddedKafkaError(.notStarted, "no broker can listen on the loopback interface")
        }
        clientAddress = UInt(bitPattern: client)
        brokersAddress = UInt(bitPattern: brokers)
    }

    /// What the functions of the library take.
    var pointer: OpaquePointer? { OpaquePointer(bitPattern: brokersAddress) }

    /// The addresses of the brokers, with commas between them.
    var addresses: String {
        guard let text = rd_kafka_mock_cluster_bootstraps(pointer) else { return "" }
        return String(cString: text)
    }

    /// Ends the brokers and everything they hold.
    func destroy() {
        rd_kafka_mock_cluster_destroy(pointer)
        rd_kafka_destroy(OpaquePointer(bitPattern: clientAddress))
    }
}
