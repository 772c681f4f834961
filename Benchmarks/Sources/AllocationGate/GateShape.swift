import Connect
import ConnectJSON
import ConnectText
import ConnectXML

/// A pipeline whose cost per element is held to a limit.
struct GateShape: Sendable {
    let name: String
    /// Runs the pipeline over so many elements.
    let run: @Sendable (Int) throws -> Void

    /// All of them. Those without `par` run on one thread, so that also their instructions can be counted.
    static let all = [
        GateShape(name: "integers") { count in
            try Pipeline("integers").root(ListSource(0..<count))
                .map { $0 &* 3 &+ 1 }
                .filter { $0 & 7 != 0 }
                .fold(into: 0) { $0 &+= $1 }.trigger(each: 1000)
                .to(NullSink()).runToEnd()
        },
        GateShape(name: "integers-par") { count in
            try Pipeline("integers").root(ListSource(0..<count))
                .map { $0 &* 3 &+ 1 }
                .filter { $0 & 7 != 0 }.par(4)
                .fold(into: 0) { $0 &+= $1 }.trigger(each: 1000)
                .to(NullSink()).runToEnd()
        },
        GateShape(name: "lines-each-byte") { count in
            try lines(count).mapEachByte(upper).to(NullSink()).runToEnd()
        },
        GateShape(name: "lines-map-bytes") { count in
            try lines(count).mapBytes { line, output in
                line.withUnsafeBytes { line in
                    output.append(capacity: line.count) { target in
                        for index in line.indices { target[index] = upper(line[index]) }
                        return line.count
                    }
                }
            }.to(NullSink()).runToEnd()
        },
        GateShape(name: "lines-filter-bytes") { count in
            try lines(count).filterBytes { $0.byteCount > 8 }.count().trigger(each: 1000).to(NullSink()).runToEnd()
        },
        GateShape(name: "strings") { count in
            // One new string each, which is too long to live without memory of its own.
            try Pipeline("strings").root(ListSource(["a string of 22 bytes  "], rounds: count))
                .map { $0 + "!" }
                .fold(into: 0) { $0 &+= $1.utf8.count }.trigger(each: 1000)
                .to(NullSink()).runToEnd()
        },
        GateShape(name: "json-edit") { count in
            try Pipeline("json").root(ListSource([#"{"id":12345,"name":"a","debug":{"x":1}}"# as Bytes], rounds: count))
                .json(.drop("debug"), .set("source", json: "\"web\""))
                .to(NullSink()).runToEnd()
        },
        GateShape(name: "xml-documents") { count in
            // What libxml2 allocates for itself is counted as well.
            try Pipeline("xml").coders(.xml).root(
                ListSource([#"<order id="7"><line>x</line></order>"# as Bytes], rounds: count)
            )
            .as(XML.Document.self)
            .filter { $0.root["id"] != nil }
            .to(NullSink()).runToEnd()
        },
    ]

    private static func lines(_ count: Int) -> Def<Bytes> {
        Pipeline("lines").root(LineChunks(lines: count)).apply(Lines())
    }

    @Sendable
    private static func upper(_ byte: UInt8) -> UInt8 {
        byte &- 0x61 < 26 ? byte &- 0x20 : byte
    }
}
