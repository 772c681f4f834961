public import Connect

/// A message whose key and value may be data of Avro.
public struct AvroMessage: Sendable, Hashable {
    /// What the key or the value is.
    public enum Part: Sendable, Hashable {
        /// Bytes of any kind.
        case bytes(Bytes)
        /// A datum with its schema.
        case datum(AvroBinary)

        /// The datum; nil where it is none.
        public var datum: AvroBinary? { if case .datum(let datum) = self { datum } else { nil } }

        /// The bytes, of a datum those without anything around it.
        public var bytes: Bytes {
            switch self {
            case .bytes(let bytes): bytes
            case .datum(let datum): datum.data
            }
        }

        func bytes<Failure: Error>(
            _ encode: (AvroBinary) throws(Failure) -> Bytes
        ) throws(Failure) -> Bytes {
            switch self {
            case .bytes(let bytes): return bytes
            case .datum(let datum): return try encode(datum)
            }
        }
    }

    /// What the message belongs to; nil where it has no key.
    public var key: Part?
    /// The payload; nil is a tombstone.
    public var value: Part?
    /// The headers in their order.
    public var headers: [KeyValue.Header]
    /// When the event took place; nil where nobody says.
    public var timestamp: EventTime?

    /// A message.
    ///
    /// - Parameters:
    ///   - key: what the message belongs to
    ///   - value: the payload; nil is a tombstone
    ///   - headers: the headers in their order
    ///   - timestamp: when the event took place
    public init(key: Part? = nil, value: Part?, headers: [KeyValue.Header] = [], timestamp: EventTime? = nil) {
        self.key = key
        self.value = value
        self.headers = headers
        self.timestamp = timestamp
    }

    /// The message with bytes for its data.
    ///
    /// - Parameter encode: makes bytes of a datum
    /// - Returns: the message; what is not there stays so
    /// - Throws: what `encode` throws
    public func encoded<Failure: Error>(
        _ encode: (AvroBinary) throws(Failure) -> Bytes
    ) throws(Failure) -> KeyValue {
        let keyBytes = try key?.bytes(encode)
        let valueBytes = try value?.bytes(encode)
        return KeyValue(key: keyBytes, value: valueBytes, headers: headers, timestamp: timestamp)
    }
}

extension AvroMessage: NamedElement {
    /// `Avro.Message`
    public static var elementTypeName: String { "Avro.Message" }
}

extension AvroMessage: ByteRecord {
    package var originalBytes: Bytes { value?.bytes ?? Bytes() }
    package var occupiedBytes: Int { (key?.bytes.count ?? 0) + (value?.bytes.count ?? 0) }
}

/// Messages whose data are written as JSON.
public struct AvroMessageEncoder: Coder {
    /// What it takes.
    public typealias Input = AvroMessage
    /// What it gives.
    public typealias Output = KeyValue

    /// How values of unions are written.
    public var form: AvroJSONForm
    /// How large a datum and its text may be.
    public var limits: AvroLimits

    /// An encoder.
    ///
    /// - Parameters:
    ///   - form: how values of unions are written
    ///   - limits: how large a datum and its text may be
    public init(_ form: AvroJSONForm = .tagged, limits: AvroLimits = AvroLimits()) {
        self.form = form
        self.limits = limits
    }

    /// `AVRO-MESSAGE-TO-JSON`
    public var name: String { "AVRO-MESSAGE-TO-JSON" }

    /// Makes the instance of a worker.
    public func makeInstance() -> Instance { Instance(form: form, limits: limits) }

    /// Encodes for one worker.
    public struct Instance: CoderInstance {
        let form: AvroJSONForm
        let limits: AvroLimits

        /// The message with JSON in the place of its data.
        ///
        /// - Throws: `CoderError` where a datum is none of its schema
        public mutating func convert(_ input: AvroMessage) throws -> KeyValue {
            try input.encoded { try $0.json(form, limits: limits) }
        }
    }
}
