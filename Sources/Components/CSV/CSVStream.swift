import Connect
import ConnectText

/// One stream while it is cut into records.
final class CSVStream {
    /// The partition's name, for errors.
    let title: String
    /// What ends before this was done in an earlier run and is not given out.
    let goal: Int64
    /// How many records have ended; nil where the stream was entered in the middle.
    var count: Int?
    var columns: CSVColumns?
    var scanner: CSVScanner
    /// How many bytes of a mark of the byte order have come; nil where none can come any more.
    var markCount: Int?
    /// The beginning of a record whose end has not come yet.
    var carry: [UInt8] = []
    /// Where the record begins in the stream, and how far the stream was read.
    var start: Int64
    var end: Int64

    init(title: String, goal: Int64, delimiter: UInt8, mayBeMarked: Bool, at offset: Int64) {
        self.title = title
        self.goal = goal
        count = offset == 0 ? 0 : nil
        scanner = CSVScanner(delimiter: delimiter)
        markCount = mayBeMarked && offset == 0 ? 0 : nil
        start = offset
        end = offset
    }
}
