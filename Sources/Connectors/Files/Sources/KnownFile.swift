import Connect

/// What a checkpoint keeps of a file, so that its position is never used on another one.
///
/// The number of a deleted file is soon given to a new one, and a file may be written anew in its place: so its first
/// bytes are told apart as well.
struct KnownFile: Sendable, Hashable, CustomStringConvertible {
    var identity: FileIdentity
    /// Nil where nothing was in it, or the source does not ask.
    var beginning: Beginning?

    /// The first bytes of a file, as a number.
    struct Beginning: Sendable, Hashable {
        /// At most as many bytes are told apart.
        static let maximumLength = 1024

        var length: Int
        var hash: UInt64

        /// The beginning of a file; its next read is at the byte given.
        ///
        /// - Returns: nil where the file has no bytes
        init?(
            of file: any OpenFile, length wanted: Int = maximumLength, nextReadAt offset: Int64
        ) throws(ConnectorError) {
            try file.seek(to: 0)
            let piece = FilePiece(reading: file, upTo: wanted)
            try file.seek(to: offset)
            // Where it cannot be read, the read of the data will say so.
            if piece.bytes.isEmpty { return nil }
            length = piece.bytes.count
            hash = piece.bytes.withUnsafeBytes { Beginning.hash($0) }
        }

        init(length: Int, hash: UInt64) {
            self.length = length
            self.hash = hash
        }

        // FNV-1a: it is stored, so it must be the same everywhere and for ever.
        private static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
            bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        }
    }

    init(identity: FileIdentity, beginning: Beginning? = nil) {
        self.identity = identity
        self.beginning = beginning
    }

    /// What the detail of a position says; nil where it says nothing of a file.
    init?(detail: String) {
        let parts = detail.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2 || parts.count == 4, let identity = FileIdentity(parts[..<2].joined(separator: ":"))
        else { return nil }
        self.identity = identity
        guard parts.count == 4 else { return }
        guard let length = Int(parts[2]), (1...Beginning.maximumLength).contains(length),
            let hash = UInt64(parts[3], radix: 16)
        else { return nil }
        beginning = Beginning(length: length, hash: hash)
    }

    /// `device:inode` or `device:inode:length:hash`
    var description: String {
        guard let beginning else { return identity.description }
        return "\(identity):\(beginning.length):\(String(beginning.hash, radix: 16))"
    }

    /// Whether an open file is this one. Device numbers change with restarts of the machine and mounts, so they may
    /// differ. The next read of the file is at the byte given.
    func isSame(as file: any OpenFile, _ found: FileIdentity, nextReadAt offset: Int64) throws(ConnectorError) -> Bool {
        guard found.inode == identity.inode else { return false }
        guard let beginning else { return true }
        return try Beginning(of: file, length: beginning.length, nextReadAt: offset) == beginning
    }
}
