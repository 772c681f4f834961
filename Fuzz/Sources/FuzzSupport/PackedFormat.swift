import Connect

/// A format of packed data, as its fuzzer sees it: what packs it, what unpacks it here, and what unpacks it elsewhere.
public struct PackedFormat {
    /// No more is unpacked of a message.
    public static var limit: Int { 1 << 20 }

    private let pack: ([UInt8], UInt8) -> [UInt8]
    private let unpackMessage: (Bytes) throws -> Bytes
    private let unpackStream: (Def<StreamChunk>, Int) -> Def<StreamChunk>
    private let reference: ([UInt8]) -> [UInt8]?

    /// A format.
    ///
    /// - Parameters:
    ///   - pack: one member or frame with a checksum, of some content; the number chooses a level
    ///   - unpackMessage: unpacks a whole message, at most ``limit`` bytes
    ///   - unpackStream: unpacks a stream into chunks of a size
    ///   - reference: what the system's library unpacks of all members; nil where it refuses them
    public init(
        pack: @escaping ([UInt8], UInt8) -> [UInt8], unpackMessage: @escaping (Bytes) throws -> Bytes,
        unpackStream: @escaping (Def<StreamChunk>, Int) -> Def<StreamChunk>,
        reference: @escaping ([UInt8]) -> [UInt8]?
    ) {
        self.pack = pack
        self.unpackMessage = unpackMessage
        self.unpackStream = unpackStream
        self.reference = reference
    }

    /// Data that claim to be of the format neither crash nor fill the memory, and give what the system's library gives;
    /// good data come out as they went in, and altered or cut ones never come out as something else.
    public func check(_ data: UnsafePointer<UInt8>?, _ size: Int) {
        var input = FuzzInput(data, size)
        let seed = input.byte()
        let mode = input.byte() % 4
        if mode == 0 { return checkForeign(input.remaining(), seed) }
        let level = input.byte()
        let place = input.number(below: 1 << 16)
        let change = input.byte()
        let first = input.bytes(atMost: 20_000)
        let second = input.remaining()
        var packed = pack(first, level) + pack(second, level)
        if mode == 3 {
            packed.removeLast(1 + place % packed.count)
            // A cut between the members cannot be seen, nor one before the first.
            let (message, stream) = unpack(packed, seed)
            require(message == nil || message == first || packed.isEmpty, "a message that was cut is taken")
            require(stream == nil || stream == first || packed.isEmpty, "a stream that was cut is taken")
            return
        }
        if mode == 2 { packed[place % packed.count] ^= change }
        let (message, stream) = unpack(packed, seed)
        if mode == 1 || change == 0 {
            require(message == first + second, "good data are not restored as a message")
            require(stream == first + second, "good data are not restored as a stream")
        } else {
            // What says nothing of the content, such as a time or the size of a window, may be altered.
            require(message == nil || message == first + second, "an altered message is taken")
            require(stream == nil || stream == first + second, "an altered stream is taken")
        }
    }

    private func checkForeign(_ content: [UInt8], _ seed: UInt8) {
        let (message, stream) = unpack(content, seed)
        require(message == stream, "a message and a stream of the same bytes differ")
        if let message { require(message == reference(content), "the system's library unpacks something else") }
    }

    /// Unpacks as a message and as a stream; nil where it is refused.
    private func unpack(_ content: [UInt8], _ seed: UInt8) -> (message: [UInt8]?, stream: [UInt8]?) {
        var message: [UInt8]?
        do {
            message = Array(try unpackMessage(Bytes(content)))
        } catch let error as CoderError {
            // The stream has no limit, so the two cannot be compared.
            if error.code == .limitExceeded { return (nil, nil) }
        } catch {
            fatalError("an error of another type: \(error)")
        }
        let found = CollectSink<StreamChunk>()
        let packed = Pipeline("unpack").root(ListSource(chunks(of: content, seed: seed)))
        let succeeded = succeeds(unpackStream(packed, 1 + Int(seed) * 17).to(found))
        return (message, succeeded ? found.elements.flatMap { Array($0.bytes) } : nil)
    }
}
