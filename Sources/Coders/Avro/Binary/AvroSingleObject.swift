public import Connect
import ConnectCatalog

extension AvroBinary {
    /// The datum in single-object encoding: two bytes, the fingerprint of the schema, the datum.
    public var singleObject: Bytes {
        var output = BytesBuilder()
        output.append(0xC3)
        output.append(0x01)
        withUnsafeBytes(of: schema.fingerprint.littleEndian) { output.append($0) }
        output.append(data)
        return output.takeExact()
    }
}

/// Data in single-object encoding, of any of some schemas.
public struct AvroSingleObjectDecoder: Coder {
    /// What it takes.
    public typealias Input = Bytes
    /// What it gives.
    public typealias Output = AvroBinary

    private let schemas: [UInt64: AvroSchema]
    private static let head = 10

    /// A decoder.
    ///
    /// - Parameter schemas: those that data may have; of several with one fingerprint the last
    public init(schemas: [AvroSchema]) {
        self.schemas = Dictionary(schemas.map { ($0.fingerprint, $0) }, uniquingKeysWith: { $1 })
    }

    /// `AVRO-SINGLE-OBJECT`
    public var name: String { "AVRO-SINGLE-OBJECT" }

    /// Makes the instance of a worker.
    public func makeInstance() -> Instance { Instance(schemas: schemas) }

    /// The fingerprint of the schema of a datum in single-object encoding; nil where bytes are none.
    public static func fingerprint(of bytes: Bytes) -> UInt64? {
        guard bytes.count >= head, bytes[0] == 0xC3, bytes[1] == 0x01 else { return nil }
        return bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: 2, as: UInt64.self)) }
    }

    /// Decodes for one worker.
    public struct Instance: CoderInstance {
        let schemas: [UInt64: AvroSchema]

        /// The datum, which shares the memory of the input; what it holds is not looked at.
        ///
        /// - Throws: `CoderError` where the bytes do not begin as they must or the schema is not known
        public mutating func convert(_ input: Bytes) throws -> AvroBinary {
            guard let fingerprint = AvroSingleObjectDecoder.fingerprint(of: input) else {
                throw CoderError(
                    input.count < AvroSingleObjectDecoder.head ? .truncated : .malformed, coder: AvroError.coder,
                    offset: 0,
                    "it is not in single-object encoding, which begins with c3 01 and a fingerprint")
            }
            guard let schema = schemas[fingerprint] else {
                throw CoderError(
                    .malformed, coder: AvroError.coder, offset: 2,
                    "there is no schema with the fingerprint \(String(fingerprint, radix: 16))")
            }
            return AvroBinary(schema: schema, data: input[AvroSingleObjectDecoder.head..<input.count])
        }
    }
}
