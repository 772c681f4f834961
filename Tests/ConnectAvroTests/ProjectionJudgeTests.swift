import Connect
import ConnectTesting
import ProcessSupport
import Testing

@testable import ConnectAvro

/// What other implementations make of the same schemas and data.
@Suite("Projection beside Python")
struct ProjectionJudgeTests {
    // Each line: the writer's schema, the reader's, a datum, and what became of it here, or "refused". Both implementations
    // give defaults as they stand in JSON, where bytes are text; both keep 64 bits where a float has 32. The official one knows
    // no aliases and no promotions inside of arrays and maps: where it finds no way, it is not asked, nor where
    // it passes over a promotion in a union that stands before the type itself, which the specification does not.
    private static let program = """
        import sys, io, json, struct
        import fastavro, avro.schema, avro.io
        def same(a, b):
            if isinstance(a, str) and isinstance(b, bytes): return a.encode("latin-1") == b
            if isinstance(b, str) and isinstance(a, bytes): return same(b, a)
            if isinstance(a, bool) or isinstance(b, bool): return a is b
            if isinstance(a, (int, float)) and isinstance(b, (int, float)):
                if a == b or (a != a and b != b): return True
                return struct.pack("f", a) == struct.pack("f", b)
            if isinstance(a, dict) and isinstance(b, dict):
                return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
            if isinstance(a, list) and isinstance(b, list):
                return len(a) == len(b) and all(map(same, a, b))
            return a == b
        def official(writer, reader, data):
            w, r = avro.schema.parse(writer), avro.schema.parse(reader)
            return avro.io.DatumReader(w, r).read(avro.io.BinaryDecoder(io.BytesIO(data)))
        def fast(writer, reader, data):
            w, r = fastavro.parse_schema(json.loads(writer)), fastavro.parse_schema(json.loads(reader))
            return fastavro.schemaless_reader(io.BytesIO(data), w, r)
        def attempt(read, *arguments):
            try: return ("ok", read(*arguments))
            except Exception as error: return ("refused", type(error).__name__ + ": " + str(error)[:200])
        for line in open(sys.argv[1], encoding="utf-8"):
            writer, reader, data, ours = line.rstrip("\\n").split("\\t")
            data = bytes.fromhex(data)
            result = ("refused", "") if ours == "refused" else attempt(fast, reader, reader, bytes.fromhex(ours))
            answers = []
            for read in (fast, official):
                answer = attempt(read, writer, reader, data)
                if read is official and answer[0] != result[0] and answers == ["refused"]: answers.append("wider")
                elif read is official and answer[0] == "refused" and "ResolutionException" in answer[1]:
                    answers.append("narrower")
                elif answer[0] != result[0]: answers.append("DIFFERS " + repr(answer) + " ours " + repr(result))
                elif answer[0] == "refused": answers.append("refused")
                elif same(answer[1], result[1]): answers.append("same")
                else: answers.append("DIFFERS " + repr(answer) + " ours " + repr(result))
            print("\\t".join(text.replace("\\t", " ") for text in answers))
        """

    @Test(
        "Random evolutions give what fastavro and the official implementation give, and are refused where they refuse")
    func evolutions() async throws {
        var lines: [[String]] = []
        for seed in seeds(1500) {
            var evolution = RandomEvolution(seed)
            let pair = evolution.pair()
            let writer = try AvroSchema(parsing: pair.writer)
            let reader = try AvroSchema(parsing: pair.reader)
            var values = RandomAvro(seed)
            let binary = try AvroBinary(encoding: values.value(writer.root), schema: writer)
            let projected = Result { try AvroProjection(from: writer, to: reader).project(binary) }
            let ours = (try? projected.get()).map { hexadecimal($0.data) } ?? "refused"
            if let result = try? projected.get() { try result.validate() }
            lines.append([pair.writer, pair.reader, hexadecimal(binary.data), ours])
        }
        let answers = try await PythonJudge().answers(Self.program, lines)
        try #require(answers.count == lines.count)
        var counts: [Substring: Int] = [:]
        for (place, answer) in answers.enumerated() {
            for (judge, word) in answer.split(separator: "\t").enumerated() {
                counts[word.hasPrefix("DIFFERS") ? "differs" : word, default: 0] += 1
                #expect(!word.hasPrefix("DIFFERS"), "judge \(judge), seed \(place): \(lines[place])")
            }
        }
        print("evolutions: \(counts.sorted { $0.key < $1.key })")
        #expect(lines.count < 1000 || (counts["same", default: 0] > lines.count && counts["refused", default: 0] > 100))
    }
}
