/// The exceptions from the rules, each for a reason.
enum Allowed {
    /// The files that may say `@unchecked Sendable`; decision 0007 says why each of them does.
    static let uncheckedSendable: Set<String> = [
        "Sources/Connect/Contracts/Carriers/AckToken.swift",
        "Sources/Coders/Avro/Schema/AvroTable.swift",
        "Sources/Connect/Contracts/Carriers/BatchStorage.swift",
        "Sources/Connect/Contracts/Carriers/EmissionToken.swift",
        "Sources/Connect/Contracts/Carriers/LimitedToken.swift",
        "Sources/Connect/Contracts/Seams/Guarded.swift",
        "Sources/Connect/Contracts/Seams/Monitor.swift",
        "Sources/Connect/Runtime/FlushRequest.swift",
        "Sources/Connect/Runtime/Segments/ChannelCells.swift",
        "Sources/Connect/Runtime/Segments/DelivererSlot.swift",
        "Sources/Connect/Runtime/Segments/SourceDuties.swift",
        "Sources/Connect/Runtime/Tracking/RootToken.swift",
        "Sources/Connect/Values/BytesBuffer.swift",
        "Sources/Connectors/Kafka/Client/KafkaClient.swift",
    ]

    /// Files outside of the seams that may use threads or the clock, and why.
    static let waiting: [String: String] = [
        "Sources/Network/Exchange/InstanceNumber.swift": "reads the time of day once, as the number of a start"
    ]

    /// Files of tests that may pause between two looks, and why.
    static let polling: [String: String] = [
        "Tests/ProcessSupport/Eventually.swift": "other processes tell nothing, they can only be watched"
    ]
}
