import ConnectKafka
import Testing

@Suite("Codes of errors")
struct KafkaErrorCodeTests {
    @Test("A code has the name and the text of the client library")
    func names() {
        #expect(KafkaErrorCode(rawValue: -195).name == "_TRANSPORT")
        #expect(KafkaErrorCode(rawValue: 3).description.hasPrefix("UNKNOWN_TOPIC_OR_PART: Broker: Unknown topic"))
    }
}
