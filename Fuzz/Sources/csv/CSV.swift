import Connect
import FuzzSupport

/// CSV is read as one would read it by hand, wherever a stream is cut, and comes back from JSON and from separated
/// fields as it was; what cannot is refused.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzCSV(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    var input = FuzzInput(data, size)
    let mode = input.byte() % 6
    let seed = input.byte()
    let choice = input.byte()
    let content = input.remaining()
    let delimiter = Array(",;\t|a".utf8)[Int(choice) % 5]
    let stream = Fed.chunks(chunks(of: content, seed: seed))
    switch mode {
    case 0: checkRecords(content, stream, delimiter)
    case 1: checkBound(content, stream, limit: 1 + Int(choice % 40))
    case 2: checkHeader(content, stream, delimiter)
    case 3: checkObjects(content, stream, delimiter)
    case 4: checkForeignObject(Bytes(content))
    default: checkFields(content, separator: ["\t", ";", "::", "ab", "aab", ","][Int(choice) % 6], delimiter)
    }
    return 0
}

/// A stream becomes the records of the reference, written anew.
private func checkRecords(_ content: [UInt8], _ stream: Fed, _ delimiter: UInt8) {
    let expected = Reference(delimiter: delimiter).records(of: content)
    let found = run([csv(("to", "csv"), ("header", "false"), delimiter: delimiter)], over: stream)
    require(found.succeeded == expected.isWhole, "one takes what the other refuses: \(found.succeeded)")
    require(found.output == expected.records.map { $0.text }, "the records differ")
}

/// What is longer than the bound is refused, and what came before it is the same.
private func checkBound(_ content: [UInt8], _ stream: Fed, limit: Int) {
    let expected = Reference(delimiter: 0x2C).records(of: content)
    let stage = csv(("to", "csv"), ("header", "false"), ("maxBytes", "\(limit)"))
    let found = run([stage], over: stream)
    require(expected.records.map { $0.text }.starts(with: found.output), "the records before one too long differ")
    guard found.succeeded else { return }
    require(expected.isWhole, "a malformed record is taken")
    for record in expected.records {
        // Without the quotes, of which there may be any number.
        let least = record.fields.reduce(record.fields.count - 1) { $0 + $1.count }
        require(least <= limit, "a record of at least \(least) bytes has passed a limit of \(limit)")
    }
}

/// The first record names the columns, and all others have as many fields.
private func checkHeader(_ content: [UInt8], _ stream: Fed, _ delimiter: UInt8) {
    var reference = Reference(delimiter: delimiter)
    reference.hasHeader = true
    let expected = reference.records(of: content)
    let found = run([csv(("to", "csv"), ("header", "true"), delimiter: delimiter)], over: stream)
    require(found.succeeded == expected.isWhole, "one takes what the other refuses: \(found.succeeded)")
    require(found.output == expected.records.map { $0.text }, "the records differ")
}

/// Records of two columns go to JSON and come back.
private func checkObjects(_ content: [UInt8], _ stream: Fed, _ delimiter: UInt8) {
    var expected = Reference(delimiter: delimiter).records(of: content)
    expected.cut { $0.fields.count == 2 && $0.fields.allSatisfy { String(validating: $0, as: UTF8.self) != nil } }
    let there = csv(("to", "json"), ("header", "false"), ("columns", "x,y"), delimiter: delimiter)
    let back = csv(("from", "json"), ("columns", "x,y"), delimiter: delimiter)
    let found = run([there, back], over: stream)
    require(found.succeeded == expected.isWhole, "one takes what the other refuses: \(found.succeeded)")
    require(found.output == expected.records.map { $0.text }, "the records differ")
}

/// What is taken for an object of JSON becomes a record that goes to JSON and back unaltered.
private func checkForeignObject(_ message: Bytes) {
    let back = csv(("from", "json"), ("columns", "a,b,"))
    let first = run([back], over: .messages([message]))
    guard first.succeeded else { return require(first.output.isEmpty, "what is refused comes out") }
    let there = csv(("to", "json"), ("columns", "a,b,"))
    let second = run([there, back], over: .messages(first.output.map { Bytes($0) }))
    require(second.succeeded && second.output == first.output, "the record is altered")
}

/// Separated fields go to CSV and come back, unless a newline is in them.
private func checkFields(_ content: [UInt8], separator: String, _ delimiter: UInt8) {
    let there = csv(("from", "fields"), ("separator", separator), delimiter: delimiter)
    let back = csv(("to", "fields"), ("separator", separator), delimiter: delimiter)
    let found = run([there, back], over: .messages([Bytes(content)]))
    require(found.succeeded == !content.contains(0x0A), "one takes what the other refuses: \(found.succeeded)")
    if found.succeeded { require(found.output == [content], "the fields are altered") }
}
