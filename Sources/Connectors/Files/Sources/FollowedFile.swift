import Connect

/// A path that is followed, and the file that is read under it.
struct FollowedFile {
    let path: FilePath
    /// The name of its partition.
    let name: String
    /// Whether it is named by the user, so that it is waited for when it is not there.
    let isListed: Bool
    /// The file that is read; nil while there is none. After a rename it is no longer the one that the path leads to.
    var opened: Opened?
    /// The stream that its chunks belong to; nil before the first chunk and after the last one.
    var partition: PartitionID?
    /// Before this time it need not be looked at again.
    var quietUntil = MonotonicTime(nanoseconds: 0)
    /// Since when the path leads nowhere.
    var missingSince: MonotonicTime?
    /// Whether the log says already that it cannot be opened.
    var isReported = false
    /// Whether nothing is to be expected of it any more.
    var isDropped = false

    /// A file that was opened, and how far it was read.
    struct Opened {
        var file: any OpenFile
        var identity: FileIdentity
        var offset: Int64
        /// Whether the offset was reached under another name, so that no checkpoint of this name has it.
        var isAdopted = false
        /// How often no path of the source was found to lead to it, since it was let go.
        var misses = 0
    }

    /// The file that was read under a path before another one.
    struct Predecessor {
        var identity: FileIdentity
        /// When it is no longer waited for; nil before it was.
        var deadline: MonotonicTime?
    }

    init(path: FilePath, isListed: Bool, opened: Opened? = nil) {
        self.path = path
        name = path.percentEncoded
        self.isListed = isListed
        self.opened = opened
    }
}
