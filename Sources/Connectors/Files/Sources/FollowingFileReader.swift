import Connect
import Logging

/// Reads files side by side, for ever: what is appended to them, and what takes their places.
///
/// A file is known by its device and inode, so that renaming it does not make it a new one. A file that was renamed
/// is read on under its old name until the file in its old place has bytes: only then has its writer gone over to
/// that one. It is kept open, so that its inode is not given to another file meanwhile.
final class FollowingFileReader: ChunkReading {
    /// How long a file that has nothing new is left alone.
    static let pause = Duration.milliseconds(200)
    /// How long new files are not looked for.
    static let discoveryPause = Duration.seconds(1)
    /// How long a file waits for the one that had its path before: two that have changed names wait for each other.
    static let predecessorPatience = Duration.seconds(5)
    /// How long a file whose path leads nowhere is read on, where it was found by a pattern or in a directory.
    static let patience = Duration.seconds(60)

    let source: FileSource
    var context: SourceContext?
    var followed: [FollowedFile] = []
    /// Files that were read under a name they no longer have, until it is known whether they have another one here.
    var retired: [FollowedFile.Opened] = []
    /// Which files are read.
    private var reading: Set<FileIdentity> = []
    /// By path, the file that was read under it before, until the checkpoint has that by the new name that it has here.
    /// Until then, but not for long, nothing else is read under the path: or else a restart would read it again.
    var predecessors: [FilePath: FollowedFile.Predecessor] = [:]
    /// The names that have, or had, a partition: by this run or the checkpoint.
    var registered: Set<String> = []
    /// Whether the run has begun, so that a file which may not be read is waited for.
    private(set) var hasStarted = false
    var nextDiscovery = MonotonicTime(nanoseconds: 0)
    /// Whose turn it is.
    private var turn = 0

    init(_ source: FileSource) {
        self.source = source
    }

    func open(_ context: SourceContext) throws(ConnectorError) {
        self.context = context
        try resume(context)
        noteProgress(context)
        hasStarted = true
        nextDiscovery = context.scheduler.now.advanced(by: FollowingFileReader.discoveryPause)
    }

    func poll(
        into batch: inout SourceBatch<StreamChunk>, deadline: MonotonicTime
    ) throws(ConnectorError) -> SourcePoll {
        guard let context else { return .ended }
        while !context.interrupt.isRaised {
            if batch.isFull { return .ready }
            let now = context.scheduler.now
            if now >= nextDiscovery {
                try discover(now)
                noteProgress(context)
            }
            try visitAll(context, now, &batch)
            if batch.count > 0 { return .ready }
            if now >= deadline { return .idle }
            context.interrupt.wait(until: min(deadline, nextVisit))
        }
        return .idle
    }

    /// Tells how much there is in all files, and how much of it has been read.
    private func noteProgress(_ context: SourceContext) {
        var (done, total): (Int64, Int64) = (0, 0)
        for opened in followed.compactMap(\.opened) {
            guard let size = try? opened.file.status().size else { continue }
            done += opened.offset
            total += size
        }
        context.progress.begin(total: total, done: done)
    }

    func close() {
        followed = []
        reading = []
        retired = []
        predecessors = [:]
    }

    func setOpened(_ opened: FollowedFile.Opened?, at index: Int) {
        if let earlier = followed[index].opened { reading.remove(earlier.identity) }
        if let opened { reading.insert(opened.identity) }
        followed[index].opened = opened
    }

    /// Whether a file is read under another path than one.
    func isRead(_ identity: FileIdentity, exceptAt index: Int) -> Bool {
        reading.contains(identity) && followed[index].opened?.identity != identity
    }

    /// When something is to be looked at again.
    private var nextVisit: MonotonicTime {
        followed.reduce(nextDiscovery) { min($0, $1.quietUntil) }
    }

    /// Visits each file once, from the one whose turn it is, as long as there is room.
    private func visitAll(
        _ context: SourceContext, _ now: MonotonicTime, _ batch: inout SourceBatch<StreamChunk>
    ) throws(ConnectorError) {
        var bytes = 0
        for _ in followed.indices {
            if batch.isFull || bytes >= FilePiece.maximumBytes { break }
            if turn >= followed.count { turn = 0 }
            let index = turn
            if now < followed[index].quietUntil {
                turn += 1
                continue
            }
            // Beginning a partition anew waits for what is in flight, so nothing may wait here for that; it comes first
            // next time.
            if batch.count > 0, followed[index].partition == nil, registered.contains(followed[index].name) { break }
            turn += 1
            bytes += try visit(index, context, now, &batch)
        }
        followed.removeAll { $0.isDropped }
    }

    /// - Returns: how many bytes were read
    private func visit(
        _ index: Int, _ context: SourceContext, _ now: MonotonicTime, _ batch: inout SourceBatch<StreamChunk>
    ) throws(ConnectorError) -> Int {
        if isWaitingForPredecessor(index, now) { return 0 }
        if followed[index].opened == nil {
            followed[index].quietUntil = now.advanced(by: FollowingFileReader.pause)
            setOpened(try openPath(of: index), at: index)
            // What nobody named is found again when it comes back.
            let isAwaited = followed[index].isListed || followed[index].isReported
            followed[index].isDropped = followed[index].opened == nil && !isAwaited
        }
        guard let opened = followed[index].opened else { return 0 }
        let status = try opened.file.status()
        if status.size > opened.offset {
            return try readChunk(index, opened, rest: status.size - opened.offset, &batch)
        }
        if status.size < opened.offset {
            context.logger.notice("\(followed[index].path) was cut; it is read from its beginning")
            endStream(index, &batch)
            try opened.file.seek(to: 0)
            followed[index].opened?.offset = 0
            followed[index].quietUntil = now
            return 0
        }
        if opened.isAdopted { try recordPosition(index, opened, &batch) }
        followed[index].quietUntil = now.advanced(by: FollowingFileReader.pause)
        try lookForSuccessor(index, opened, status, now, &batch)
        return 0
    }

