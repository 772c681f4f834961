import Connect
import ConnectTesting
import ProcessSupport
import Testing

@testable import ConnectAvro

/// Damaged data through everything that reads them. `CONNECT_SEEDS` says how many.
@Suite("Damaged Avro")
struct AvroMutationTests {
    @Test("Whatever is done to data, nothing crashes, and what is taken is encoded and read again")
    func mutations() throws {
        var accepted = 0
        var refused = 0
        for seed in seeds(2000) {
            var random = RandomAvro(seed)
            var evolution = RandomEvolution(seed)
            let pair = evolution.pair()
            let evolved = try AvroSchema(parsing: pair.reader)
            // Half of them are written by what an evolution began with.
            let schema = try AvroSchema(parsing: seed % 2 == 0 ? random.schema() : pair.writer)
            var bytes = Array(try AvroBinary(encoding: random.value(schema.root), schema: schema).data)
            for _ in 0...random.random.below(3) where !bytes.isEmpty {
                let place = random.random.below(bytes.count)
                switch random.random.below(5) {
                case 0: bytes.remove(at: place)
                case 1: bytes[place] ^= UInt8(1 << random.random.below(8))
                case 2: bytes.insert(UInt8(random.random.below(256)), at: place)
                case 3: bytes.removeSubrange(place...)
                default: bytes.replaceSubrange(place..<place, with: Array(repeating: 0xFF, count: 9) + [0x01])
                }
            }
            let binary = AvroBinary(schema: schema, data: Bytes(bytes))
            let limits = AvroLimits(depth: 32, elements: 10_000)
            let isValid = (try? binary.validate(limits: limits)) != nil
            if let projection = try? AvroProjection(from: schema, to: evolved),
                let projected = try? projection.project(binary, limits: limits)
            {
                #expect(isValid, "seed \(seed)")
                try projected.validate()
            }
            guard let value = try? binary.decode(limits: limits) else {
                refused += 1
                continue
            }
            accepted += 1
            #expect(isValid, "seed \(seed)")
            let again = try AvroBinary(encoding: value, schema: schema)
            let last = try again.decode()
            // Not a number is not equal to itself; its bytes are.
            #expect(last == value || AvroBinary(schema: schema, data: again.data) == again, "seed \(seed)")
            #expect(try AvroBinary(encoding: last, schema: schema) == again, "seed \(seed)")
        }
        print("damaged data: \(accepted) taken, \(refused) refused")
        #expect(accepted + refused < 100 || (accepted > 0 && refused > accepted / 4))
    }
}
