import Connect
import ConnectTesting
import Foundation
import ProcessSupport
import Testing

@testable import ConnectJSON

/// Python's `json` as a judge: another parser, of another house.
@Suite("JSON beside Python")
struct PythonTests {
    // Numbers stay as they are written, members of one name stay, and what Python takes beyond RFC 8259 (NaN, Infinity,
    // half a surrogate pair) is refused. It writes with as few escapes as it can, as the tests do.
    private static let program = """
        import json, sys
        class Number:
            def __init__(self, text): self.text = text
        def constant(text): raise ValueError(text)
        def write(value):
            if isinstance(value, Number): return value.text
            if isinstance(value, tuple):
                return "{" + ",".join(write(name) + ":" + write(inner) for name, inner in value) + "}"
            if isinstance(value, list): return "[" + ",".join(map(write, value)) + "]"
            return json.dumps(value, ensure_ascii=False)
        for line in open(sys.argv[1]):
            try:
                text = bytes.fromhex(line).decode("utf-8")
                value = json.loads(
                    text, parse_int=Number, parse_float=Number, parse_constant=constant, object_pairs_hook=tuple)
                print(write(value).encode("utf-8").hex())
            except ValueError:
                print("refused")
        """

    @Test("Random documents, whole and damaged, are taken where Python takes them, and say the same")
    func agree() async throws {
        let scratch = try Scratch()
        var documents: [[UInt8]] = []
        for seed in seeds(3000) {
            var random = SplitMix(seed: seed)
            var bytes = Array(RandomJSON(&random).text(&random).utf8)
            for _ in 0..<random.below(3) where !bytes.isEmpty {
                let place = random.below(bytes.count)
                switch random.below(3) {
                case 0: bytes.remove(at: place)
                case 1: bytes[place] ^= UInt8(1 << random.below(8))
                default: bytes.insert(Array("{}[],:\"\\ 0eE+-.tfnu\n".utf8)[random.below(20)], at: place)
                }
            }
            documents.append(bytes)
        }
        let input = documents.map { $0.map { String(format: "%02x", $0) }.joined() + "\n" }.joined()
        let output = try Descriptor(scratch.path("out"), O_WRONLY | O_CREAT | O_TRUNC)
        let python = try ChildProcess(
            Program(at: "/usr/bin/python3"), ["-c", Self.program, scratch.file("in", input)], in: scratch,
            output: output)
        let ending = try await python.wait(within: .seconds(300))
        let errors = try python.standardError()
        #expect(ending == .exited(0), "\(errors)")
        let answers = try scratch.text("out").split(separator: "\n")
        try #require(answers.count == documents.count)
        var accepted = 0
        for (bytes, answer) in zip(documents, answers) {
            let document = try? JSONDocument(parsing: Bytes(bytes))
            let ours = document.map { written($0.root).utf8.map { String(format: "%02x", $0) }.joined() }
            #expect((ours ?? "refused") == answer, "\(String(decoding: bytes, as: UTF8.self))")
            if document != nil { accepted += 1 }
        }
        #expect(documents.count < 100 || (accepted > documents.count / 4 && accepted < documents.count))
    }
}
