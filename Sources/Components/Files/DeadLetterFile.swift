import Connect
import ConnectFiles

/// Dead letters as lines of JSON in a file: `pipeline`, `stage`, `position`, `error`, `attempts`, and the original bytes
/// as `value`, or as hexadecimal digits in `value_hex` where they are not UTF-8; of messages also `key` and `headers`.
struct DeadLetterFile: Sink {
    typealias Input = DeadLetter

    let file: FileSink

    var descriptor: SinkDescriptor { file.descriptor }

    func makeWriter() throws -> Writer { Writer(inner: try file.makeWriter()) }

    struct Writer: SinkWriter {
        var inner: FileSinkWriter

        mutating func open(_ context: SinkContext) throws { try inner.open(context) }

        mutating func write(
            _ batch: borrowing Batch<DeadLetter>, _ acknowledgement: consuming SinkAcknowledgement
        ) throws {
            var lines = Batch<Bytes>(capacity: batch.count)
            for index in 0..<batch.count { lines.append(DeadLetterText.line(batch[index])) }
            try inner.write(lines, acknowledgement)
        }

        mutating func flush() throws { try inner.flush() }

        mutating func close(succeeded: Bool) throws { try inner.close(succeeded: succeeded) }
    }
}
