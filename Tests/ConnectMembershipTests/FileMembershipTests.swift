import Connect
import ConnectNetwork
import ConnectTesting
import Foundation
import ProcessSupport
import Testing

@Suite("A file of members")
struct FileMembershipTests {
    /// A membership of a file that is looked at every second of simulated time.
    private static func simulated(
        _ text: String, _ body: @escaping @Sendable (FileStage) throws -> Void
    ) throws {
        try SeededScheduler.run(seed: Settings.seed) { scheduler in
            let stage = try FileStage(text, scheduler)
            defer { stage.membership.stop() }
            try body(stage)
        }
    }

    @Test("A changed file is read within the interval, and is a new epoch")
    func readsChanges() throws {
        try Self.simulated("# who takes part\n\na:1 # the first\n\tb:1\r\n") { stage in
            #expect(try stage.start() == MemberList(epoch: 1, members: addresses("a:1,b:1")))
            try stage.writeAndWait("b:1\nc:1\n")
            #expect(try stage.log.lists.last == MemberList(epoch: 2, members: addresses("b:1,c:1")))
            try stage.writeAndWait("# the same with a comment\nb:1\nc:1\n")
            #expect(stage.log.lists.count == 2)
            #expect(stage.log.troubles == [])
        }
    }

    @Test(
        "A file that is no list keeps the old one and is told of, once",
        arguments: [
            ("", "the list is empty"),
            ("# nobody\n", "the list is empty"),
            ("a:1\nb\n", "line 2: \"b\" has no port"),
            ("a:1\n\nb:1\nA:1\n", "a:1 stands in the list twice, at line 1 and at line 4"),
            ("a:1\nb:190", "the last line has no end"),
            ("epoch\na:1\n", "line 1: \"epoch\" is no epoch"),
            ("epoch 0\na:1\n", "line 1: \"epoch 0\" is no epoch"),
            ("a:1\nepoch 3\n", "line 2: the epoch stands once, before the first address"),
            ("epoch 3\nepoch 4\na:1\n", "line 2: the epoch stands once"),
            ("a:1\u{0}\n", "is no port"),
        ])
    func keepsTheOldList(_ text: String, _ message: String) throws {
        try Self.simulated("a:1\nb:1\n") { stage in
            let first = try stage.start()
            try stage.writeAndWait(text)
            stage.scheduler.sleep(for: .seconds(10))
            #expect(stage.membership.current == first)
            #expect(stage.log.troubles.map(\.code) == [.malformed])
            #expect(stage.log.troubles.first?.message.contains(message) == true, "\(stage.log.troubles)")
            // What is mended is taken, and the next trouble is told again.
            try stage.writeAndWait("a:1\nb:1\nc:1\n")
            #expect(stage.log.lists.count == 2)
            try stage.writeAndWait(text)
            #expect(stage.log.troubles.count == 2)
        }
    }

    @Test("A file that is gone keeps the list, and is told of once for as long as it is gone")
    func survivesItsLoss() throws {
        try Self.simulated("a:1\nb:1\n") { stage in
            let first = try stage.start()
            for round in 1...2 {
                try FileManager.default.removeItem(atPath: stage.path)
                stage.scheduler.sleep(for: .seconds(10))
                #expect(stage.membership.current == first)
                #expect(stage.log.troubles.count == round)
                #expect(stage.log.troubles.last?.code == .unavailable)
                #expect(stage.log.troubles.last?.message.contains("No such file or directory") == true)
                try stage.writeAndWait("a:1\nb:1\n")
            }
            #expect(stage.log.lists == [first])
        }
    }

    @Test("Where the file says its epoch, all have that number, and an older one is refused")
    func takesTheEpochOfTheFile() throws {
        try Self.simulated("epoch 7\na:1\n") { stage in
            #expect(try stage.start().epoch == 7)
            try stage.writeAndWait("epoch 9\na:1\nb:1\n")
            #expect(try stage.log.lists.last == MemberList(epoch: 9, members: addresses("a:1,b:1")))
            try stage.writeAndWait("epoch 9\na:1\n")
            #expect(stage.log.troubles.map(\.code) == [.outdated])
            try stage.writeAndWait("epoch 10\na:1\nb:1\n")
            #expect(stage.log.lists.map(\.epoch) == [7, 9, 10])
        }
    }

    @Test("Setting the list writes the file, so that every instance that reads it has the same list of the same epoch")
    func sets() throws {
        try Self.simulated("a:1\n") { stage in
            try stage.start()
            let other = FileMembership(path: stage.path, scheduler: stage.scheduler)
            defer { other.stop() }
            let otherLog = MemberLog()
            try otherLog.start(other)
            try stage.membership.set(addresses("[fd00::1]:1,b:1"))
            stage.scheduler.sleep(for: .milliseconds(1500))
            let expected = try MemberList(epoch: 2, members: addresses("[fd00::1]:1,b:1"))
            #expect(stage.log.lists.last == expected)
            #expect(otherLog.lists.last == expected)
            #expect(try String(contentsOfFile: stage.path, encoding: .utf8) == "epoch 2\n[fd00::1]:1\nb:1\n")
            let error = #expect(throws: MembershipError.self) { try stage.membership.set([]) }
            #expect(error?.code == .malformed)
        }
    }

    @Test("A start without a list fails with the reason: no file, a directory, a file that is no list, one too large")
    func refusesToStart() throws {
        let scratch = try Scratch()
        try scratch.file("words", "here are\nno addresses\n")
        try scratch.file("large", String(repeating: "#\n", count: 600_000))
        for (path, code, message) in [
            (scratch.path("none"), MembershipError.Code.unavailable, "No such file"),
            (scratch.directory.path, .unavailable, "directory"),
            (scratch.path("words"), .malformed, "line 1"),
            (scratch.path("large"), .malformed, "more than 1048576 bytes"),
        ] {
            let error = #expect(throws: MembershipError.self) { try MemberLog().start(FileMembership(path: path)) }
            #expect(error?.code == code)
            #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
        }
    }

    @Test("A link is followed, as a mounted ConfigMap has them, and setting keeps it")
    func followsLinks() throws {
        try Self.simulated("a:1\n") { stage in
            let link = stage.path + ".link"
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: stage.path)
            let linked = FileMembership(path: link, scheduler: stage.scheduler)
            defer { linked.stop() }
            try MemberLog().start(linked)
            try linked.set(addresses("b:1"))
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == stage.path)
            #expect(try String(contentsOfFile: stage.path, encoding: .utf8) == "epoch 2\nb:1\n")
        }
    }
}

/// A file, its membership and what it told.
private final class FileStage {
    let scheduler: SeededScheduler
    let membership: FileMembership
    let log = MemberLog()
    private let scratch: Scratch

    var path: String { scratch.path("members") }

    init(_ text: String, _ scheduler: SeededScheduler) throws {
        self.scheduler = scheduler
        scratch = try Scratch()
        membership = FileMembership(path: try scratch.file("members", text), scheduler: scheduler)
    }

    @discardableResult
    func start() throws -> MemberList { try log.start(membership) }

    /// Replaces the file and lets the interval pass.
    func writeAndWait(_ text: String) throws {
        try Data(text.utf8).write(to: scratch.url("members"), options: .atomic)
        scheduler.sleep(for: .milliseconds(1500))
    }
}
