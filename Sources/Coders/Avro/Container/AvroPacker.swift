import Connect

/// What packs or unpacks the blocks of one file.
enum AvroPacker {
    case none
    case deflate(AvroDeflate)
    case zstandard(AvroZstandard)

    /// What packs by a codec.
    static func packing(_ codec: AvroCodec) throws(CoderError) -> AvroPacker {
        switch codec {
        case .null: .none
        case .deflate(let level): .deflate(try AvroDeflate(level: level))
        case .zstandard(let level): .zstandard(try AvroZstandard(level: level))
        }
    }

    /// What unpacks what a codec has packed.
    static func unpacking(_ codec: AvroCodec) throws(CoderError) -> AvroPacker {
        switch codec {
        case .null: .none
        case .deflate: .deflate(try AvroDeflate(level: nil))
        case .zstandard: .zstandard(try AvroZstandard(level: nil))
        }
    }

    /// A block, unpacked.
    func unpacked(_ block: Bytes, limit: Int) throws(CoderError) -> Bytes {
        try block.withUnsafeBytes { data throws(CoderError) in
            switch self {
            case .none: block
            case .deflate(let engine): try engine.unpacked(data, limit: limit)
            case .zstandard(let engine): try engine.unpacked(data, limit: limit)
            }
        }
    }

    /// A block, packed.
    func packed(_ block: Bytes) throws(CoderError) -> Bytes {
        try block.withUnsafeBytes { data throws(CoderError) in
            switch self {
            case .none: block
            case .deflate(let engine): try engine.packed(data)
            case .zstandard(let engine): try engine.packed(data)
            }
        }
    }
}
