import Connect
import Logging
import ProcessSupport

@testable @_spi(Fuzzing) import ConnectNetwork

/// A member on loopback whose connections note what happens. Closed at its end.
final class LinkedMember: Sendable {
    let log: LinkLog
    let port: PeerPort

    /// Opens a member's port.
    ///
    /// - Parameters:
    ///   - place: which one
    ///   - ports: those of all members
    ///   - alter: changes the settings
    /// - Throws: where it cannot listen
    init(_ place: Int, of ports: [Int], _ alter: (inout PeerLinksSettings) throws -> Void = { _ in }) throws {
        let members = try ports.map { try PeerAddress(host: "127.0.0.1", port: $0) }
        var settings = PeerLinksSettings(
            peers: try Peers(members, self: .index(place)), planHash: "0abc", instance: 1, seed: UInt64(place),
            logger: Logger(label: "member \(place)") { _ in SwiftLogNoOpLogHandler() })
        try alter(&settings)
        let log = LinkLog()
        self.log = log
        port = try PeerPort(settings) { links in LoggingEvents(log, links) }
    }

    /// Sends frames to another member.
    func send(_ frames: [Frame], to place: Int) {
        port.run { links in links.send(frames, to: place) }
    }

    /// What the connections are asked on their loop.
    func ask<Answer: Sendable>(_ question: @escaping @Sendable (PeerLinks) -> Answer) throws -> Answer {
        let box = Guarded<Answer?>(nil, scheduler: SystemScheduler.shared)
        let changed = box.monitor.makeCondition()
        port.run { links in
            let answer = question(links)
            box.withLock {
                $0 = answer
                changed.broadcast()
            }
        }
        return box.waitWithLock { answer in answer.map { .done($0) } ?? .wait(changed) }
    }

    func close(_ reason: Goodbye.Reason = .finished, _ sentence: String = "") {
        port.close(Goodbye(reason: reason, sentence: sentence))
    }

    /// Members of the same list that are all connected.
    static func connected(
        _ count: Int, _ alter: (inout PeerLinksSettings) throws -> Void = { _ in }
    ) throws -> [LinkedMember] {
        let ports = try FreePorts.draw(count)
        let members = try ports.indices.map { try LinkedMember($0, of: ports, alter) }
        for (place, member) in members.enumerated() {
            for other in members.indices where other != place { try member.log.waits(forAcceptanceOf: other) }
        }
        return members
    }
}

/// Notes everything, and sends back what is to be sent back.
private final class LoggingEvents: PeerEvents {
    private let log: LinkLog
    private weak var links: PeerLinks?

    init(_ log: LinkLog, _ links: PeerLinks) {
        self.log = log
        self.links = links
    }

    func asked(_ request: ListRequest) -> ListAnswer {
        ListAnswer(status: .refused, epoch: 0, place: 0, sentence: "none", members: [])
    }

    func accepted(_ place: Int, _ facts: MemberFacts, epoch: UInt64) {
        log.note(.accepted(place, facts, epoch: epoch))
    }

    func lost(_ place: Int, _ sentence: String, goodbye: Goodbye?) {
        log.note(.lost(place, sentence, goodbye: goodbye))
    }

    func refused(_ refusal: Refusal, at place: Int?) { log.note(.refused(refusal, at: place)) }

    func gotRoom(_ place: Int) { log.note(.gotRoom(place)) }

    func received(_ frame: Frame, from place: Int) {
        log.note(frame)
        // A ball that goes to and fro for ever.
        if case .fragment(let fragment) = frame, fragment.flow.origin == LinkFrames.ball {
            links?.send(CollectionOfOne(frame), to: place)
        }
    }
}

/// Frames for tests.
enum LinkFrames {
    /// The origin of frames that are sent back.
    static let ball: UInt32 = 77

    static func fragment(_ number: UInt64, origin: UInt32 = 1, _ elements: [Bytes]) -> Frame {
        .fragment(
            Fragment(
                flow: FlowAddress(exchange: 0, origin: origin), number: number, attempt: 0, first: 0, isLast: true,
                elements: elements))
    }

    static func bytes(_ count: Int, _ value: UInt8 = 7) -> Bytes { Bytes([UInt8](repeating: value, count: count)) }
}
