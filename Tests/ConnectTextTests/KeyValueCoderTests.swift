import Testing

@testable import Connect
@testable import ConnectText

/// Messages from bytes and back.
@Suite struct KeyValueCoderTests {
    // Case 77: any bytes.
    static let values: [Bytes] = ["", "text", Bytes([0, 0xFF, 0x0A, 0x0D, 0xC0, 0x80])]

    @Test("Bytes become the value of a message without key and headers, and come back", arguments: values)
    func roundTrip(_ bytes: Bytes) throws {
        var encoder = KeyValueEncoder().makeInstance()
        var decoder = KeyValueDecoder().makeInstance()
        let message = encoder.convert(bytes)
        #expect(message == KeyValue(key: nil, value: bytes, headers: [], timestamp: nil))
        #expect(try decoder.convert(message) == bytes)
    }

    @Test("Key, headers and timestamp are left behind")
    func drops() throws {
        var decoder = KeyValueDecoder().makeInstance()
        let message = KeyValue(
            key: "k", value: "v", headers: [.init("h", "x"), .init("h", nil)],
            timestamp: EventTime(nanosecondsSinceEpoch: 1))
        #expect(try decoder.convert(message) == "v")
    }

    @Test("A tombstone is an error that says what to do, unless it is to be empty")
    func tombstone() throws {
        var strict = KeyValueDecoder().makeInstance()
        let error = #expect(throws: CoderError.self) { try strict.convert(KeyValue(key: "secret", value: nil)) }
        #expect(error?.code == .malformed)
        #expect(error?.message.contains("filter") == true)
        #expect(error?.description.contains("secret") == false)
        var lenient = KeyValueDecoder(tombstones: .empty).makeInstance()
        #expect(try lenient.convert(KeyValue(key: "k", value: nil)) == "")
    }
}
