/// What the system says of a file.
public struct FileStatus: Sendable, Hashable {
    /// The kinds of files.
    public enum Kind: Sendable, Hashable {
        /// A file with contents of its own, which can be read from any offset.
        case regular
        /// A directory.
        case directory
        /// A symbolic link; only where links are not followed.
        case symbolicLink
        /// A pipe, a socket or a character device, such as a terminal: a stream that is read once.
        case stream
        /// Anything else.
        case other
    }

    /// What kind of file it is.
    public var kind: Kind
    /// How many bytes it holds; 0 for streams.
    public var size: Int64
    /// Which file it is, whatever its name.
    public var identity: FileIdentity
    /// How many names it has; 0 once it was deleted.
    public var linkCount: Int

    /// What the system says of a file.
    public init(kind: Kind, size: Int64, identity: FileIdentity, linkCount: Int = 1) {
        self.kind = kind
        self.size = size
        self.identity = identity
        self.linkCount = linkCount
    }
}

/// Which file it is, whatever its name: the numbers of its device and of its inode.
public struct FileIdentity: Sendable, Hashable, CustomStringConvertible {
    /// The number of the device; it may change when the device is mounted again.
    public var device: UInt64
    /// The number of the file on its device; the number of a deleted file may be given to a new one.
    public var inode: UInt64

    /// An identity by its numbers.
    public init(device: UInt64, inode: UInt64) {
        self.device = device
        self.inode = inode
    }

    /// The identity that a ``description`` stands for.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, let device = UInt64(parts[0]), let inode = UInt64(parts[1]) else { return nil }
        self.init(device: device, inode: inode)
    }

    /// `device:inode`
    public var description: String { "\(device):\(inode)" }
}
