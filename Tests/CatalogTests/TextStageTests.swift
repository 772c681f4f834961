import Connect
import ConnectCatalog
import Testing

@Suite("Stages of text")
struct TextStageTests {
    @Test(
        "Letters, parts and encodings",
        arguments: [
            Row("upper", over: ["aZ{`ä1", ""], gives: ["AZ{`ä1", ""]),
            Row("lower", over: ["aZ[@Ä1", ""], gives: ["az[@Ä1", ""]),
            Row("upper", over: [Bytes([0xFF, 0x61, 0xE1] as [UInt8])], gives: [Bytes([0xFF, 0x41, 0xE1] as [UInt8])]),
            Row("split:;", over: ["a;b", "", ";"], gives: ["a", "b", "", "", ""]),
            Row("split:separator=;,keepEmpty=false", over: ["a;;b", "", ";"], gives: ["a", "b"]),
            Row("split:separator=\\,", over: ["a,b"], gives: ["a", "b"]),
            Row("split:ab", over: ["1ab2aab3"], gives: ["1", "2a", "3"]),
            Row("text", over: ["ä"], gives: ["ä"]),
            Row("text:onError=skip", over: ["a", Bytes([0xFF] as [UInt8]), "b"], gives: ["a", "b"]),
            Row("base64", over: ["", "f", "fo", "foo", "foob"], gives: ["", "Zg==", "Zm8=", "Zm9v", "Zm9vYg=="]),
            Row("base64:padding=false", over: ["f", "fo", "foo"], gives: ["Zg", "Zm8", "Zm9v"]),
            Row("base64", over: [Bytes([0xFB, 0xFF] as [UInt8])], gives: ["+/8="]),
            Row("base64:alphabet=url", over: [Bytes([0xFB, 0xFF] as [UInt8])], gives: ["-_8="]),
            Row("unbase64", over: ["", "Zg==", "Zm8=", "Zm9v"], gives: ["", "f", "fo", "foo"]),
            Row(
                "unbase64:padding=false,alphabet=url", over: ["Zg", "-_8"],
                gives: ["f", Bytes([0xFB, 0xFF] as [UInt8])]),
        ])
    func table(_ row: Row) throws { try row.check() }

    @Test("base64 there and back gives every byte again, in every length")
    func base64RoundTrip() throws {
        let all = (0...255).map { UInt8($0) }
        let elements = (0...8).map { Bytes(all[$0...]) } + (0...8).map { Bytes(all[..<$0]) }
        for options in ["", ":padding=false", ":alphabet=url", ":alphabet=url,padding=false"] {
            #expect(try through("base64" + options, "unbase64" + options, over: elements) == elements)
        }
    }

    @Test(
        "unbase64 takes nothing but what base64 writes",
        arguments: [
            ("Zg", "at byte 2"), ("Zg=", "at byte 3"), ("Zh==", "at byte 1"), ("Zm9=", "at byte 2"),
            ("Z===", "at byte 1"),
            ("====", "at byte 0"), ("Zm 9", "at byte 2"), ("Zm9v\n", "at byte 5"), ("-_8=", "at byte 0"),
            ("Zg==Zg==", "at byte 2"),
        ])
    func strictBase64(_ text: String, _ place: String) throws {
        #expect(failure { _ = try through("unbase64", over: [Bytes(text)]) }.contains(place))
    }

    @Test("unbase64 without padding refuses padding and a single digit", arguments: ["Zg==", "Z", "Zm9vZ"])
    func strictUnpadded(_ text: String) throws {
        #expect(failure { _ = try through("unbase64:padding=false", over: [Bytes(text)]) }.contains("at byte"))
    }

    @Test("value takes out a part of messages")
    func value() throws {
        let messages = [
            KeyValue(
                key: "k", value: "v", headers: [KeyValue.Header("h", "x")],
                timestamp: EventTime(millisecondsSinceEpoch: 1500)),
            KeyValue(key: nil, value: nil),
        ]
        #expect(try through(["value"], over: .messages(messages)) == ["v"])
        #expect(try through(["value:key"], over: .messages(messages)) == ["k"])
        #expect(try through(["value:header.h"], over: .messages(messages)) == ["x"])
        #expect(try through(["value:timestamp"], over: .messages(messages)) == ["1500"])
    }

    @Test("Letters and encodings change the part of messages that is named")
    func parts() throws {
        let messages = [
            KeyValue(key: "a", value: "b", headers: [KeyValue.Header("h", "c")]), KeyValue(key: nil, value: nil),
        ]
        var changed = messages
        changed[0].key = "A"
        #expect(try through("upper:on=key", over: messages) == changed)
        changed = messages
        changed[0].headers[0].value = "Yw=="
        #expect(try through("base64:on=header.h", over: messages) == changed)
    }

    @Test("lines cuts streams and nothing else")
    func lines() throws {
        #expect(try through(["lines"], over: stream("a\r\n\nb")) == ["a\r", "", "b"])
        #expect(try through(["lines:ending=any"], over: stream("a\r\n\nb")) == ["a", "", "b"])
        #expect(try through(["lines:maxBytes=3"], over: stream("abc\nd")) == ["abc", "d"])
        #expect(
            failure { _ = try through(["lines:maxBytes=2"], over: stream("ab\nabc\n")) }.contains("more than 2 bytes"))
        #expect(failure { _ = try through("lines", over: [] as [Bytes]) }.contains("messages (Bytes) already"))
    }

    @Test("gzip and gunzip undo each other, for messages and streams")
    func gzip() throws {
        let elements: [Bytes] = ["", "abc", Bytes((0...255).map { UInt8($0) })]
        #expect(try through("gzip:9", "gunzip", over: elements) == elements)
        let packed = try through("gzip", over: ["a\nb\n", "c"]).flatMap { Array($0) }
        #expect(try through(["gunzip", "lines"], over: stream(packed)) == ["a", "b", "c"])
        #expect(try through(["lines:decompress=always"], over: stream(packed)) == ["a", "b", "c"])
        let zeros = Bytes([UInt8](repeating: 0, count: 5000))
        #expect(failure { _ = try through("gzip", "gunzip:maxBytes=4KiB", over: [zeros]) }.contains("limit"))
        #expect(failure { _ = try Words(.bytes([])).pipeline(["gzip:0"]) }.contains("from 1 to 9"))
    }

    @Test(
        "What a stage cannot do is a mistake of the configuration",
        arguments: [
            ("split:separator=", "nothing separates nothing"), ("sample:2", "a number from 0"),
            ("sample", "needs the key"),
            ("throttle:10", "is no rate"), ("throttle:0/1s", "is no rate"), ("throttle:1/0s", "is no rate"),
            ("dedupe:0", "whole number from 1"), ("dedupe:maxBytes=95", "not enough"),
            ("dedupe:par=2", "has one worker"),
            ("throttle:rate=1/1s,par=2", "has one worker"), ("count:par=2", "has one worker"),
            ("join:every=0s", "too short"), ("upcase", "upper"), ("base64:alphabet=hex", "one of standard, url"),
        ])
    func mistakes(_ stage: String, _ text: String) throws {
        #expect(failure { _ = try Words(.bytes([])).pipeline([stage]) }.contains(text))
    }
}
