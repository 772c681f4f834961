import Connect
import ConnectAvro
import Foundation
import ProcessSupport
import Testing

extension ProcessTests {
    @Suite("Avro")
    struct AvroTests {
        private static let schema =
            #"{"type":"record","name":"Entry","fields":[{"name":"id","type":"long"},{"name":"title","type":"string"},"#
            + #"{"name":"tags","type":{"type":"array","items":"string"}},{"name":"price","type":["null","double"]}]}"#

        let scratch: Scratch

        init() throws {
            scratch = try Scratch()
        }

        @Test("xml-to-avro and avro-file-to-json go from a feed to records to lines, and go on where they were")
        func thereAndBack() async throws {
            let feed = try scratch.file(
                "feed",
                "<feed><e id='1'><title>a &amp; b</title><tags>x</tags></e>"
                    + "<e id=' 02 '><title/><price>1.50</price><tags>x</tags><tags>y</tags><more/></e></feed>")
            for _ in 0..<2 {
                let run = try await run(
                    .xmlToAvro, [Self.schema, "/feed/e", feed, scratch.path("out.avro"), scratch.path("state")],
                    in: scratch)
                expectQuietSuccess(run)
            }
            let lines = try await run(.avroFileToJson, [scratch.path("out.avro")], in: scratch)
            expectQuietSuccess(lines)
            #expect(
                lines.text == #"{"id":1,"title":"a & b","tags":["x"],"price":null}"# + "\n"
                    + #"{"id":2,"title":"","tags":["x","y"],"price":1.5}"# + "\n")
        }

        @Test("They name what is wrong with a record or file")
        func refuses() async throws {
            let feed = try scratch.file("feed", "<f><e id='1'><title>a</title></e><e id='x'><title>b</title></e></f>")
            let wrong = try await run(
                .xmlToAvro, [Self.schema, "/f/e", feed, scratch.path("out.avro"), scratch.path("state")], in: scratch)
            expectFailure(wrong, says: "id: there is string in the JSON, which says no long")
            expectFailure(try await run(.avroFileToJson, [feed], in: scratch), says: "no container file of Avro")
        }

        @Test("They ask for what they need", arguments: [[], ["1", "2"], ["{", "/a", "b", "c", "d"]])
        func usage(_ arguments: [String]) async throws {
            for program in [Program.xmlToAvro, .avroFileToJson] {
                let run = try await run(program, arguments, in: scratch)
                #expect(run.ending == .exited(2))
                #expect(run.errors.contains("usage: "))
            }
        }

        /// The file has 10 million records in the long form.
        @Test("A container file, killed in its middle and started again, comes out whole and once")
        func killed() async throws {
            // S-ACK-6
            let count = Settings.isSoak ? 10_000_000 : 100_000
            try writeFile(count: count)
            let copy = Copy(scratch, .avroFileToJson)
            let size = line(0, count).utf8.count
            var hits = 0
            for kill in 1...3 {
                let ending = try await copy.interrupt(SIGKILL, afterBytes: count * size / 5 * (kill == 1 ? 2 : 1))
                if ending == .killed(by: SIGKILL) { hits += 1 }
            }
            let process = try copy.start()
            #expect(try await process.wait(within: .seconds(3600)) == .exited(0))
            #expect(try process.standardError() == "")
            #expect(hits >= 1)
            let output = try scratch.data("out")
            #expect(output.count == count * size)
            guard output.count == count * size else { return }
            for number in 0..<count where number < 1000 || number.isMultiple(of: 997) {
                let found = output[(number * size)..<((number + 1) * size)]
                #expect(String(decoding: found, as: UTF8.self) == line(number, count))
            }
            print("container: \(scratch.length("in")) bytes, \(hits) of 3 kills hit")
        }

        private func line(_ number: Int, _ count: Int) -> String {
            "{\"id\":\(count + number),\"title\":\"Entry \(count + number)\",\"tags\":[\"a\"],\"price\":0.5}\n"
        }

        private func writeFile(count: Int) throws {
            try scratch.file("in", "")
            let file = try FileHandle(forWritingTo: scratch.url("in"))
            let schema = try AvroSchema(parsing: Self.schema)
            var writer = try AvroFileWriter(schema: schema, codec: .deflate(level: 1), blockBytes: 16 << 10)
            try file.write(contentsOf: Data(writer.header))
            for number in 0..<count {
                let datum = try AvroBinary(
                    encoding: .record([
                        AvroMember("id", .long(Int64(count + number))),
                        AvroMember("title", .string("Entry \(count + number)")),
                        AvroMember("tags", .array([.string("a")])), AvroMember("price", .double(0.5)),
                    ]), schema: schema)
                if let block = try writer.append(datum) { try file.write(contentsOf: Data(block)) }
            }
            if let block = try writer.flush() { try file.write(contentsOf: Data(block)) }
            try file.close()
        }
    }
}
