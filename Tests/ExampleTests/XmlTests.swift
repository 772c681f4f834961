import ConnectTesting
import Foundation
import ProcessSupport
import Testing

extension ProcessTests {
    @Suite("XML")
    struct XmlTests {
        let scratch: Scratch

        init() throws {
            scratch = try Scratch()
        }

        @Test("list-xml-filter-stdout gives the same as a straight count", arguments: [0, 99_998, 500_000])
        func counts(_ count: Int) async throws {
            let run = try await run(.listXmlFilterStdout, ["\(count)"], in: scratch)
            expectQuietSuccess(run)
            let expected = stride(from: 50_000, through: (count + 1) / 2, by: 50_000).map { "\($0) passed\n" }.joined()
            #expect(run.text == expected)
        }

        @Test("xml-feed-to-json prints the entries in their order, with the namespaces around them known")
        func prints() async throws {
            let feed = try scratch.file(
                "feed",
                "<f:feed xmlns:f='u'><f:entry f:id='1'>a &amp; b</f:entry><x/><f:entry><n>1</n><n>2</n></f:entry></f:feed>"
            )
            let run = try await run(.xmlFeedToJson, ["/feed/entry", feed], in: scratch)
            expectQuietSuccess(run)
            #expect(run.text == "{\"@f:id\":\"1\",\"#text\":\"a & b\"}\n{\"n\":[\"1\",\"2\"]}\n")
        }

        @Test("It names what is wrong with an entry, and has printed what is before it")
        func refuses() async throws {
            let feed = try scratch.file("feed", "<f><e>1</e><e><x></e><e>3</e></f>")
            let run = try await run(.xmlFeedToJson, ["/f/e", feed], in: scratch)
            expectFailure(run, says: "an end tag has not the name")
            #expect(run.text == "\"1\"\n")
        }

        @Test("It asks for a path and files", arguments: [["/f/e"], ["//e", "x"], []])
        func usage(_ arguments: [String]) async throws {
            let run = try await run(.xmlFeedToJson, arguments, in: scratch)
            #expect(run.ending == .exited(2))
            #expect(run.errors.contains("usage: xml-feed-to-json"))
        }

        /// The feed grows to 2 GB in the long form; memory stays below 64 MB in both.
        @Test("A feed larger than memory, killed in its middle and started again, comes out whole and once")
        func killed() async throws {
            // S-ACK-6, S-MEM-1, case 1
            let count = Settings.isSoak ? 5_000_000 : 40_000
            try writeFeed(count: count)
            let copy = Copy(scratch, .xmlFeedToJson, ["/feed/entry"], input: "feed")
            let expected = count * line(0, count).utf8.count
            var hits = 0
            for kill in 1...3 {
                let ending = try await copy.interrupt(SIGKILL, afterBytes: expected / 5 * (kill == 1 ? 2 : 1))
                if ending == .killed(by: SIGKILL) { hits += 1 }
            }
            let process = try copy.start()
            var peak = 0
            let ending = try await eventually(within: .seconds(3600), "the end") { () -> ChildProcess.Ending? in
                peak = max(peak, ProcessStatus(of: process)?.peakMemory ?? 0)
                return process.poll()
            }
            #expect(ending == .exited(0))
            #expect(try process.standardError() == "")
            #expect(hits >= 1)
            if Settings.hasProc, !TestBuild.isSanitized { #expect(peak < 64_000, "\(peak) kB") }
            try expectAllLines(count)
            print("feed: \(scratch.length("feed")) bytes, \(hits) of 3 kills hit, peak \(peak) kB")
        }

        private func entry(_ number: Int, _ count: Int) -> String {
            "<entry id=\"\(count + number)\"><title>Entry &lt;\(count + number)&gt;</title>"
                + "<summary>\(String(repeating: "text of an entry ", count: 20))</summary></entry>\n"
        }

        private func line(_ number: Int, _ count: Int) -> String {
            "{\"@id\":\"\(count + number)\",\"title\":\"Entry <\(count + number)>\","
                + "\"summary\":\"\(String(repeating: "text of an entry ", count: 20))\"}\n"
        }

        private func writeFeed(count: Int) throws {
            try scratch.file("feed", "")
            let file = try FileHandle(forWritingTo: scratch.url("feed"))
            try file.write(
                contentsOf: Data("<?xml version=\"1.0\"?>\n<feed xmlns=\"urn:feed\"><title>All</title>\n".utf8))
            for start in stride(from: 0, to: count, by: 10_000) {
                let entries = (start..<min(count, start + 10_000)).map { entry($0, count) }
                try file.write(contentsOf: Data(entries.joined().utf8))
            }
            try file.write(contentsOf: Data("</feed>\n".utf8))
            try file.close()
        }

        private func expectAllLines(_ count: Int) throws {
            let output = try scratch.data("out")
            let size = line(0, count).utf8.count
            #expect(output.count == count * size)
            guard output.count == count * size else { return }
            for number in 0..<count where number < 1000 || number.isMultiple(of: 997) {
                let found = output[(number * size)..<((number + 1) * size)]
                #expect(String(decoding: found, as: UTF8.self) == line(number, count))
            }
        }
    }
}
