import Connect
import ConnectFiles
import ConnectNetwork
import ConnectText

// sharing COUNT STATE OUTPUT RATE (--peers LIST | --peers-file PATH) --self ADDRESS: numbered lines, filtered and made
// several between split and ordered merge, on the places 0 and last; goes on where it was, and waits for those it needs.

var words = Array(CommandLine.arguments.dropFirst())
let file = try FileMembership.taken(from: &words)
let peers = file == nil ? try Peers.taken(from: &words) : nil
let rate = Int(words[3])

var options = RunOptions(checkpointEvery: .milliseconds(50))
options.checkpoints = DirectoryCheckpointStore(FilePath(words[1]))
let peersOptions = PeersOptions(whenHostIsLost: .wait(atMost: .seconds(600)))

let pipeline = Pipeline("sharing")
    .coders(.text)
    .root(GeneratorSource(count: Int(words[0]) ?? 0, rate: rate) { "line \($0)" })
    .split()
    .filter { !$0.hasSuffix("7") }
    .flatMap { $0.hasSuffix("3") ? [$0, "\($0) again"] : [$0] }
    .mergeOrdered()
    .to(FileSink(FilePath(words[2]), durability: .none))

if let file {
    await pipeline.main(membership: file.membership, self: file.place, options, peersOptions)
} else {
    await pipeline.main(peers: peers, options, peersOptions)
}
