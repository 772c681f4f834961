import Connect
import ConnectFiles
import FuzzSupport

/// A checkpoint comes back as it was stored; one that was altered, cut or made up is refused.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzCheckpoint(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    var input = FuzzInput(data, size)
    if input.byte() % 2 == 0 {
        let text = Bytes(input.remaining())
        if let checkpoint = decode(text) {
            require(CheckpointText.encode(checkpoint) == text, "a text that is no checkpoint's is taken for one")
        }
        return 0
    }
    let place = input.number(below: 1 << 16)
    let change = input.byte()
    let checkpoint = checkpoint(from: &input)
    var text = Array(CheckpointText.encode(checkpoint))
    require(decode(Bytes(text)) == checkpoint, "a checkpoint is not restored: \(checkpoint)")
    let index = place % text.count
    require(decode(Bytes(text[..<index])) == nil, "a checkpoint that was cut is taken")
    if change != 0 {
        text[index] ^= change
        require(decode(Bytes(text)) == nil, "a checkpoint that was altered is taken")
    }
    return 0
}

private func decode(_ text: Bytes) -> Checkpoint? {
    do {
        return try CheckpointText.decode(text)
    } catch {
        require(!error.message.isEmpty, "an error says nothing")
        return nil
    }
}

private func checkpoint(from input: inout FuzzInput) -> Checkpoint {
    var checkpoint = Checkpoint(pipeline: word(&input))
    while !input.isEmpty {
        if input.byte() % 2 == 0 {
            checkpoint.states[word(&input)] = word(&input)
        } else {
            // One of each name, in order, as a run gives them.
            let source = word(&input)
            let partition = word(&input)
            let offset = Int64(input.number(below: 1 << 16)) << Int64(input.byte() % 47)
            let position = Position(
                partition: partition, offset: offset, isComplete: input.byte() % 2 == 0, detail: word(&input))
            var positions = checkpoint.positions[source] ?? []
            positions.removeAll { $0.partition == partition }
            positions.append(position)
            checkpoint.positions[source] = positions.sorted { $0.partition < $1.partition }
        }
    }
    return checkpoint
}

private func word(_ input: inout FuzzInput) -> String {
    String(decoding: input.bytes(atMost: Int(input.byte() % 20)), as: UTF8.self)
}
