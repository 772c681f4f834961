import Connect
import ConnectCatalog
import Testing

@Suite("Stages with patterns")
struct PatternStageTests {
    private static let odd = Bytes([0xFF, 0x61, 0x00, 0xFE] as [UInt8])

    @Test(
        "grep lets through what it finds",
        arguments: [
            Row("grep:b+", over: ["abc", "xyz", "", "bb"], gives: ["abc", "bb"]),
            Row("grep:pattern=b,exclude=true", over: ["abc", "xyz", ""], gives: ["xyz", ""]),
            Row("grep:pattern=a.c,literal=true", over: ["abc", "a.c"], gives: ["a.c"]),
            Row(
                "grep:pattern=ERROR,ignoreCase=true", over: ["an error", "Error", "none"], gives: ["an error", "Error"]),
            Row("grep:^$", over: ["", "a", ""], gives: ["", ""]),
            Row("grep:\\x00", over: [odd, "a"], gives: [odd]),
            Row("grep:^\\xFFa", over: [odd, "ÿa"], gives: [odd]),
            Row("grep:^.{4}$", over: [odd, "abcd", "ääää"], gives: [odd, "abcd"]),
            Row("grep:a\\,b", over: ["a,b", "a b"], gives: ["a,b"]),
            Row("grep:a", "grep:b", over: ["ab", "a", "b"], gives: ["ab"]),
        ])
    func grep(_ row: Row) throws { try row.check() }

    @Test("grep looks at a part of messages, and those without it never pass")
    func grepOnParts() throws {
        let messages = [
            KeyValue(key: "one", value: "a", headers: [KeyValue.Header("kind", "x"), KeyValue.Header("kind", "y")]),
            KeyValue(key: "two", value: nil, headers: [KeyValue.Header("kind", nil)]),
            KeyValue(key: nil, value: "one"),
        ]
        #expect(try through("grep:pattern=one,on=key", over: messages) == [messages[0]])
        #expect(try through("grep:pattern=one,on=value", over: messages) == [messages[2]])
        #expect(try through("grep:pattern=x,on=header.kind", over: messages) == [messages[0]])
        #expect(try through("grep:pattern=y,on=header.kind", over: messages) == [])
        #expect(try through("grep:pattern=y,on=header.kind,exclude=true", over: messages) == [messages[0]])
    }

    @Test(
        "replace puts bytes and groups in the place of matches",
        arguments: [
            Row("replace:pattern=a,with=b", over: ["banana", "", "x"], gives: ["bbnbnb", "", "x"]),
            Row("replace:pattern=a,with=b,all=false", over: ["banana"], gives: ["bbnana"]),
            Row("replace:pattern=a", over: ["banana"], gives: ["bnn"]),
            Row("replace:pattern=(\\d+)-(\\d+),with=$2-$1", over: ["10-20 and 3-4"], gives: ["20-10 and 4-3"]),
            Row("replace:pattern=b,with=[$0$0]", over: ["abc"], gives: ["a[bb]c"]),
            Row("replace:pattern=b,with=$$1", over: ["abc"], gives: ["a$1c"]),
            Row("replace:pattern=b,with=$x$", over: ["abc"], gives: ["a$x$c"]),
            Row("replace:pattern=b,with=$9", over: ["abc"], gives: ["ac"]),
            Row("replace:pattern=(x)|b,with=<$1>", over: ["abc"], gives: ["a<>c"]),
            Row("replace:pattern=.,with=$0$$,literal=true", over: ["a.b"], gives: ["a$0$$b"]),
            Row("replace:pattern=,with=-", over: ["ab", ""], gives: ["-a-b-", "-"]),
            Row("replace:pattern=a*,with=-", over: ["baac"], gives: ["-b--c-"]),
            Row("replace:pattern=x*,with=-,all=false", over: ["abc"], gives: ["-abc"]),
            Row("replace:pattern=(?<=a)b,with=X", over: ["abab b"], gives: ["aXaX b"]),
            Row("replace:pattern=^a,with=X", over: ["aaa"], gives: ["Xaa"]),
            Row("replace:pattern=$,with=!", over: ["a", ""], gives: ["a!", "!"]),
            Row("replace:pattern=\\xFF,with=ÿ", over: [odd], gives: [Bytes([0xC3, 0xBF, 0x61, 0, 0xFE] as [UInt8])]),
        ])
    func replace(_ row: Row) throws { try row.check() }

