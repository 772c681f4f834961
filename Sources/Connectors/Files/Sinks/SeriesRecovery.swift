import Connect

/// Puts the files of an output in order after a run that may have ended anywhere.
struct SeriesRecovery {
    let names: SeriesNames
    let fileSystem: any FileSystem
    private let format: OutputFormat?

    init(_ sink: FileSink) {
        names = SeriesNames(path: sink.path, isRolled: sink.roll != nil)
        fileSystem = sink.fileSystem
        format = sink.format
    }

    /// Gives a whole file of a series its final name.
    ///
    /// - Throws: where that is taken, or the file cannot be renamed
    static func complete(_ number: Int, _ names: SeriesNames, _ fileSystem: any FileSystem) throws(ConnectorError) {
        let name = names.complete(number)
        if try fileSystem.existing(name, followsLinks: false) != nil {
            throw ConnectorError(
                .configuration,
                "\(names.working(number)) is whole, but there is a file \(name) already, which this sink has not "
                    + "written; move one of them away")
        }
        try fileSystem.rename(names.working(number), to: name)
    }

    /// Completes what the last run has left unfinished: all of it may have been confirmed.
    ///
    /// - Returns: the number to go on with
    func completeAll() throws(ConnectorError) -> Int {
        let members = try names.members(in: fileSystem)
        for member in members where member.isPartial {
            let path = names.working(member.number)
            try format?.mend(path, in: fileSystem)
            let file = try fileSystem.open(path, FileAccess(.write, appends: true))
            if try file.status().size == 0 {
                try fileSystem.remove(path)
            } else {
                try file.synchronize()
                try SeriesRecovery.complete(member.number, names, fileSystem)
            }
        }
        return (members.last?.number ?? 0) + 1
    }

    /// Whether an output without positions is as good as not there.
    ///
    /// - Throws: where it holds something of which nobody knows what it is
    func requireEmpty() throws(ConnectorError) {
        let single = names.isRolled ? nil : try fileSystem.existing(names.path, followsLinks: false)
        try single?.requireRegular(names.path)
        let found = try names.members(in: fileSystem).first.map {
            $0.isPartial ? names.working($0.number) : names.complete($0.number)
        }
        guard let file = found ?? ((single?.size ?? 0) > 0 ? names.path : nil) else { return }
        throw ConnectorError(
            .configuration,
            "there is \(file), but no \(names.positions) that says which positions of the source go with it, so that "
                + "exactly-once delivery cannot go on; move the output away to start from the beginning, or restore "
                + "the positions")
    }

    /// Cuts the output to a place: what was written behind it is not covered by the positions and comes again.
    func restore(_ boundary: OutputBoundary) throws(ConnectorError) {
        for member in try names.members(in: fileSystem) {
            switch (member.number, member.isPartial) {
            case (..<boundary.file, true): try SeriesRecovery.complete(member.number, names, fileSystem)
            case (..<boundary.file, false): break
            case (boundary.file, true) where boundary.length > 0: break
            case (_, true): try fileSystem.remove(names.working(member.number))
            case (_, false):
                throw ConnectorError(
                    .damagedCheckpoint,
                    "\(names.positions) does not know of \(names.complete(member.number)); one of the two was "
                        + "replaced: restore both from the same copy, or move the output and the positions away to "
                        + "start from the beginning")
            }
        }
        try cut(names.working(boundary.file), to: boundary.length)
    }

    private func cut(_ path: FilePath, to length: Int64) throws(ConnectorError) {
        let status = try fileSystem.existing(path, followsLinks: false)
        try status?.requireRegular(path)
        let found = status?.size ?? 0
        guard found >= length else {
            throw ConnectorError(
                .damagedCheckpoint,
                "\(path) has \(found) bytes, but \(names.positions) goes with \(length); restore both from the same "
                    + "copy, or move the output and the positions away to start from the beginning")
        }
        if found > length { try fileSystem.open(path, FileAccess(.write)).truncate(to: length) }
    }
}
