import Connect

/// How data of one schema become data of another: compiled once, shared by all that use it.
final class AvroPlan: Sendable {
    let writer: AvroSchema
    let reader: AvroSchema
    let operations: [AvroOperation]
    let actions: [AvroAction]
    let table: [Int32]
    let defaults: [Bytes]
    let messages: [String]
    /// Whether all data have the same bytes in both schemas.
    let isCopy: Bool

    /// - Throws: `CoderError` where no datum of the writer could ever be read
    init(from writer: AvroSchema, to reader: AvroSchema) throws(CoderError) {
        var compiler = AvroPlanCompiler(writer.program, reader.program)
        try compiler.compile()
        self.writer = writer
        self.reader = reader
        operations = compiler.operations
        actions = compiler.actions
        table = compiler.table
        defaults = compiler.defaults
        messages = compiler.messages
        isCopy = compiler.operations[0].isCopy
    }
}
