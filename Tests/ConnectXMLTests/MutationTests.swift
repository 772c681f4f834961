import Connect
import ConnectTesting
import ProcessSupport
import Testing

@testable import ConnectXML

/// Damaged documents through everything that reads them. `CONNECT_SEEDS` says how many, 100,000 under the address sanitizer.
@Suite("Damaged XML")
struct MutationTests {
    private static let originals: [[UInt8]] =
        (WellFormedCases.all + MalformedCases.all + DoctypeCases.accepted + DoctypeCases.malformed
        + DoctypeCases.external)
        .map { Array($0.document) }.filter { $0.count < 4000 }

    @Test("Whatever is done to documents, what is taken is written and read as the same, and nothing crashes")
    func mutations() throws {
        let limits = XML.Limits(bytes: 1 << 20, depth: 64, attributes: 50, nodes: 5000)
        var refusing = try XML.DocumentDecoder(limits: limits).makeInstance()
        var lenient = limits
        lenient.doctype = .internalSubset
        var taking = try XML.DocumentDecoder(limits: lenient).makeInstance()
        let paths = try ["//a[1]/@b", "a/b[last()]", "//*[@b='c']", "//x:a"].map { try XML.Path($0) }
        let expression = try XML.XPath("//*[@b]/ancestor::* | //@* | //text()")
        var accepted = 0
        var records = 0
        for seed in seeds(2000) {
            var random = SplitMix(seed: seed)
            let bytes = Bytes(try Self.mutated(&random))
            records += try Self.cut(bytes, &random)
            let strict = Self.decode(bytes, &refusing, seed)
            guard let document = Self.decode(bytes, &taking, seed) else {
                #expect(strict == nil, "seed \(seed)")
                continue
            }
            if let strict { #expect(strict == document, "seed \(seed)") }
            accepted += 1
            let written = document.bytes(.file)
            let again = Self.decode(written, &refusing, seed)
            // A prefix that is not declared may be one where the document type is left out.
            #expect(again == document, "seed \(seed): \(written)")
            for path in paths { _ = document.texts(path) }
            if random.oneIn(4) { _ = try? expression.evaluate(on: document.node) }
            _ = document.json()
            _ = XML.Document(document.root)
        }
        if seeds(2000).count >= 1000 {
            #expect(accepted > 200)
            #expect(records > 200)
        }
    }

    private static func decode(
        _ bytes: Bytes, _ decoder: inout XML.DocumentDecoder.Instance, _ seed: UInt64
    ) -> XML.Document? {
        do {
            return try decoder.convert(bytes)
        } catch let error as CoderError {
            if let offset = error.offset {
                #expect((0...Int64(bytes.count)).contains(offset), "seed \(seed): \(error)")
            }
            return nil
        } catch {
            Issue.record("seed \(seed): \(error)")
            return nil
        }
    }

    /// Cuts it into records, in chunks of any size: the same records come out of one chunk.
    private static func cut(_ bytes: Bytes, _ random: inout SplitMix) throws -> Int {
        let rules = try XML.Records(random.oneIn(2) ? "/*" : "/*/*", maxBytes: 1 << 20, doctype: .internalSubset)
        var whole = rules.makeInstance()
        let expected = run(&whole, chunks(Array(bytes), sizes: { bytes.count }))
        var pieces = rules.makeInstance()
        var source = random
        let found = run(&pieces, chunks(Array(bytes), sizes: { 1 + source.below(9) }))
        random = source
        #expect(found == expected)
        return found.pieces.count
    }

    private static func mutated(_ random: inout SplitMix) throws -> [UInt8] {
        func some() throws -> [UInt8] {
            random.oneIn(2)
                ? originals[random.below(originals.count)] : Array(try RandomXML.document(&random).bytes())
        }
        var bytes = try some()
        for _ in 0..<random.below(4) {
            let place = random.below(bytes.count + 1)
            switch random.below(6) {
            case 0 where place < bytes.count: bytes[place] ^= UInt8(1 << random.below(8))
            case 1 where place < bytes.count: bytes.remove(at: place)
            case 2: bytes.removeLast(bytes.count - place)
            case 3:
                let other = try some()
                bytes.insert(contentsOf: other[..<random.below(other.count + 1)], at: place)
            case 4:
                let repeated = Array(["<a>", "<a b=''", " ", "&amp;"][random.below(4)].utf8)
                for _ in 0..<70 { bytes.insert(contentsOf: repeated, at: place) }
            default:
                let words = [
                    "<!DOCTYPE a [<!ENTITY e 'x&e;'>]>", "<![CDATA[", "]]>", "<!--", "-->", "<?", "?>", "&", "&#",
                    "&e;",
                    "xmlns:p='u'", "p:", "</", "/>", "\"", "'", "=", "\r\n", "\0", "ä",
                    "<?xml version='1.0' encoding='UTF-16'?>",
                    "<!ATTLIST a b CDATA 'c'>", "]>", "%p;", "<!ENTITY % p '", "xmlns=''",
                ]
                bytes.insert(contentsOf: Array(words[random.below(words.count)].utf8), at: place)
            }
        }
        return bytes
    }
}
