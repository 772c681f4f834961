public import Connect
import ConnectGzip
import ConnectText

extension FileLines: RootFragment {
    /// Declares the files, where it is needed a stage that unpacks them, and one that cuts lines.
    public func declare(in pipeline: Pipeline, fileID: StaticString, line: UInt) -> Def<Bytes> {
        let chunks = pipeline.root(files, fileID: fileID, line: line)
        let lines = Lines(maxLineBytes: maxLineBytes)
        guard needsDecompression else { return chunks.apply(lines, fileID: fileID, line: line) }
        let gunzip = Gunzip(only: decompress == .always ? .everyStream : .named(".gz"))
        return chunks.apply(gunzip, fileID: fileID, line: line).apply(lines, fileID: fileID, line: line)
    }
}
