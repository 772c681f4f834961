import Connect
import ConnectTesting
import ProcessSupport
import Testing

@testable import ConnectJSON

private struct Sample: Codable {
    var a: Int?
    var b: [Double]?
    var c: [String: Bool]?
}

/// Damaged documents through everything that reads them. `CONNECT_SEEDS` says how many, 100,000 under the address sanitizer.
@Suite("Damaged JSON")
struct MutationTests {
    private static let originals: [[UInt8]] = {
        let suites =
            JSONTestSuiteAccept.cases + JSONTestSuiteReject.values + JSONTestSuiteReject.objects
            + JSONTestSuiteReject.strings + JSONTestSuiteReject.structures + JSONCheckerSuite.accepted
        return suites.map { Array($0.document) }.filter { $0.count < 4000 }
    }()

    @Test("Whatever is done to documents, parser and slow reader agree, and nothing crashes that reads what is left")
    func mutations() throws {
        let limits = JSONLimits(bytes: 1 << 20, depth: 64)
        var decoder = try JSONDocumentDecoder(limits: limits).makeInstance()
        let editors = try [
            [JSONEdit.drop("a", "b.c"), .set("x.y", to: 1)], [.set("[1]", to: "x"), .drop("[0]")],
            [.rename("a", to: "b"), .keep("b", "[0].a")], [.flatten(arrays: true), .get("a", orNull: true)],
        ].map { try JSONEditor($0, limits: limits, coder: "JSON") }
        let conditions = try ["a", "a=1", "a.b>\"x\"", "[0]!=null", "!b"].map { try JSONCondition($0) }
        var accepted = 0
        for seed in seeds(2000) {
            var random = SplitMix(seed: seed)
            let bytes = Bytes(Self.mutated(&random))
            let document: JSONDocument? = try? decoder.convert(bytes)
            let isRight = bytes.withUnsafeBytes { text in
                var finder = JSONFaultFinder(text, depth: limits.depth)
                return (try? finder.check()) != nil
            }
            #expect((document != nil) == isRight, "seed \(seed)")
            for editor in editors {
                var output = BytesBuilder()
                let works = (try? bytes.withUnsafeBytes { try editor.edit($0, &output) }) != nil
                #expect(!works || isRight, "seed \(seed)")
                let edited = output.take()
                if works { #expect((try? JSONDocument(parsing: edited)) != nil, "seed \(seed)") }
            }
            guard let document else { continue }
            accepted += 1
            let anew = try JSONDocument(parsing: Bytes(written(document.root)))
            #expect(written(anew.root) == written(document.root), "seed \(seed)")
            for condition in conditions { _ = condition.holds(for: document) }
            _ = try? document.decode(Sample.self)
        }
        if seeds(2000).count >= 1000 { #expect(accepted > 50) }
    }

    private static func mutated(_ random: inout SplitMix) -> [UInt8] {
        func some() -> [UInt8] {
            random.oneIn(2)
                ? originals[random.below(originals.count)] : Array(RandomJSON(&random).text(&random).utf8)
        }
        var bytes = some()
        for _ in 0..<random.below(4) {
            let place = random.below(bytes.count + 1)
            switch random.below(6) {
            case 0 where place < bytes.count: bytes[place] ^= UInt8(1 << random.below(8))
            case 1 where place < bytes.count: bytes.remove(at: place)
            case 2: bytes.removeLast(bytes.count - place)
            case 3:
                let other = some()
                bytes.insert(contentsOf: other[..<random.below(other.count + 1)], at: place)
            case 4:
                bytes.insert(contentsOf: Array(repeating: [0x5B, 0x7B, 0x20][random.below(3)], count: 70), at: place)
            default:
                let pieces = ["\"a\":", "\\u", "\\", "\"", ",", "]", "}", "1e", "-", ".", "\u{0}", "é", "[1,", "null"]
                bytes.insert(contentsOf: Array(pieces[random.below(pieces.count)].utf8), at: place)
            }
        }
        return bytes
    }
}
