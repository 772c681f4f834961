public import ConnectCatalog
import Connect
import ConnectAvro
import ConnectAvroFiles

extension Catalog {
    /// Adds the stages `registry-decode` and `registry-encode`, for Avro whose schemas are in a registry.
    public mutating func registerSchemaRegistry() {
        register(StageComponent.registryDecode)
        register(StageComponent.registryEncode)
    }
}

private let connectionKeys = [
    ConfigurationKey(
        "url", .list,
        "Where the registry is: http://HOST:PORT or https://…; several that know the same are tried in turn.",
        isRequired: true),
    ConfigurationKey("user", .text, "The name to log in with."),
    ConfigurationKey("password", .text, "The password to log in with.", isSecret: true),
    ConfigurationKey("caFile", .text, "A file of PEM with the authorities that sign the registry's certificate."),
    ConfigurationKey("certificateFile", .text, "A file of PEM with a certificate for this client."),
    ConfigurationKey("keyFile", .text, "A file of PEM with the certificate's key."),
    ConfigurationKey("keyPassword", .text, "What the key is encrypted with.", isSecret: true),
    ConfigurationKey("connectTimeout", .duration, "How long connecting may take.", default: "10s"),
    ConfigurationKey("requestTimeout", .duration, "How long an answer may take.", default: "30s"),
]

private let outage =
    "Schemas are asked for once. While the registry does not answer the stage waits, whatever its error policy says; what the "
    + "registry refuses meets the policy. "

extension StageComponent {
    static let registryDecode = StageComponent(
        ComponentDescription(
            "registry-decode", "Reads Avro whose schemas are in a registry (Confluent's format).",
            details: outage
                + "Of messages with key and value the parts named by on are read, others stay as they are. Records have their "
                + "schema with them for avro-project, avro-file and registry-encode, and become JSON where bytes are wanted.",
            keys: connectionKeys + [
                ConfigurationKey(
                    "to", .choice(["records", "json", "plain", "binary", "single-object"]),
                    "What comes out: records, or bytes as the stage avro makes them.", default: "records"),
                ConfigurationKey(
                    "on", .choice(["value", "key", "both"]), "Which parts of messages.", default: "value"),
            ] + AvroSettings.limitKeys, unnamedKey: "url",
            examples: [
                "connectctl run --from file:a.base64 --through lines --through unbase64 "
                    + "--through registry-decode:http://localhost:8081 --to stdout:"
            ])
    ) { configuration, chain in
        let client = try configuration.client()
        let limits = AvroSettings.limits(configuration)
        let to = configuration.text("to") ?? "records"
        if chain.gives(KeyValue.self) {
            let messages = chain.of(KeyValue.self).as(
                AvroMessage.self,
                via: SchemaRegistryMessageDecoder(client, parts: configuration.parts, limits: limits))
            if to == "records" { return Chain(messages) }
            return Chain(
                messages.map { message in
                    try message.encoded { try AvroConversion.encode($0, to: to, limits: limits) }
                })
        }
        let records = chain.of(Bytes.self).as(
            AvroBinary.self, via: SchemaRegistryDecoder(client, limits: limits))
        if to == "records" { return Chain(records) }
        return Chain(records.map { try AvroConversion.encode($0, to: to, limits: limits) })
    }

