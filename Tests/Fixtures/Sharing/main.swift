import Connect
import ConnectFiles
import ConnectNetwork
import ConnectText

// sharing COUNT STATE OUTPUT RATE [LISTENS] (--peers LIST | --peers-file PATH) --self ADDRESS: numbered lines, filtered and made
// several between split and ordered merge, on the places 0 and last; goes on where it was, and waits for those it needs.

var words = Array(CommandLine.arguments.dropFirst())
var peers = try PeersArguments(takenFrom: &words)
peers.options.whenHostIsLost = .wait(atMost: .seconds(600))
let rate = Int(words[3])
if words.count > 4 { peers.options.listensAt = try PeerAddress(words[4]) }

var options = RunOptions(checkpointEvery: .milliseconds(50))
options.checkpoints = DirectoryCheckpointStore(FilePath(words[1]))

let pipeline = Pipeline("sharing")
    .coders(.text)
    .root(GeneratorSource(count: Int(words[0]) ?? 0, rate: rate) { "line \($0)" })
    .split()
    .filter { !$0.hasSuffix("7") }
    .flatMap { $0.hasSuffix("3") ? [$0, "\($0) again"] : [$0] }
    .mergeOrdered()
    .to(FileSink(FilePath(words[2]), durability: .none))

await pipeline.main(peers, options)
