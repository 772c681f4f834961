/// Settings of a Kafka client by the names that librdkafka gives them (its CONFIGURATION.md), passed on as they are:
/// `bootstrap.servers`, `security.protocol`, `sasl.username`, `linger.ms` …
///
///     let kafka: KafkaConfiguration = ["bootstrap.servers": "localhost:9092", "compression.type": "zstd"]
public struct KafkaConfiguration: Sendable, Hashable, ExpressibleByDictionaryLiteral, CustomStringConvertible {
    /// The values by their keys.
    public private(set) var values: [String: String]

    /// Settings by their keys.
    public init(_ values: [String: String] = [:]) {
        self.values = values
    }

    /// Settings by their keys; of a key that is given twice the last value counts.
    public init(dictionaryLiteral elements: (String, String)...) {
        values = Dictionary(elements, uniquingKeysWith: { $1 })
    }

    /// The value of a key; nil where it has none, so that the client's own default holds.
    public subscript(key: String) -> String? {
        get { values[key] }
        set { values[key] = newValue }
    }

    /// These settings, and others where these say nothing.
    public func merging(defaults: KafkaConfiguration) -> KafkaConfiguration {
        KafkaConfiguration(values.merging(defaults.values) { own, _ in own })
    }

    /// Whether the value of a key is a secret, which is shown nowhere.
    public static func isSecret(_ key: String) -> Bool {
        key.hasSuffix("password") || key.hasSuffix("secret") || key.hasSuffix(".pem")
            || key == "sasl.oauthbearer.config"
    }

    /// Names the cluster for transactions: source and sink must be at the same.
    var transactionDomain: String {
        "Kafka at \(self["bootstrap.servers"] ?? self["metadata.broker.list"] ?? "")"
    }

    /// The settings for people, secrets left out.
    public var description: String {
        let shown = values.sorted { $0.key < $1.key }.map { key, value in
            "\(key)=\(KafkaConfiguration.isSecret(key) ? "***" : value)"
        }
        return shown.joined(separator: " ")
    }
}

extension KafkaConfiguration {
    /// Settings from `KEY=VALUE` words, for programs that take them as arguments. The same may be given to a source and a
    /// sink: the client passes by what is only for the other.
    ///
    /// - Parameters:
    ///   - brokers: what `bootstrap.servers` is to be
    ///   - settings: words of the form `KEY=VALUE`; one without an equals sign has no value, which the client refuses
    public init(brokers: String, settings: some Sequence<String> = []) {
        self.init(["bootstrap.servers": brokers])
        for word in settings {
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            self[String(parts[0])] = parts.count > 1 ? String(parts[1]) : ""
        }
    }
}