    static let registryEncode = StageComponent(
        ComponentDescription(
            "registry-encode", "Writes Avro whose schemas are in a registry (Confluent's format).",
            details: outage
                + "Records have their schema with them, and get the one that is given here, if there is one, as by "
                + "avro-project; bytes take one. With validate=true the registry is asked by connectctl validate already.",
            keys: connectionKeys + [
                ConfigurationKey("topic", .text, "The topic that messages go to, for the subject's name."),
                ConfigurationKey(
                    "strategy", .choice(["topic", "record", "topic-record"]),
                    "What subjects are called: TOPIC-value and TOPIC-key, the record's full name, or both together.",
                    default: "topic"),
                ConfigurationKey("subject", .text, "The subject, in place of topic and strategy."),
                ConfigurationKey(
                    "autoRegister", .boolean, "Whether schemas that the registry does not know are registered.",
                    default: "true"),
                ConfigurationKey(
                    "validate", .boolean, "Whether the given schema is held against the subject before anything runs.",
                    default: "false"),
                ConfigurationKey(
                    "from", .choice(["json", "plain", "text", "binary", "single-object"]),
                    "What bytes are, as the stage avro has it.", default: "json"),
                ConfigurationKey(
                    "on", .choice(["value", "key", "both"]), "Which parts of messages get the schema.", default: "value"
                ),
            ] + AvroSettings.schemaKeys(of: "that data get") + AvroSettings.limitKeys, unnamedKey: "url",
            examples: [
                "connectctl run --from file:a.ndjson --through lines "
                    + "--through 'registry-encode:url=http://localhost:8081,topic=orders,schema=\"long\"' "
                    + "--through base64 --to stdout:"
            ])
    ) { configuration, chain in
        let client = try configuration.client()
        let subjects = try configuration.subjects()
        let registers = configuration.flag("autoRegister")
        let parts = configuration.parts
        let limits = AvroSettings.limits(configuration)
        let schema = try AvroSettings.schema(configuration)
        if configuration.flag("validate") {
            try configuration.validate(schema, subjects, isKey: parts == .key, registers: registers, client)
        }
        if chain.gives(AvroBinary.self) {
            var records = chain.of(AvroBinary.self)
            if let schema { records = records.as(AvroBinary.self, via: AvroProjector(to: schema, limits: limits)) }
            return Chain(
                records.as(
                    Bytes.self,
                    via: SchemaRegistryEncoder(client, subjects, isKey: parts == .key, registers: registers)))
        }
        let encoder = SchemaRegistryMessageEncoder(client, subjects, registers: registers)
        if chain.gives(AvroMessage.self) {
            var messages = chain.of(AvroMessage.self)
            if let schema {
                messages = messages.as(
                    AvroMessage.self, via: AvroMessageProjector(to: schema, parts: parts, limits: limits))
            }
            return Chain(messages.as(KeyValue.self, via: encoder))
        }
        guard let schema else {
            throw configuration.problem(
                "schema", "bytes (\(chain.elementName)) can be written by a schema only",
                mend: "Name one: schemaFile=order.avsc.")
        }
        let conversion = AvroConversion(
            schema: schema, from: configuration.text("from") ?? "json", to: "binary", limits: limits)
        guard chain.gives(KeyValue.self) else {
            return Chain(
                chain.of(Bytes.self).map(perWorker: { try conversion.makeDecoder() }).as(
                    Bytes.self,
                    via: SchemaRegistryEncoder(client, subjects, isKey: parts == .key, registers: registers)))
        }
        let messages = chain.of(KeyValue.self).map(perWorker: { () -> (KeyValue) throws -> AvroMessage in
            let (key, value) = (try conversion.makeDecoder(), try conversion.makeDecoder())
            return { input in
                var message = AvroMessage(
                    key: input.key.map { .bytes($0) }, value: input.value.map { .bytes($0) }, headers: input.headers,
                    timestamp: input.timestamp)
                if parts.contains(.key), let bytes = input.key { message.key = .datum(try key(bytes)) }
                if parts.contains(.value), let bytes = input.value { message.value = .datum(try value(bytes)) }
                return message
            }
        })
        return Chain(messages.as(KeyValue.self, via: encoder))
    }
}

extension Configuration {
    fileprivate var parts: AvroMessage.Parts {
        switch text("on") {
        case "key": .key
        case "both": [.key, .value]
        default: .value
        }
    }

    fileprivate func client() throws(ConfigurationError) -> SchemaRegistryClient {
        var registry = SchemaRegistryConfiguration(
            user: text("user"), password: text("password"), trustRoots: text("caFile"),
            certificate: text("certificateFile"), key: text("keyFile"), keyPassword: text("keyPassword"),
            connectTimeout: duration("connectTimeout") ?? .seconds(10),
            requestTimeout: duration("requestTimeout") ?? .seconds(30))
        registry.urls = list("url")
        do {
            return try SchemaRegistryClient(registry)
        } catch {
            throw problem(
                "url", (error as? ConnectorError)?.message ?? "\(error)", mend: "See connectctl list registry-decode.")
        }
    }

    fileprivate func subjects() throws(ConfigurationError) -> SubjectStrategy {
        if let subject = text("subject") { return .subject(subject) }
        if text("strategy") == "record" { return .recordName }
        guard let topic = text("topic") else {
            throw problem(
                "topic", "the subject's name has the topic's in it, and no topic is named",
                mend: "Name it: topic=orders; or write subject, or strategy=record.")
        }
        return text("strategy") == "topic-record" ? .topicRecordName(topic) : .topicName(topic)
    }

    /// Asks the registry whether a schema could be written.
    fileprivate func validate(
        _ schema: AvroSchema?, _ subjects: SubjectStrategy, isKey: Bool, registers: Bool, _ client: SchemaRegistryClient
    ) throws(ConfigurationError) {
        guard let schema else {
            throw problem("validate", "there is no schema to be validated", mend: "Name one: schemaFile=order.avsc.")
        }
        let found: String?
        do {
            let subject = try subjects.subject(schema, isKey: isKey)
            if registers {
                found = try client.incompatibility(of: schema, subject: subject).map {
                    "the schema does not fit those of the subject \(subject): \($0)"
                }
            } else {
                _ = try client.number(of: schema, subject: subject, registers: false)
                found = nil
            }
        } catch {
            throw problem(
                "validate", "\(error)", mend: "Start the registry, register the schema, or leave validate out.")
        }
        if let found {
            throw problem("validate", found, mend: "Change the schema, or the subject's level of compatibility.")
        }
    }
}
