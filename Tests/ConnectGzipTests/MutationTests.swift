import ConnectTesting
import ProcessSupport
import Testing

@testable import Connect
@testable import ConnectGzip

/// Damaged streams through all that unpacks them. `CONNECT_SEEDS` says how many, 100,000 under the address sanitizer.
@Suite("Damaged gzip")
struct MutationTests {
    private static let limit = 1 << 16

    // S-ERR-2: what stands before the damage comes out, wherever the stream is cut into chunks.
    @Test("Whatever is done to streams, message and stream agree, cuts do not matter, and nothing crashes")
    func mutations() throws {
        var decoder = try GunzipMessage(outputLimit: Self.limit).makeInstance()
        var accepted = 0
        var refused = 0
        for seed in seeds(2000) {
            var random = SplitMix(seed: seed)
            var (packed, content) = Self.stream(&random)
            let isWhole = random.oneIn(8)
            if !isWhole { packed = Self.damaged(packed, &random) }

            let message = Result { Array(try decoder.convert(Bytes(packed))) }
            let stream = try Self.unpack(packed, size: max(1, packed.count))
            let pieces = try Self.unpack(packed, size: 1 + random.below(9))
            #expect(pieces.bytes() == stream.bytes(), "seed \(seed)")
            #expect(pieces.error?.description == stream.error?.description, "seed \(seed)")
            if let offset = stream.error?.offset {
                #expect((0...Int64(packed.count)).contains(offset), "seed \(seed)")
            }
            switch message {
            case .success(let unpacked):
                #expect(stream.error == nil, "seed \(seed)")
                #expect(stream.bytes() == unpacked, "seed \(seed)")
                if isWhole { #expect(unpacked == content, "seed \(seed)") }
                accepted += 1
            case .failure(let error as CoderError):
                // A stream has no limit of its own.
                #expect(stream.error != nil || error.code == .limitExceeded, "seed \(seed): \(error)")
                #expect(!isWhole || error.code == .limitExceeded, "seed \(seed): \(error)")
                refused += 1
            case .failure(let error): Issue.record("seed \(seed): \(error)")
            }
        }
        if seeds(2000).count >= 1000 {
            #expect(accepted > 200)
            #expect(refused > 200)
        }
    }

    private static func unpack(_ packed: [UInt8], size: Int) throws -> SplitterOutput<StreamChunk> {
        var instance = try Gunzip(chunkBytes: 4096).makeInstance()
        _ = try instance.resume(at: [], partitions: FakeRegistry(["x.gz"]))
        return run(&instance, chunks(packed, size: size))
    }

    /// Up to three members one behind the other, and what they hold.
    private static func stream(_ random: inout SplitMix) -> (packed: [UInt8], content: [UInt8]) {
        var packed: [UInt8] = []
        var content: [UInt8] = []
        for _ in 0...random.below(3) {
            if random.oneIn(4) {
                packed += member("by hand", flags: UInt8(random.below(16)) << 1)
                content += Array("by hand".utf8)
                continue
            }
            // Now and then it swells a thousand times.
            let count = random.oneIn(50) ? 40_000 : random.below(400)
            let isNoise = random.oneIn(3)
            let text = (0..<count).map { isNoise ? UInt8(truncatingIfNeeded: random.next()) : UInt8($0 % 7) }
            packed += gzip(text)
            content += text
        }
        return (packed, content)
    }

    private static func damaged(_ bytes: [UInt8], _ random: inout SplitMix) -> [UInt8] {
        var bytes = bytes
        for _ in 0...random.below(3) {
            let place = random.below(bytes.count + 1)
            switch random.below(6) {
            case 0 where place < bytes.count: bytes[place] ^= UInt8(1 << random.below(8))
            case 1 where place < bytes.count: bytes.remove(at: place)
            case 2: bytes.removeLast(bytes.count - place)
            case 3: bytes.insert(contentsOf: bytes[..<place], at: random.below(bytes.count + 1))
            case 4: bytes.insert(contentsOf: [0x1f, 0x8b, 8, UInt8(random.below(256))], at: place)
            default: bytes.insert(UInt8(truncatingIfNeeded: random.next()), at: place)
            }
        }
        return bytes
    }
}
