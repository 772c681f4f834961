import CConnectRDKafka

/// Whom a client calls. The client is given a pointer to it, so it lives as long as the client.
final class ClientCallbacks {
    /// Told of trouble, by any thread.
    let watch: ClientWatch
    /// Told of changes of the group's shares, by the thread that polls; nil for producers.
    let changes: AssignmentChanges?
    /// Told what became of messages, by the thread that polls; has the memory that the client reads them from. nil for
    /// consumers.
    let reports: DeliveryReports?

    init(_ watch: ClientWatch, changes: AssignmentChanges? = nil, reports: DeliveryReports? = nil) {
        self.watch = watch
        self.changes = changes
        self.reports = reports
    }

    /// Puts them into the settings of a client.
    func install(in settings: borrowing KafkaSettings) {
        settings.withPointer { pointer in
            rd_kafka_conf_set_opaque(pointer, Unmanaged.passUnretained(self).toOpaque())
            ClientCallbacks.installTrouble(pointer)
            if changes != nil { ClientCallbacks.installChanges(pointer) }
            if reports != nil { ClientCallbacks.installReports(pointer) }
        }
    }

    private static func installTrouble(_ pointer: OpaquePointer) {
        rd_kafka_conf_set_error_cb(pointer) { client, code, reason, opaque in
            guard let watch = ClientCallbacks.behind(opaque)?.watch else { return }
            if code == RD_KAFKA_RESP_ERR__FATAL.rawValue {
                if let fatal = KafkaClient.fatal(of: client) { watch.noteFatal(fatal) }
            } else {
                watch.note(KafkaError(KafkaErrorCode(rawValue: code), reason.map { String(cString: $0) } ?? ""))
            }
        }
        rd_kafka_conf_set_log_cb(pointer) { client, level, facility, text in
            guard let watch = ClientCallbacks.behind(rd_kafka_opaque(client))?.watch, let text else { return }
            let facility = facility.map { String(cString: $0) } ?? ""
            watch.log(level, "\(facility): \(String(cString: text))")
        }
    }

    private static func installChanges(_ pointer: OpaquePointer) {
        rd_kafka_conf_set_rebalance_cb(pointer) { client, code, partitions, opaque in
            guard let partitions else { return }
            ClientCallbacks.behind(opaque)?.changes?.note(code, partitions, of: client)
        }
    }

    // A call for each message costs less than events, which go through all messages twice.
    private static func installReports(_ pointer: OpaquePointer) {
        rd_kafka_conf_set_dr_msg_cb(pointer) { _, message, opaque in
            guard let message, let opaque else { return }
            // Without counting references, which would cost more than all the rest.
            Unmanaged<ClientCallbacks>.fromOpaque(opaque)._withUnsafeGuaranteedRef { $0.reports?.note(message) }
        }
    }

    private static func behind(_ opaque: UnsafeMutableRawPointer?) -> ClientCallbacks? {
        opaque.map { Unmanaged<ClientCallbacks>.fromOpaque($0).takeUnretainedValue() }
    }
}
