import Connect
import ConnectCatalog
import ConnectTesting
import Testing

@Suite("JSON in words")
struct JSONStageTests {
    @Test(
        "json changes documents in the order of its keys",
        arguments: [
            Row("json", over: ["{ \"a\":1 }", "[1,\n2]"], gives: ["{ \"a\":1 }", "[1,2]"]),
            Row("json:a.b", over: ["{\"a\":{\"b\":\"x\"}}"], gives: ["\"x\""]),
            Row("json:get=a,missing=null", over: ["{}"], gives: ["null"]),
            Row("json:drop=a\\,b.c", over: ["{\"a\":1,\"b\":{\"c\":2}}"], gives: ["{\"b\":{}}"]),
            Row("json:keep=a\\,b", over: ["{\"a\":1,\"b\":2,\"c\":3}"], gives: ["{\"a\":1,\"b\":2}"]),
            Row("json:rename=a=b", over: ["{\"a\":1.50}"], gives: ["{\"b\":1.50}"]),
            Row("json:set=a=5\\,b=word\\,c=true", over: ["{}"], gives: ["{\"a\":5,\"b\":\"word\",\"c\":true}"]),
            Row("json:set=a=\"5\"", over: ["{}"], gives: ["{\"a\":\"5\"}"]),
            Row("json:set=a=x=y", over: ["{}"], gives: ["{\"a\":\"x=y\"}"]),
            Row("json:flatten=_", over: ["{\"a\":{\"b\":1}}"], gives: ["{\"a_b\":1}"]),
            Row(
                "json:get=y,set=x=1,rename=x=y,drop=b,keep=a\\,b", over: ["{\"a\":1,\"b\":2,\"y\":0}"],
                gives: ["failing"]),
            Row("json:onError=skip", over: ["{}", "{", "[]"], gives: ["{}", "[]"]),
            Row("json:maxDepth=1,onError=skip", over: ["[[]]", "[]"], gives: ["[]"]),
            Row("json:maxBytes=3,onError=skip", over: ["1000", "100"], gives: ["100"]),
        ])
    func json(_ row: Row) throws {
        if row.output == ["failing"] {
            // set comes behind rename, so that there is no y.
            let text = failure { try row.check() }
            #expect(text.contains("there is nothing at \"y\""))
        } else {
            try row.check()
        }
    }

    @Test(
        "json-filter lets documents pass for which all conditions hold",
        arguments: [
            Row("json-filter:a", over: ["{\"a\":null}", "{\"b\":1}"], gives: ["{\"a\":null}"]),
            Row(
                "json-filter:status>=500", over: ["{\"status\":499}", "{\"status\":5e2}"], gives: ["{\"status\":5e2}"]),
            Row(
                "json-filter:where=a=x\\,!b", over: ["{\"a\":\"x\"}", "{\"a\":\"x\",\"b\":1}", "{\"a\":1}"],
                gives: ["{\"a\":\"x\"}"]),
            Row("json-filter:a,onError=skip", over: ["{", "{\"a\":1}"], gives: ["{\"a\":1}"]),
        ])
    func filters(_ row: Row) throws {
        try row.check()
    }

    @Test("Both work on parts of messages, and keep the rest")
    func messages() throws {
        let message = KeyValue(key: "{\"k\":1}", value: "{\"a\":1,\"b\":2}", headers: [KeyValue.Header("h", "[1]")])
        var changed = message
        changed.value = "{\"b\":2}"
        #expect(try through("json:drop=a", over: [message]) == [changed])
        changed = message
        changed.key = "1"
        #expect(
            try through("json:get=k,on=key", over: [message, KeyValue(value: "x")]) == [changed, KeyValue(value: "x")])
        #expect(try through("json-filter:where=[0]=1,on=header.h", over: [message, KeyValue(value: "x")]) == [message])
    }

    @Test(
        "What cannot be is refused before anything runs",
        arguments: [
            ("json:get=a..b", "is no path"), ("json:set=a", "has no ="), ("json:rename=[0]=b", "has no name to change"),
            ("json:drop=.", "cannot be dropped"), ("json:maxBytes=1GiB", "are no limit"),
            ("json-filter", "needs the key"),
            ("json-filter:where=a=[1]", "compares with an array"), ("json-filter:a,maxBytes=0", "are no limit"),
        ])
    func refused(_ stage: String, _ words: String) {
        let text = failure { _ = try Words(.bytes([])).pipeline([stage]) }
        #expect(text.contains(words), "\(text)")
    }

    @Test("Several workers keep the order", arguments: [1, 4])
    func parallel(_ workers: Int) throws {
        let input = (0..<500).map { Bytes("{\"n\":\($0),\"x\":[\($0)]}") }
        let output = (0..<500).filter { $0 >= 250 }.map { Bytes("{\"n\":\($0),\"y\":1}") }
        let stages = ["json:drop=x,set=y=1,par=\(workers)", "json-filter:n>=250,par=\(workers)"]
        #expect(try through(stages, over: .bytes(input)) == output)
    }
}