    @Test("replace changes only the part of messages that is named, and leaves those without it alone")
    func replaceOnParts() throws {
        let messages = [
            KeyValue(key: "aa", value: "aa", headers: [KeyValue.Header("h", "aa")]), KeyValue(key: nil, value: "aa"),
        ]
        var changed = messages
        changed[0].key = "bb"
        #expect(try through("replace:pattern=a,with=b,on=key", over: messages) == changed)
        changed = messages
        changed[0].headers[0].value = "bb"
        #expect(try through("replace:pattern=a,with=b,on=header.h", over: messages) == changed)
    }

    @Test(
        "extract writes the groups of the first match",
        arguments: [
            Row("extract:(\\w)=(\\d)", over: ["a=1 b=2", "none", "c=3"], gives: ["a\t1", "c\t3"]),
            Row("extract:pattern=(\\w)=(\\d),separator=;", over: ["a=1"], gives: ["a;1"]),
            Row("extract:pattern=\\d+", over: ["abc 42"], gives: ["42"]),
            Row("extract:pattern=(a)?(b),separator=;", over: ["b"], gives: [";b"]),
            Row("extract:pattern=(b),noMatch=keep", over: ["abc", "xyz"], gives: ["b", "xyz"]),
            Row("extract:pattern=(x*)", over: ["abc", ""], gives: ["", ""]),
            Row(
                "extract:pattern=(?<word>[a-z]+)(?<number>\\d+)?,format=json", over: ["ab12", "cd", "9"],
                gives: [#"{"word":"ab","number":"12"}"#, #"{"word":"cd","number":null}"#]),
            Row("extract:pattern=(?<x>.*),format=json", over: ["a\"b\\\t"], gives: [#"{"x":"a\"b\\\t"}"#]),
            Row("extract:pattern=(?<x>.+),format=json", over: [odd], gives: ["{\"x\":\"\u{FFFD}a\\u0000\u{FFFD}\"}"]),
        ])
    func extract(_ row: Row) throws { try row.check() }

    // S-ERR-2
    @Test("extract fails, or follows its policy, where that is wanted of what does not match")
    func extractFails() throws {
        let words = Words(.bytes(["a1", "b", "c2"]))
        #expect(failure { try words.run(["extract:pattern=\\d,noMatch=fail"]) }.contains("the pattern does not match"))
        #expect(words.sink.elements == ["1"])
        #expect(try through("extract:pattern=\\d,noMatch=fail,onError=skip", over: ["a1", "b", "c2"]) == ["1", "2"])
    }

    @Test(
        "Patterns that cannot be used are mistakes of the configuration",
        arguments: [
            ("grep:(", "is wrong at byte 1"), ("grep", "needs the key \"pattern\""),
            ("grep:pattern=a,on=body", "is no part of a message"), ("grep:pattern=a,on=header.", "is no part"),
            ("extract:pattern=(a),format=json", "has no named group"), ("grep:pattern=a,exclud=true", "exclude"),
        ])
    func mistakes(_ stage: String, _ text: String) throws {
        #expect(failure { _ = try Words(.bytes([])).pipeline([stage]) }.contains(text))
    }

    @Test("A pattern that needs too many steps is an error of the element")
    func tooManySteps() throws {
        let heavy = Bytes(String(repeating: "a", count: 5000) + "d")
        #expect(
            failure { _ = try through("grep:pattern=(*NO_JIT)(*LIMIT_MATCH=1000)(a+)+[bc]$", over: [heavy]) }
                .contains("matching failed"))
    }
}
