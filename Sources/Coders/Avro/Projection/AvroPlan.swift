import Connect

/// How data of one schema become data of another: compiled once, shared by all that use it.
final class AvroPlan: Sendable {
    let writer: AvroSchema
    let reader: AvroSchema
    let operations: AvroTable<AvroOperation>
    let actions: AvroTable<AvroAction>
    let table: AvroTable<Int32>
    /// The bytes of all defaults, and where each begins; at the end where the last one ends.
    let defaults: AvroTable<UInt8>
    let defaultStarts: AvroTable<Int>
    let messages: [String]
    /// Whether all data have the same bytes in both schemas.
    let isCopy: Bool

    /// - Throws: `CoderError` where no datum of the writer could ever be read
    init(from writer: AvroSchema, to reader: AvroSchema) throws(CoderError) {
        var compiler = AvroPlanCompiler(writer.program, reader.program)
        try compiler.compile()
        self.writer = writer
        self.reader = reader
        operations = AvroTable(compiler.operations)
        actions = AvroTable(compiler.actions)
        table = AvroTable(compiler.table)
        defaults = AvroTable(compiler.defaults.flatMap { $0 })
        defaultStarts = AvroTable(compiler.defaults.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) })
        messages = compiler.messages
        isCopy = compiler.operations[0].isCopy
    }
}