    private func isWaitingForPredecessor(_ index: Int, _ now: MonotonicTime) -> Bool {
        let path = followed[index].path
        guard !predecessors.isEmpty, let predecessor = predecessors[path] else { return false }
        let deadline = predecessor.deadline ?? now.advanced(by: FollowingFileReader.predecessorPatience)
        if now < deadline, isUnrecorded(predecessor.identity) {
            predecessors[path]?.deadline = deadline
            followed[index].quietUntil = now.advanced(by: FollowingFileReader.pause)
            return true
        }
        predecessors[path] = nil
        return false
    }

    private func readChunk(
        _ index: Int, _ opened: FollowedFile.Opened, rest: Int64, _ batch: inout SourceBatch<StreamChunk>
    ) throws(ConnectorError) -> Int {
        let partition = try beginStream(index, opened)
        let piece = FilePiece(reading: opened.file, upTo: Int(min(rest, Int64(FilePiece.maximumBytes))))
        if !piece.bytes.isEmpty {
            let end = opened.offset + Int64(piece.bytes.count)
            batch.append(
                StreamChunk(stream: partition, offset: opened.offset, bytes: piece.bytes), partition: partition,
                next: end)
            followed[index].opened?.offset = end
            followed[index].opened?.isAdopted = false
            context?.progress.advance(by: Int64(piece.bytes.count))
        }
        if let failure = piece.failure { throw failure }
        return piece.bytes.count
    }

    /// At the end of a file: is its path still its own?
    private func lookForSuccessor(
        _ index: Int, _ opened: FollowedFile.Opened, _ status: FileStatus, _ now: MonotonicTime,
        _ batch: inout SourceBatch<StreamChunk>
    ) throws(ConnectorError) {
        guard let found = try statusIfPresent(of: followed[index].path) else {
            return bearMissingPath(index, isDeleted: status.linkCount == 0, now, &batch)
        }
        followed[index].missingSince = nil
        if found.identity == opened.identity || isRead(found.identity, exceptAt: index) { return }
        // While the new file is empty its writer may still write to the old one.
        if found.kind == .regular, found.size == 0, !isRetired(found.identity) { return }
        // What was written before the writer went over must be read before it is let go.
        if try opened.file.status().size != opened.offset {
            followed[index].quietUntil = now
            return
        }
        letGo(index, &batch)
        followed[index].quietUntil = now
    }

    private func bearMissingPath(
        _ index: Int, isDeleted: Bool, _ now: MonotonicTime, _ batch: inout SourceBatch<StreamChunk>
    ) {
        guard let since = followed[index].missingSince else {
            followed[index].missingSince = now
            return
        }
        let isListed = followed[index].isListed
        if isDeleted || (!isListed && now.elapsed(since: since) >= FollowingFileReader.patience) {
            letGo(index, &batch)
            followed[index].isDropped = !isListed
        }
    }

    /// Ends the reading of a file under a path.
    private func letGo(_ index: Int, _ batch: inout SourceBatch<StreamChunk>) {
        endStream(index, &batch)
        if let opened = followed[index].opened, !source.selection.isSinglePath {
            retired.append(opened)
            predecessors[followed[index].path] = FollowedFile.Predecessor(identity: opened.identity)
        }
        setOpened(nil, at: index)
        followed[index].missingSince = nil
        nextDiscovery = MonotonicTime(nanoseconds: 0)
    }

    /// The partition of a file's chunks, begun where there is none.
    private func beginStream(
        _ index: Int, _ opened: FollowedFile.Opened
    ) throws(ConnectorError) -> PartitionID {
        if let partition = followed[index].partition { return partition }
        let name = followed[index].name
        let beginning = try KnownFile.Beginning(of: opened.file, nextReadAt: opened.offset)
        let detail = KnownFile(identity: opened.identity, beginning: beginning).description
        let partitions = context?.partitions
        let partition =
            registered.insert(name).inserted
            ? partitions?.partition(named: name, detail: detail) : partitions?.renew(name, detail: detail)
        followed[index].partition = partition
        return partition ?? PartitionID(index: 0)
    }

    /// Tells the splitters that nothing follows on what they hold of a file.
    private func endStream(_ index: Int, _ batch: inout SourceBatch<StreamChunk>) {
        guard let partition = followed[index].partition, let offset = followed[index].opened?.offset else { return }
        batch.append(
            StreamChunk(stream: partition, offset: offset, bytes: Bytes(), isLast: true), partition: partition,
            next: offset)
        followed[index].partition = nil
    }

    /// A file that was read under another name is committed under this one, though there is nothing new in it: or else
    /// a restart would read it again.
    private func recordPosition(
        _ index: Int, _ opened: FollowedFile.Opened, _ batch: inout SourceBatch<StreamChunk>
    ) throws(ConnectorError) {
        followed[index].opened?.isAdopted = false
        // What unpacks a stream needs it from its first byte on.
        if followed[index].path.hasSuffix(".gz") { return }
        let partition = try beginStream(index, opened)
        endStream(index, &batch)
        batch.complete(partition, at: opened.offset)
    }
}
