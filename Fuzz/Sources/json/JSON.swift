import CFuzzSIMDJSON
import Connect
import ConnectJSON
import FuzzSupport

/// JSON is taken exactly where simdjson's own parser takes it, numbers aside, which are of any size here; what is read of a
/// document gives the same document; edits give documents; nothing crashes, whatever comes.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzJSON(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    var input = FuzzInput(data, size)
    let mode = input.byte() % 4
    let choice = input.byte()
    let content = Bytes(input.remaining())
    switch mode {
    case 0: checkEdits(content, choice)
    case 1: checkCodable(content)
    default: checkDocument(content)
    }
    return 0
}

/// As deep as simdjson goes by default.
private let limits = JSONLimits(depth: 1023)

private func document(_ content: Bytes) -> JSONDocument? {
    do {
        return try JSONDocument(parsing: content, limits: limits)
    } catch let error as CoderError {
        let offset = error.offset ?? -1
        require((0...Int64(content.count)).contains(offset), "the error is at \(offset) of \(content.count)")
        require(!error.message.isEmpty && error.message != "it is not JSON", "an error says nothing: \(error)")
        return nil
    } catch {
        fatalError("an error of another type: \(error)")
    }
}

private func checkDocument(_ content: Bytes) {
    let found = document(content)
    let expected = content.withUnsafeBytes { text in
        fuzz_simdjson(text.baseAddress?.assumingMemoryBound(to: UInt8.self), text.count)
    }
    require(expected != 1 || found != nil, "what simdjson takes is refused")
    require(expected != 0 || found == nil, "what simdjson refuses is taken")
    guard let found else { return }
    let compact = found.compacted
    guard let again = document(compact) else { fatalError("a compact document is refused") }
    require(again.compacted == compact, "a compact document becomes shorter")
    require(shape(found.root) == shape(again.root), "a compact document says something else")
}

/// What a value says, without the way in which it is written.
private func shape(_ value: JSONValue) -> [String] {
    var shape: [String] = []
    var open = [value]
    while let value = open.popLast() {
        switch value.kind {
        case .object:
            shape.append("{\(value.count)")
            for member in value.members {
                shape.append(member.name)
                open.append(member.value)
                require(value[member.name] != nil, "a member is not found by its name")
            }
            if value.count > 64 { return shape }
        case .array:
            shape.append("[\(value.count)")
            open += Array(value.elements)
        case .string: shape.append("\"\(value.string ?? "")")
        case .number:
            shape.append(value.number?.description ?? "")
            require(value.number == JSONNumber(value.text), "a number does not equal itself")
            if let integer = value.integer() { require(value.double == Double(integer), "\(value) is two numbers") }
        case .boolean: shape.append("\(value.bool == true)")
        case .null: shape.append("null")
        }
    }
    return shape
}

private func checkEdits(_ content: Bytes, _ choice: UInt8) {
    let path = ["a", "a.b", "[0]", "a[1].b", "b", "[1][0]"][Int(choice >> 4) % 6]
    let all: [[JSONEdit]] = [
        [.drop(path), .set("c", to: 1)], [.set(path, to: "x")], [.rename("a", to: "b"), .drop("b.a")],
        [.keep(path, "b")],
        [.flatten(), .set(path, to: [1])], [.flatten(separator: "", arrays: true)], [.get(path, orNull: true)],
        [.drop(path), .drop("[2]"), .set(path, json: "{\"a\":{}}")],
    ]
    let edits = all[Int(choice & 7)]
    let sink = CollectSink<Bytes>()
    let works = succeeds(Pipeline("edit").root(ListSource([content])).json(edits, limits: limits).to(sink))
    require(works == (sink.elements.count == 1), "a document is lost, or comes twice")
    if works { require(document(content) != nil, "an edit takes what is not JSON") }
    for output in sink.elements {
        guard document(output) != nil || output.count > content.count else {
            fatalError("an edit gives what is not JSON: \(output)")
        }
        require(!output.contains(0x0A) && !output.contains(0x0D), "an edit gives more than one line")
    }
}

private struct Sample: Codable, Hashable {
    var a: Int8?
    var b: [Double]?
    var c: [String: Bool]?
}

private func checkCodable(_ content: Bytes) {
    guard let found = document(content), let sample = try? found.decode(Sample.self) else { return }
    do {
        let written = try JSONDocument(encoding: sample)
        require(try written.decode(Sample.self) == sample, "a value comes back as another one")
    } catch {
        fatalError("a value does not come back: \(error)")
    }
}
