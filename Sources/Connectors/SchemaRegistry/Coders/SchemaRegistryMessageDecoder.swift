public import Connect
public import ConnectAvro

/// Messages of data from messages of bytes: value, key or both have the number of a schema before them.
public struct SchemaRegistryMessageDecoder: Coder {
    /// What it takes.
    public typealias Input = KeyValue
    /// What it gives.
    public typealias Output = AvroMessage

    private let decoder: SchemaRegistryDecoder
    /// Which parts are data.
    public var parts: AvroMessage.Parts

    /// A decoder.
    ///
    /// - Parameters:
    ///   - client: asks the registry
    ///   - parts: which parts are data; others, and those that a message has not, stay as they are
    ///   - limits: how large a datum may be
    public init(_ client: SchemaRegistryClient, parts: AvroMessage.Parts = .value, limits: AvroLimits = AvroLimits()) {
        decoder = SchemaRegistryDecoder(client, limits: limits)
        self.parts = parts
    }

    /// `REGISTRY-DECODE-MESSAGE`
    public var name: String { "REGISTRY-DECODE-MESSAGE" }

    /// Makes the instance of a worker.
    public func makeInstance() -> Instance {
        Instance(key: decoder.makeInstance(), value: decoder.makeInstance(), parts: parts)
    }

    /// Decodes for one worker.
    public struct Instance: CoderInstance {
        var key: SchemaRegistryDecoder.Instance
        var value: SchemaRegistryDecoder.Instance
        let parts: AvroMessage.Parts

        /// The message with data in it.
        ///
        /// - Throws: what ``SchemaRegistryDecoder`` throws at key or value
        public mutating func convert(_ input: KeyValue) throws -> AvroMessage {
            var message = AvroMessage(
                key: input.key.map { .bytes($0) }, value: input.value.map { .bytes($0) }, headers: input.headers,
                timestamp: input.timestamp)
            if parts.contains(.key), let bytes = input.key { message.key = .datum(try key.convert(bytes)) }
            if parts.contains(.value), let bytes = input.value { message.value = .datum(try value.convert(bytes)) }
            return message
        }
    }
}

/// Messages of bytes from messages of data, each behind the number of its schema.
public struct SchemaRegistryMessageEncoder: Coder {
    /// What it takes.
    public typealias Input = AvroMessage
    /// What it gives.
    public typealias Output = KeyValue

    private let key: SchemaRegistryEncoder
    private let value: SchemaRegistryEncoder

    /// An encoder.
    ///
    /// - Parameters:
    ///   - client: asks the registry
    ///   - subjects: under which subject a schema is
    ///   - registers: whether a schema that is not there is registered
    public init(_ client: SchemaRegistryClient, _ subjects: SubjectStrategy, registers: Bool = true) {
        key = SchemaRegistryEncoder(client, subjects, isKey: true, registers: registers)
        value = SchemaRegistryEncoder(client, subjects, isKey: false, registers: registers)
    }

    /// `REGISTRY-ENCODE-MESSAGE`
    public var name: String { "REGISTRY-ENCODE-MESSAGE" }

    /// Makes the instance of a worker.
    public func makeInstance() -> Instance { Instance(key: key.makeInstance(), value: value.makeInstance()) }

    /// Encodes for one worker.
    public struct Instance: CoderInstance {
        var key: SchemaRegistryEncoder.Instance
        var value: SchemaRegistryEncoder.Instance

        /// The message with bytes in it; what was bytes before stays so.
        ///
        /// - Throws: what ``SchemaRegistryEncoder`` throws at key or value
        public mutating func convert(_ input: AvroMessage) throws -> KeyValue {
            KeyValue(
                key: try input.key.map { try $0.datum.map { try key.convert($0) } ?? $0.bytes },
                value: try input.value.map { try $0.datum.map { try value.convert($0) } ?? $0.bytes },
                headers: input.headers, timestamp: input.timestamp)
        }
    }
}
