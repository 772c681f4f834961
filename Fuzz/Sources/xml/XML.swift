import CFuzzXML2
import Connect
import ConnectXML
import FuzzSupport

/// XML is taken where libxml2 makes a tree of it; what is read of a document is written and read as the same; records are the same
/// wherever a stream is cut; nothing crashes, whatever comes.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzXML(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    var input = FuzzInput(data, size)
    let mode = input.byte() % 4
    let choice = input.byte()
    let content = input.remaining()
    switch mode {
    case 0: checkRecords(content, choice)
    case 1: checkLookups(Bytes(content), choice)
    case 2: checkDocument(Bytes(content), XML.Limits(bytes: 1 << 20, doctype: .internalSubset))
    default: checkBesideTree(Bytes(content))
    }
    return 0
}

private func document(_ content: Bytes, _ limits: XML.Limits) -> XML.Document? {
    do {
        return try XML.Document(parsing: content, limits: limits)
    } catch let error as CoderError {
        let offset = error.offset ?? 0
        require((0...Int64(content.count)).contains(offset), "the error is at \(offset) of \(content.count)")
        require(!error.message.isEmpty, "an error says nothing: \(error)")
        return nil
    } catch {
        fatalError("an error of another type: \(error)")
    }
}

private func checkDocument(_ content: Bytes, _ limits: XML.Limits) {
    guard let found = document(content, limits) else { return }
    // Entities and references may make it larger than it may be.
    let unbounded = XML.Limits(bytes: 1 << 26)
    guard let again = document(found.bytes(.file), unbounded) else { fatalError("what is written is refused") }
    require(again == found, "what is written says something else")
    guard let line = document(found.bytes(.onOneLine), unbounded) else { fatalError("a line is refused") }
    require(line.root.text == found.root.text, "a line says something else")
    guard let copy = XML.Document(found.root) else { fatalError("an element cannot be copied") }
    require(copy.root.text == found.root.text, "a copy says something else")
    _ = found.json(arrays: ["a"])
}

/// The limits are none of libxml2's own, and it sees no byte behind a zero.
private func checkBesideTree(_ content: Bytes) {
    let found = document(content, XML.Limits(bytes: 1 << 20, attributes: 10_000))
    if content.contains(0) || content.contains("<!DOCTYPE") || content.contains("encoding") || content.isEmpty {
        return
    }
    // Where it parses at once it takes one element more in each other.
    if content.count(where: { $0 == 0x3C }) > 256 { return }
    let options = Int32(XML_PARSE_NONET.rawValue | XML_PARSE_NOERROR.rawValue | XML_PARSE_NOWARNING.rawValue)
    let isTaken = content.withUnsafeBytes { text in
        guard
            let tree = xmlReadMemory(
                text.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(text.count), nil, nil, options)
        else { return false }
        xmlFreeDoc(tree)
        return true
    }
    require(isTaken == (found != nil), "libxml2 \(isTaken ? "takes" : "refuses") it")
    if found != nil { checkDocument(content, XML.Limits(attributes: 10_000)) }
}

private func checkLookups(_ content: Bytes, _ choice: UInt8) {
    guard let found = document(content, XML.Limits(bytes: 1 << 16)) else { return }
    let all = ["//a", "a/b[1]", "//*[@b]", "//b[last()]", "//a[b='x']", "//*[text()]", "//a//b", "/a/*[2]"]
    let text = all[Int(choice) % all.count]
    guard let path = try? XML.Path(text), let expression = try? XML.XPath(text) else {
        fatalError("\(text) is no path")
    }
    let nodes = found.all(path)
    require(nodes.first == found.first(path), "the first is another one")
    guard !content.contains("xmlns"), !content.contains(":"),
        case .nodes(let expected)? = try? expression.evaluate(on: found.node)
    else { return }
    require(nodes == expected.map(\.node), "\(text) finds others than the same XPath")
}

private func checkRecords(_ content: [UInt8], _ choice: UInt8) {
    let path = choice % 2 == 0 ? "/*" : "/*/*"
    func records(_ chunks: [StreamChunk]) -> ([Bytes], Bool) {
        guard let records = try? XML.Records(path, maxBytes: 1 << 16, doctype: .internalSubset) else {
            fatalError("\(path) is no path")
        }
        let sink = CollectSink<Bytes>()
        let works = succeeds(Pipeline("records").root(ListSource(chunks)).apply(records).to(sink))
        return (sink.elements, works)
    }
    let whole = StreamChunk(stream: PartitionID(index: 0), offset: 0, bytes: Bytes(content), isLast: true)
    let (expected, isWhole) = records([whole])
    let (found, works) = records(chunks(of: content, seed: choice))
    require(works == isWhole, "where it is cut decides whether it is taken")
    require(found == expected, "where it is cut decides what the records are")
}
