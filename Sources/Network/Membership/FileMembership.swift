public import Connect

/// The members that a text file names, which is looked at again and again.
///
/// One `HOST:PORT` on each line, `#` before comments. Whoever changes the file replaces it by renaming another. A file
/// that is gone or cannot be read as a list keeps the list that was read before, and is told of.
///
/// Without a line `epoch 7` at its top an instance counts the changes that it has seen, so that the numbers of two
/// instances differ. With it all that read the file have the same number; a change then needs a greater one.
/// ``set(_:)`` writes it.
public final class FileMembership: Membership {
    private let file: MemberFile
    private let announcer: MemberAnnouncer
    private let look: RepeatedLook
    /// What was read last, and in whose hand the reading is.
    private let seen: Guarded<String?>

    /// The members in a file.
    ///
    /// - Parameters:
    ///   - path: where the file is
    ///   - interval: how often it is looked at
    ///   - scheduler: by whose clock
    public init(
        path: String, every interval: Duration = .seconds(1), scheduler: any Scheduler = SystemScheduler.shared
    ) {
        file = MemberFile(path: path)
        announcer = MemberAnnouncer(scheduler: scheduler)
        look = RepeatedLook(every: interval, scheduler: scheduler)
        seen = Guarded(nil, scheduler: scheduler)
    }

    /// The list that was read last; nil before the start.
    public var current: MemberList? { announcer.current }

    /// Reads the file, and looks at it from then on.
    ///
    /// - Throws: ``MembershipError`` where there is no file or it is no list
    public func start(
        changed: @escaping @Sendable (MemberList) -> Void, troubled: @escaping @Sendable (MembershipError) -> Void
    ) throws(MembershipError) -> MemberList {
        let text = try file.read(limit: MemberText.maximumLength)
        let first = try parsed(text)
        seen.withLock { $0 = text }
        announcer.publish(first.members, epoch: first.epoch)
        let list = try announcer.begin(within: .zero, changed: changed, troubled: troubled)
        look.start(name: "member-file", looksAtOnce: false) { [self] in readAgain() }
        return list
    }

    /// Looks at the file no more.
    public func stop() {
        look.stop()
        announcer.stop()
    }

    /// Writes the file, with the next epoch; every instance that reads it takes the list from there. Comments are lost.
    public func set(_ members: [PeerAddress]) throws(MembershipError) {
        try MembershipError.checking(members)
        let last = (try? MemberText(file.read(limit: MemberText.maximumLength)))?.epoch ?? 0
        let epoch = max(last, current?.epoch ?? 0) + 1
        try file.replace(with: MemberText(epoch: epoch, members: members).text)
        look.lookSoon()
    }

    private func parsed(_ text: String) throws(MembershipError) -> MemberText {
        do throws(PeersError) {
            return try MemberText(text)
        } catch {
            throw MembershipError(.malformed, "\(file.path): \(error.message)")
        }
    }

    private func readAgain() {
        do throws(MembershipError) {
            let text = try file.read(limit: MemberText.maximumLength)
            // A text that was refused stays refused, and its trouble is not over.
            let isNew = seen.withLock { seen in
                defer { seen = text }
                return seen != text
            }
            if isNew { try take(parsed(text)) }
        } catch {
            // The same text may come again, behind a failure to read it.
            seen.withLock { seen in if error.code == .unavailable { seen = nil } }
            announcer.report(error)
        }
    }

    private func take(_ text: MemberText) throws(MembershipError) {
        guard let current else { return }
        if text.members != current.members || text.epoch.map({ $0 > current.epoch }) == true {
            if let epoch = text.epoch, epoch <= current.epoch {
                throw MembershipError(
                    .outdated,
                    "\(file.path) has other members under epoch \(epoch), which is not greater than "
                        + "\(current.epoch), that of the list before: write a greater one")
            }
            announcer.publish(text.members, epoch: text.epoch)
        }
        announcer.recover()
    }
}
