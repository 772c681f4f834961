public import ConnectAvro
public import Connect

/// Under which subject the schema of a message is.
public enum SubjectStrategy: Sendable, Hashable {
    /// `TOPIC-key` or `TOPIC-value`: all messages of a topic have one schema, which may change.
    case topicName(String)
    /// The full name of the record: messages of several kinds may stand in a topic, the same ones in several topics.
    case recordName
    /// `TOPIC-` and the full name of the record.
    case topicRecordName(String)
    /// This one.
    case subject(String)

    /// The subject.
    ///
    /// - Parameters:
    ///   - schema: the message's
    ///   - isKey: whether it is that of the key
    /// - Returns: its name
    /// - Throws: `CoderError` where the record counts, and the schema is none and has no name otherwise
    public func subject(_ schema: AvroSchema, isKey: Bool) throws(CoderError) -> String {
        switch self {
        case .topicName(let topic): return topic + (isKey ? "-key" : "-value")
        case .subject(let subject): return subject
        case .recordName, .topicRecordName:
            guard schema.root.kind.isNamed else {
                throw CoderError(
                    .malformed, coder: ConfluentFrame.coder,
                    "the subject is the name of the record, but the schema is \(schema.root.name), which has none")
            }
            if case .topicRecordName(let topic) = self { return "\(topic)-\(schema.root.name)" }
            return schema.root.name
        }
    }
}
