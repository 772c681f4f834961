// Counts the lines of gzip files while it reads them: the count so far each second, and the whole at the end.
//
//     gzip-lines-count FILE.gz… [--peers LIST --self ADDRESS]
import Connect
import ConnectFiles
import ConnectNetwork

let usage = "gzip-lines-count FILE.gz…"
var arguments = Array(CommandLine.arguments.dropFirst())
let peers = PeersArguments.taken(from: &arguments, usage: usage)
if arguments.isEmpty { Pipeline.exit(usage: "\(usage) \(PeersArguments.usage)") }

await Pipeline("gzip-lines-count")
    .root(FileSource(arguments).lines(decompress: .always))
    .count().trigger(every: .seconds(1))
    .map { Bytes("\($0)") }
    .to(StandardOutput())
    .main(peers)
