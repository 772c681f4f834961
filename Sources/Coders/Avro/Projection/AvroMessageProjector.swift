public import Connect

/// Gives the data of messages another schema; bytes in them stay as they are.
public struct AvroMessageProjector: Coder {
    /// What it takes.
    public typealias Input = AvroMessage
    /// What it gives.
    public typealias Output = AvroMessage

    private let projector: AvroProjector
    private let parts: AvroMessage.Parts

    /// A projector.
    ///
    /// - Parameters:
    ///   - reader: the schema that data get
    ///   - parts: which parts of messages get it
    ///   - limits: how large a datum may be
    public init(to reader: AvroSchema, parts: AvroMessage.Parts = .value, limits: AvroLimits = AvroLimits()) {
        projector = AvroProjector(to: reader, limits: limits)
        self.parts = parts
    }

    /// `AVRO-PROJECT-MESSAGE`
    public var name: String { "AVRO-PROJECT-MESSAGE" }

    /// Makes the instance of a worker.
    public func makeInstance() -> Instance {
        Instance(key: projector.makeInstance(), value: projector.makeInstance(), parts: parts)
    }

    /// Projects for one worker.
    public struct Instance: CoderInstance {
        var key: AvroProjector.Instance
        var value: AvroProjector.Instance
        let parts: AvroMessage.Parts

        /// The message with its data as the reader has them.
        ///
        /// - Throws: `CoderError` where a datum is none of its schema, or cannot be read as the reader has it
        public mutating func convert(_ input: AvroMessage) throws -> AvroMessage {
            var message = input
            if parts.contains(.key), let datum = input.key?.datum { message.key = .datum(try key.convert(datum)) }
            if parts.contains(.value), let datum = input.value?.datum {
                message.value = .datum(try value.convert(datum))
            }
            return message
        }
    }
}
