import CConnectRDKafka

/// Takes what the client library has to say, so that it does not write it to standard error itself.
final class MessageReceiver: Sendable {
    private let receive: (@Sendable (String) -> Void)?

    init(_ receive: (@Sendable (String) -> Void)?) {
        self.receive = receive
    }

    /// Puts it into a configuration; it must live longer than the client that is made of it.
    func listen(_ configuration: OpaquePointer) {
        rd_kafka_conf_set_opaque(configuration, Unmanaged.passUnretained(self).toOpaque())
        rd_kafka_conf_set_log_cb(configuration) { client, _, _, text in
            guard let client, let text, let receiver = rd_kafka_opaque(client) else { return }
            let message = String(cString: text)
            Unmanaged<MessageReceiver>.fromOpaque(receiver).takeUnretainedValue().receive?(message)
        }
    }
}
