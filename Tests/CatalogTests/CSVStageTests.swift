import ConnectCatalog
import ConnectTesting
import Testing

@testable import Connect
@testable import ConnectComponents

@Suite("CSV")
struct CSVStageTests {
    @Test("A stream becomes objects with the names of its header, wherever it is cut", arguments: 1...12)
    func stream(_ size: Int) throws {
        let text = "\u{FEFF}id,\"the name\"\r\n1,\"a,\"\"b\"\"\r\nc\"\n2,\r\n\n3,ä"
        #expect(
            try through(["csv"], over: CatalogTests.stream(text, by: size)) == [
                #"{"id":"1","the name":"a,\"b\"\r\nc"}"#, #"{"id":"2","the name":""}"#, #"{"id":"3","the name":"ä"}"#,
            ])
    }

    @Test("Behind a mark of the byte order the header may begin with a quoted newline", arguments: 1...8)
    func marked(_ size: Int) throws {
        let text = "\u{FEFF}\"a\n,b\",c\n1,2\n"
        #expect(try through(["csv"], over: CatalogTests.stream(text, by: size)) == [#"{"a\n,b":"1","c":"2"}"#])
        // Bytes that only begin like one are data, and a quote behind them is a mistake.
        for start in [[0xEF], [0xEF, 0xBB]] as [[UInt8]] {
            let bytes = start + Array("\",\n".utf8)
            let found = failure { _ = try through(["csv"], over: CatalogTests.stream(bytes, by: size)) }
            #expect(found.contains("has a quote in a field that does not begin with one"), "\(found)")
        }
    }

    @Test("Nothing, and a header alone, give nothing")
    func empty() throws {
        #expect(try through(["csv"], over: CatalogTests.stream("")) == [])
        #expect(try through(["csv"], over: CatalogTests.stream("a,b\n")) == [])
        #expect(try through(["csv"], over: CatalogTests.stream("a,b")) == [])
    }

    @Test("A record of one column may be an empty line")
    func oneColumn() throws {
        #expect(try through(["csv"], over: CatalogTests.stream("a\n\n1\n")) == [#"{"a":""}"#, #"{"a":"1"}"#])
    }

    @Test(
        "Records of messages become fields, objects and CSV again",
        arguments: [
            Row("csv:fields", over: ["a,b", "\"x,y\",", ""], gives: ["a\tb", "x,y\t", ""]),
            Row("csv:to=fields,separator=::", over: ["a,b:c"], gives: ["a::b:c"]),
            Row("csv:to=fields,delimiter=;,separator=|", over: ["a;\"b;\""], gives: ["a|b;"]),
            Row(
                "csv:columns=x\\,y", over: ["1,\"2\"\"\"", "a,b\r"],
                gives: [#"{"x":"1","y":"2\""}"#, #"{"x":"a","y":"b"}"#]),
            Row("csv:from=fields", over: ["a\tb,c\td\"e\t"], gives: ["a,\"b,c\",\"d\"\"e\","]),
            Row("csv:from=fields", over: [""], gives: ["\"\""]),
            Row("csv:from=fields,columns=x\\,y,header=true", over: ["1\t2", "3\t4"], gives: ["x,y", "1,2", "3,4"]),
            Row("csv:from=fields,columns=x\\,y,header=true", over: [], gives: []),
            Row(
                "csv:from=json,columns=b\\,a,header=true",
                over: [#"{"a":"1","b":"x,y"}"#, #" { "a" : 1.5e3 , "b":null, "c":[1,{"d":"]"}] } "#, "{}"],
                gives: ["b,a", "\"x,y\",1", ",1.5e3", ","]),
            Row(
                "csv:from=json,columns=a", over: [#"{"a":"\u0041\n\ud83d\ude00\/"}"#, #"{"a":{"b":[true,false]}}"#],
                gives: ["\"A\n😀/\"", "\"{\"\"b\"\":[true,false]}\""]),
            Row("csv:csv", over: ["\"a\",\"b c\""], gives: ["a,b c"]),
            Row(
                "csv:to=fields,separator=;", "csv:from=fields,separator=;", over: ["a,,\"b,c\"", "\"\"\"\""],
                gives: ["a,,\"b,c\"", "\"\"\"\""]),
        ])
    func messages(_ row: Row) throws { try row.check() }

    @Test(
        "What is not CSV is an error with the number of the record and the place",
        arguments: [
            ("a,b\n1,2\n3\n", "record 3 has 1 field, but there are 2 columns"),
            ("a,b\n1,2,3\n", "record 2 has 3 fields, but there are 2 columns"),
            ("a,b\n1,x\"y\n", "record 2, field 2, has a quote in a field"),
            ("a,b\n\"1\"x,2\n", "record 2, field 1, has a field that goes on behind its quotes"),
            ("a,b\n1,2\n1,\"2\n3,4\n", "record 3, field 2, ends before its quotes are closed"),
            ("a,a\n1,2\n", "the column \"a\" stands there twice"),
            ("a,\"b\n1,2\n", "the header, record 1, field 2, ends before"),
        ])
    func mistakes(_ text: String, _ message: String) throws {
        let found = failure { _ = try through(["csv"], over: CatalogTests.stream(text)) }
        #expect(found.contains(message), "\(found)")
    }

    @Test("Bytes that are not UTF-8 go through as fields, and are an error in JSON")
    func notText() throws {
        let record = Bytes([0xFF, 0x2C, 0x61] as [UInt8])
        #expect(try through("csv:to=fields,separator=;", over: [record]) == [Bytes([0xFF, 0x3B, 0x61] as [UInt8])])
        #expect(failure { _ = try through("csv:columns=a\\,b", over: [record]) }.contains("field 1, is not UTF-8"))
    }

    @Test(
        "What is not a JSON object is an error with its place",
        arguments: [
            "", "[]", "{", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{\"a\":1} x", "{\"a\":1,\"a\":2}", "{\"a\":\"\\x\"}",
            "{\"a\":\"\\ud800\"}", "{\"a\":01}", "{\"a\":tru}", "{\"a\":\"\n\"}", "{\"a\":[1}",
            "{\"a\":" + String(repeating: "[", count: 100_000),
        ])
    func notAnObject(_ text: String) throws {
        #expect(
            failure { _ = try through("csv:from=json,columns=a", over: [Bytes(text)]) }.contains("is not a JSON object")
        )
    }

    @Test("A field with the separator would be two of them, so it is an error")
    func ambiguousFields() throws {
        for record in ["a;b,c", "\"a\nb\",c"] {
            #expect(
                failure { _ = try through("csv:to=fields,separator=;", over: [Bytes(record)]) }.contains(
                    "would make two"))
        }
        #expect(failure { _ = try through("csv:to=fields,separator=::", over: ["a:,b"]) }.contains("would make two"))
    }

    @Test("Whatever fields hold, CSV gives them back, however the stream is cut", arguments: 1...20)
    func roundTrip(_ seed: Int) throws {
        var random = SplitMix(seed: UInt64(seed))
        func below(_ limit: Int) -> Int { Int(random.next() % UInt64(limit)) }
        let alphabet = Array("a,\"\n\r;ä ".utf8)
        let records = (0..<50).map { _ in
            (0..<3).map { _ in (0..<below(6)).map { _ in alphabet[below(alphabet.count)] } }
        }
        var text = BytesBuilder()
        let fields = CSVFields(delimiter: 0x2C)
        for record in records {
            fields.write(record, &text)
            text.append(seed % 2 == 0 ? "\n" : "\r\n")
        }
        let chunks = CatalogTests.stream(Array(text.take()), by: 1 + below(40))
        let words = Words(chunks)
        try words.run(["csv:to=csv,columns=x\\,y\\,z"])
        let found = try words.sink.elements.map { record in
            try record.withUnsafeBytes { try fields.parse($0, title: "record") }
        }
        #expect(found == records)
    }

    // S-ERR-2
    @Test("A record that cannot be read can be left out")
    func skipped() throws {
        #expect(try through(["csv:onError=skip"], over: CatalogTests.stream("a,b\n1,2\n3\n4,5\n")).count == 2)
    }

    @Test("A record is bounded", arguments: [1, 5, 100])
    func bounded(_ size: Int) throws {
        let found = failure {
            _ = try through(["csv:maxBytes=4"], over: CatalogTests.stream("a,b\n1,\"2\n3\n4\n5\"\n", by: size))
        }
        #expect(found.contains("begins at byte 4 has more than 4 bytes"), "\(found)")
    }

    @Test(
        "What does not fit together is a mistake of the configuration",
        arguments: [
            ("csv", "need names"), ("csv:header=true,columns=a", "nobody knows which is the first"),
            ("csv:from=json", "need names"), ("csv:from=fields,header=true", "a header needs names"),
            ("csv:delimiter=ab", "a delimiter is one byte"), ("csv:delimiter=\"", "a delimiter is one byte"),
            ("csv:to=fields,separator=", "nothing separates nothing"),
            ("csv:from=json,to=json,columns=a", "comes in already"),
            ("csv:columns=a\\,a", "stands there twice"),
            ("csv:columns=a,decompress=always", "only streams are unpacked"),
            ("csv:columns=a,decompress=gzip", "one of automatic, never, always"),
        ])
    func configuration(_ stage: String, _ text: String) throws {
        let found = failure { _ = try Words(.bytes([])).pipeline([stage]) }
        #expect(found.contains(text), "\(found)")
        #expect(
            failure { _ = try Words(CatalogTests.stream("")).pipeline(["csv:from=json,columns=a"]) }.contains("lines"))
    }

    @Test("A splitter that goes on in the middle reads the header again and gives what was not done")
    func resumes() throws {
        let text = "a,b\n1,2\n\"3\n\",4\n5,6\n"
        guard case .chunks(let chunks) = CatalogTests.stream(text) else { return }
        for (offset, numbers) in [(4, [2, 3, 4]), (8, [3, 4]), (15, [4]), (19, [])] {
            var splitter = CSVRecords(delimiter: 0x2C, hasHeader: true, maxBytes: 100).makeInstance()
            let positions = try splitter.resume(
                at: [Position(partition: "f", offset: Int64(offset))], partitions: OnePartition())
            #expect(positions == [Position(partition: "f", offset: 0)])
            var batch = SourceBatch<CSVRecord>(capacity: 10)
            for chunk in chunks {
                try splitter.push(chunk)
                while try splitter.pull(into: &batch) == .batchFull {}
            }
            #expect((0..<batch.count).map { batch.batch[$0].number } == numbers)
        }
    }
}

/// A run with one stream.
private final class OnePartition: PartitionRegistry {
    func partition(named name: String, detail: String) -> PartitionID { PartitionID(index: 0) }
    func name(of partition: PartitionID) -> String? { "f" }
    func revoke(_ name: String, timeout: Duration) -> Bool { true }
}
