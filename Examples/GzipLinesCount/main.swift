// Counts the lines of gzip files while it reads them: the count so far each second, and the whole at the end.
//
//     gzip-lines-count FILE.gz…
import Connect
import ConnectFiles

let files = Array(CommandLine.arguments.dropFirst())
if files.isEmpty { Pipeline.exit(usage: "gzip-lines-count FILE.gz…") }

await Pipeline("gzip-lines-count")
    .root(FileSource(files).lines(decompress: .always))
    .count().trigger(every: .seconds(1))
    .map { Bytes("\($0)") }
    .to(StandardOutput())
    .main()
