import Connect
import ConnectAvro
import FuzzSupport

/// A container file gives the same data wherever it is cut; what it gives is checked data; nothing crashes, whatever comes.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzAvroContainer(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    var input = FuzzInput(data, size)
    let seed = input.byte()
    let recovers = input.byte() % 2 == 1
    let content = input.remaining()
    let whole = read(
        [StreamChunk(stream: PartitionID(index: 0), offset: 0, bytes: Bytes(content), isLast: true)], recovers)
    let pieces = read(chunks(of: content, seed: seed), recovers)
    if !recovers { require(whole == pieces, "pieces give something else") }
    for datum in whole { require((try? datum.validate()) != nil, "a wrong datum was given") }
    return 0
}

private func read(_ chunks: [StreamChunk], _ recovers: Bool) -> [AvroBinary] {
    let limits = AvroLimits(schemaBytes: 1 << 14, bytes: 1 << 18, elements: 10_000)
    let sink = CollectSink<AvroBinary>()
    _ = succeeds(
        Pipeline("container").root(ListSource(chunks)).apply(AvroFile(recovers: recovers, limits: limits)).to(sink))
    return sink.elements
}
