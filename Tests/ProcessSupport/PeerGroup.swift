import Foundation

/// Processes that share a pipeline: by which addresses they reach each other, and where their files are.
package struct PeerGroup {
    package let scratch: Scratch
    /// The addresses, by place.
    package let members: [String]

    /// Members on free ports of this machine.
    package init(of count: Int = 3) throws {
        try self.init(FreePorts.draw(count).map { "127.0.0.1:\($0)" })
    }

    /// Members with these addresses.
    package init(_ members: [String]) throws {
        scratch = try Scratch()
        self.members = members
    }

    /// The port of each member.
    package var ports: [Int] { members.compactMap { $0.split(separator: ":").last.flatMap { Int($0) } } }

    /// All addresses, as a command line names them.
    package var list: String { members.joined(separator: ",") }

    /// Starts one member.
    ///
    /// - Parameters:
    ///   - place: its place among ``members``
    ///   - program: what it runs
    ///   - words: what it is given beside its peers
    ///   - peers: what says who all are; nil for the list
    ///   - output: the name of the file that takes its standard output; nil where nobody sees it
    /// - Returns: its process
    /// - Throws: where it cannot be started
    package func start(
        _ place: Int, _ program: Program, _ words: [String], by peers: [String]? = nil, output: String? = nil
    ) throws -> ChildProcess {
        try ChildProcess(
            program, words + (peers ?? ["--peers", list]) + ["--self", members[place]], in: scratch,
            output: try output.map { try Descriptor(scratch.path($0), O_WRONLY | O_CREAT | O_TRUNC) })
    }

    /// Starts all members; the standard output of the last goes into a file.
    package func startAll(_ program: Program, _ words: [String], output: String = "out") throws -> [ChildProcess] {
        try members.indices.map { place in
            try start(place, program, words, output: place == members.count - 1 ? output : nil)
        }
    }
}
