import Connect
import ConnectCatalog
import ConnectTesting
import Testing

@Suite("XML in words")
struct XMLStageTests {
    @Test(
        "xml checks documents and writes them in one way, or as JSON",
        arguments: [
            Row("xml", over: ["<a  b = 'c'></a >"], gives: ["<a b=\"c\"/>"]),
            Row("xml:line", over: ["<a>x\ny</a>"], gives: ["<a>x&#10;y</a>"]),
            Row("xml:file", over: ["<a/>"], gives: ["<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<a/>\n"]),
            Row("xml:json", over: ["<a b='c'><d/></a>"], gives: ["{\"a\":{\"@b\":\"c\",\"d\":\"\"}}"]),
            Row("xml:to=json,arrays=d\\,e", over: ["<a><d>x</d></a>"], gives: ["{\"a\":{\"d\":[\"x\"]}}"]),
            Row("xml:onError=skip", over: ["<a>", "<a/>", "text"], gives: ["<a/>"]),
            Row("xml:onError=skip", over: ["<!DOCTYPE a><a/>", "<b/>"], gives: ["<b/>"]),
            Row("xml:doctype=internalSubset", over: ["<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>"], gives: ["<a>x</a>"]),
            Row("xml:maxDepth=1,onError=skip", over: ["<a><b/></a>", "<a/>"], gives: ["<a/>"]),
            Row("xml:maxAttributes=1,onError=skip", over: ["<a b='' c=''/>", "<a b=''/>"], gives: ["<a b=\"\"/>"]),
            Row("xml:maxBytes=4,onError=skip", over: ["<a> </a>", "<a/>"], gives: ["<a/>"]),
        ] as [Row])
    func xml(_ row: Row) throws {
        try row.check()
    }

    @Test(
        "xpath lets documents pass and takes parts out of them",
        arguments: [
            Row("xpath://b", over: ["<a><b>1</b><b/></a>", "<a/>"], gives: ["<b>1</b>", "<b/>"]),
            Row("xpath:select=//b/text()", over: ["<a><b>1</b><b>2</b></a>"], gives: ["1", "2"]),
            Row("xpath:select=//@c", over: ["<a c='1'><b c='2'/></a>"], gives: ["1", "2"]),
            Row("xpath:count(//b)", over: ["<a><b/><b/></a>", "<a/>"], gives: ["2", "0"]),
            Row("xpath:select=1 div 4", over: ["<a/>"], gives: ["0.25"]),
            Row("xpath:select=not(//b)", over: ["<a/>", "<b/>"], gives: ["true", "false"]),
            Row("xpath:select=concat(/a/@x\\, '!')", over: ["<a x='y'/>"], gives: ["y!"]),
            Row("xpath:filter=//b", over: ["<a ><b/></a >", "<a/>"], gives: ["<a ><b/></a >"]),
            Row("xpath:filter=/a[@n>2],select=/a/@n", over: ["<a n='1'/>", "<a n='3'/>"], gives: ["3"]),
            Row(
                "xpath:select=//x:b,namespaces=x=urn:x", over: ["<a xmlns:y='urn:x'><y:b y:c=''/><b/></a>"],
                gives: ["<y:b xmlns:y=\"urn:x\" y:c=\"\"/>"]),
            Row("xpath:filter=//b,onError=skip", over: ["<a>", "<b/>"], gives: ["<b/>"]),
        ] as [Row])
    func xpath(_ row: Row) throws {
        try row.check()
    }

    @Test("Both work on parts of messages, and keep the rest")
    func messages() throws {
        let message = KeyValue(key: "<k/>", value: "<a><b/><b/></a>", headers: [KeyValue.Header("h", "<x ></x>")])
        var first = message
        first.value = "<b/>"
        #expect(try through("xpath:select=//b", over: [message]) == [first, first])
        #expect(try through("xpath:filter=/k,on=key", over: [message, KeyValue(value: "x")]) == [message])
        var changed = message
        changed.headers = [KeyValue.Header("h", "<x/>")]
        #expect(
            try through("xml:on=header.h", over: [message, KeyValue(value: "x")]) == [changed, KeyValue(value: "x")])
    }

    @Test("xml-records cuts streams, and what follows reads the records")
    func records() throws {
        let feed = "<?xml version='1.0'?><f xmlns='urn:f'><e n='1'>x</e><e n='2'><e></e></e><g/></f>"
        #expect(
            try through(["xml-records:/f/e"], over: stream(feed)) == [
                "<e xmlns='urn:f' n='1'>x</e>", "<e xmlns='urn:f' n='2'><e></e></e>",
            ])
        #expect(
            try through(["xml-records:record=/f/e", "xml:to=json", "json:get=e.@n"], over: stream(feed, by: 9)) == [
                "\"1\"", "\"2\"",
            ])
    }

    @Test(
        "What cannot be is refused before anything runs",
        arguments: [
            ("xml:maxBytes=1GiB", "a limit of"), ("xml:maxDepth=300", "maxDepth"), ("xml:arrays=a", "no arrays in XML"),
            ("xpath", "nothing to do"), ("xpath:select=//[", "no expression"),
            ("xpath:filter=a),select=b", "no expression"),
            ("xpath:select=a,namespaces=b", "has no prefix"), ("xml-records", "needs the key"),
            ("xml-records://e", "no path to records"), ("xml-records:record=/a,maxBytes=0", "cannot be"),
        ] as [(String, String)])
    func refused(_ stage: String, _ words: String) {
        let text = failure { _ = try Words(.chunks([])).pipeline([stage]) }
        #expect(text.contains(words), "\(text)")
    }

    @Test("Several workers keep the order", arguments: [1, 4])
    func parallel(_ workers: Int) throws {
        let input = (0..<500).map { Bytes("<a n='\($0)'/>") }
        let output = (250..<500).map { Bytes("<a n=\"\($0)\"/>") }
        let stages = ["xpath:filter=/a/@n>=250,par=\(workers)", "xml:par=\(workers)"]
        #expect(try through(stages, over: .bytes(input)) == output)
    }
}
