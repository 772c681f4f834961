import Connect

/// What packs or unpacks the blocks of one file.
enum AvroPacker {
    case none
    case deflate(AvroDeflate)
    case zstandard(AvroZstandard)
    case bzip2(AvroBzip2)
    case snappy
    case xz(AvroXZ)

    /// What packs by a codec.
    static func packing(_ codec: AvroCodec) throws(CoderError) -> AvroPacker {
        switch codec {
        case .null: .none
        case .deflate(let level): .deflate(try AvroDeflate(level: level))
        case .zstandard(let level): .zstandard(try AvroZstandard(level: level))
        case .bzip2(let level): .bzip2(AvroBzip2(level: level))
        case .snappy: .snappy
        case .xz(let level): .xz(AvroXZ(level: level))
        case .lzma: .xz(AvroXZ(level: nil, .raw))
        }
    }

    /// What unpacks what a codec has packed.
    static func unpacking(_ codec: AvroCodec) throws(CoderError) -> AvroPacker {
        switch codec {
        case .null: .none
        case .deflate: .deflate(try AvroDeflate(level: nil))
        case .zstandard: .zstandard(try AvroZstandard(level: nil))
        case .bzip2: .bzip2(AvroBzip2(level: nil))
        case .snappy: .snappy
        case .xz: .xz(AvroXZ(level: nil))
        case .lzma: .xz(AvroXZ(level: nil, .raw))
        }
    }

    /// A block, unpacked.
    func unpacked(_ block: Bytes, limit: Int) throws(CoderError) -> Bytes {
        try block.withUnsafeBytes { data throws(CoderError) in
            switch self {
            case .none: block
            case .deflate(let engine): try engine.unpacked(data, limit: limit)
            case .zstandard(let engine): try engine.unpacked(data, limit: limit)
            case .bzip2(let engine): try engine.unpacked(data, limit: limit)
            case .snappy: try AvroSnappy.unpacked(data, limit: limit)
            case .xz(let engine): try engine.unpacked(data, limit: limit)
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
            case .bzip2(let engine): try engine.packed(data)
            case .snappy: AvroSnappy.packed(data)
            case .xz(let engine): try engine.packed(data)
            }
        }
    }
}
