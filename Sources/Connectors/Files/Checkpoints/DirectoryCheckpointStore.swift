public import Connect
import Synchronization

/// Keeps the checkpoints of pipelines as files of a directory, one per pipeline.
///
/// The file `orders.checkpoint` holds the checkpoint of the pipeline `orders` as text (``CheckpointText``); characters
/// other than letters, digits and `-._~` are percent-encoded in its name (RFC 3986). A checkpoint is written to
/// `orders.checkpoint.temporary`, made durable, renamed and its name made durable, so that after a crash at any moment
/// the old or the new one is there, whole. The lock on `orders.lock` keeps a second process away.
public final class DirectoryCheckpointStore: CheckpointStore {
    private struct Opened: Sendable {
        let pipeline: String
        let file: AtomicFile
        let lock: any OpenFile
        /// What the file holds for certain; nil where nothing, or where that is not known.
        var stored: Bytes?
    }

    private let directory: FilePath
    private let fileSystem: any FileSystem
    private let opened = Mutex<Opened?>(nil)

    /// A store in a directory of the machine.
    ///
    /// - Parameter directory: where the checkpoints are; created, for this user only, where it is not there
    public convenience init(_ directory: FilePath) {
        self.init(directory, fileSystem: POSIXFileSystem())
    }

    /// A store in a directory.
    ///
    /// - Parameters:
    ///   - directory: where the checkpoints are; created, for this user only, where it is not there
    ///   - fileSystem: what is asked for the files
    public init(_ directory: FilePath, fileSystem: any FileSystem) {
        self.directory = directory
        self.fileSystem = fileSystem
    }

    /// Locks and reads the checkpoint of a pipeline, and tries whether it can be replaced.
    ///
    /// - Parameter pipeline: the pipeline's name
    /// - Returns: what was stored last; nil where nothing ever was
    /// - Throws: `ConnectorError` with the code `damaged_checkpoint`, `foreign_checkpoint`, `newer_checkpoint`,
    ///   `locked`, or what is wrong with the directory; the file is left as it is
    public func open(pipeline: String) throws -> Checkpoint? {
        let name = PercentEncoding.fileName(pipeline)
        guard name.utf8.count <= 200 else {
            throw ConnectorError(
                .configuration,
                "the pipeline's name takes \(name.utf8.count) bytes as a file name, at most 200 are allowed; "
                    + "give it a shorter name")
        }
        try fileSystem.createDirectories(directory, permissions: 0o700)
        let lock = try LockFile.take(
            directory.appending(FilePath(name + ".lock")), for: #"the checkpoint of pipeline "\#(pipeline)""#,
            in: fileSystem)
        let file = AtomicFile(
            path: directory.appending(FilePath(name + ".checkpoint")), permissions: 0o600, fileSystem: fileSystem)
        let text = try file.read()
        let checkpoint = try text.map { text in try decode(text, of: pipeline, in: file.path) }
        try file.probe()
        // A rename of the last run may not be durable yet; the source is to go on only from what will stay.
        try fileSystem.synchronize(directory: directory)
        opened.withLock { $0 = Opened(pipeline: pipeline, file: file, lock: lock, stored: text) }
        return checkpoint
    }

    /// Replaces the checkpoint of the pipeline that was opened. Where it has not changed, nothing is done.
    ///
    /// - Parameter checkpoint: where the sources stand
    /// - Throws: `ConnectorError` where it could not be made durable, for example `no_space`; it may be tried again
    public func save(_ checkpoint: Checkpoint) throws {
        let text = CheckpointText.encode(checkpoint)
        try opened.withLock { state in
            guard let file = state?.file, state?.pipeline == checkpoint.pipeline else {
                throw ConnectorError(
                    .configuration,
                    #"the checkpoint of pipeline "\#(checkpoint.pipeline)" cannot be stored: "#
                        + "the store is not open for this pipeline")
            }
            if state?.stored == text { return }
            state?.stored = nil
            do throws(ConnectorError) {
                try file.replace(with: text)
            } catch {
                throw ConnectorError(
                    error.code,
                    #"the checkpoint of pipeline "\#(checkpoint.pipeline)" was not stored: \#(error.message)"#,
                    cause: error)
            }
            state?.stored = text
        }
    }

    /// Gives the lock back.
    public func close() {
        opened.withLock { state in
            try? state?.lock.close()
            state = nil
        }
    }

    private func decode(_ text: Bytes, of pipeline: String, in path: FilePath) throws(ConnectorError) -> Checkpoint {
        let checkpoint: Checkpoint
        do throws(ConnectorError) {
            checkpoint = try CheckpointText.decode(text)
        } catch {
            throw ConnectorError(
                error.code,
                "the checkpoint \(path) cannot be used: \(error.message)"
                    + (error.code == .damagedCheckpoint
                        ? "; restore it from a copy, or remove it to start from the beginning" : ""),
                cause: error)
        }
        guard checkpoint.pipeline == pipeline else {
            throw ConnectorError(
                .foreignCheckpoint,
                #"the checkpoint \#(path) belongs to pipeline "\#(checkpoint.pipeline)", not to "\#(pipeline)"; "#
                    + "use another directory, or remove it to start from the beginning")
        }
        return checkpoint
    }
}
