import CConnectRDKafka
import Connect

/// Settings as librdkafka has taken them, for one client that is to be made.
struct KafkaSettings: ~Copyable {
    private var pointer: OpaquePointer?

    /// Hands settings to librdkafka.
    ///
    /// - Parameters:
    ///   - configuration: what the user says
    ///   - forced: what cannot be otherwise, with the reason
    /// - Throws: `ConnectorError` that names the key, where a key is unknown, a value is none of its, or it must not be set
    init(_ configuration: KafkaConfiguration, forced: [ForcedSetting]) throws(ConnectorError) {
        let pointer = rd_kafka_conf_new()
        self.pointer = pointer
        for setting in forced {
            if let value = configuration[setting.key], !setting.accepts(value) {
                throw ConnectorError(
                    .configuration,
                    "\(setting.key)=\(value) cannot be: \(setting.reason); leave the key out")
            }
            try KafkaSettings.set(pointer, setting.key, setting.value)
        }
        for (key, value) in configuration.values.sorted(by: { $0.key < $1.key })
        where !forced.contains(where: { $0.key == key }) {
            try KafkaSettings.set(pointer, key, value)
        }
    }

    deinit {
        if let pointer { rd_kafka_conf_destroy(pointer) }
    }

    /// Checks that settings can be used, without making a client.
    static func check(_ configuration: KafkaConfiguration, forced: [ForcedSetting]) throws(ConnectorError) {
        _ = try KafkaSettings(configuration, forced: forced)
        if configuration["bootstrap.servers"]?.isEmpty ?? (configuration["metadata.broker.list"] == nil) {
            throw ConnectorError(
                .configuration,
                "bootstrap.servers is missing; name the brokers to begin with: bootstrap.servers=localhost:9092")
        }
    }

    /// For the callbacks that stand in the settings.
    func withPointer(_ body: (OpaquePointer) -> Void) {
        if let pointer { body(pointer) }
    }

    /// Makes a client, which then owns the settings.
    ///
    /// - Throws: `ConnectorError` where keys contradict each other
    consuming func makeClient(_ type: rd_kafka_type_t) throws(ConnectorError) -> OpaquePointer {
        var text = [CChar](repeating: 0, count: 512)
        guard let client = rd_kafka_new(type, pointer, &text, text.count) else {
            throw ConnectorError(
                .configuration, "\(KafkaSettings.text(text)); correct the key, or leave it out for its default")
        }
        pointer = nil
        return client
    }

    private static func set(_ pointer: OpaquePointer?, _ key: String, _ value: String) throws(ConnectorError) {
        var text = [CChar](repeating: 0, count: 512)
        switch rd_kafka_conf_set(pointer, key, value, &text, text.count) {
        case RD_KAFKA_CONF_OK: return
        case RD_KAFKA_CONF_UNKNOWN:
            throw ConnectorError(
                .configuration,
                "\(key) is no key of librdkafka \(KafkaLibrary.version) (\(KafkaSettings.text(text))); its keys are "
                    + "listed in its CONFIGURATION.md")
        default:
            // librdkafka repeats the value, which may be a secret.
            let reason =
                KafkaConfiguration.isSecret(key) ? "the value is not one of its" : KafkaSettings.text(text)
            throw ConnectorError(.configuration, "\(key) cannot be set: \(reason)")
        }
    }

    static func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// A setting that cannot be otherwise.
struct ForcedSetting: Sendable {
    var key: String
    var value: String
    /// Why, as the rest of a sentence.
    var reason: String

    func accepts(_ other: String) -> Bool {
        other == value || (value == "false" && other == "0") || (value == "true" && other == "1")
    }
}

/// The client library that runs.
public enum KafkaLibrary {
    /// The version of librdkafka that is loaded, for example `2.0.2`.
    public static var version: String { String(cString: rd_kafka_version_str()) }

    /// Whether it has a key, for consumers, producers or topics.
    public static func hasKey(_ key: String) -> Bool {
        let settings = rd_kafka_conf_new()
        defer { rd_kafka_conf_destroy(settings) }
        var size = 0
        return rd_kafka_conf_get(settings, key, nil, &size) == RD_KAFKA_CONF_OK
    }
}
