import Connect

/// The data of one block of a container file, which are checked as they are given out.
struct AvroBlock: IteratorProtocol {
    private let schema: AvroSchema
    private let data: Bytes
    private let limits: AvroLimits
    /// Where the next begins.
    private var place = 0
    /// How many there are still.
    private(set) var left: Int
    /// What is wrong with the next one.
    private(set) var fault: AvroFault?

    /// A block.
    ///
    /// - Parameters:
    ///   - schema: that of the data
    ///   - data: the block, unpacked
    ///   - count: how many data it says to have
    ///   - limits: how large they may be
    init(schema: AvroSchema, data: Bytes, count: Int, limits: AvroLimits) {
        self.schema = schema
        self.data = data
        self.limits = limits
        left = count
    }

    /// What the data were written by.
    var program: AvroProgram { schema.program }

    /// The next datum, which shares the memory of the block; nil behind the last one, and where the next is none (``fault``).
    mutating func next() -> AvroBinary? {
        let start = place
        guard pass() else { return nil }
        return AvroBinary(schema: schema, data: data[start..<place])
    }

    /// Goes over the next datum.
    ///
    /// - Returns: whether it is one
    mutating func pass() -> Bool {
        guard left > 0 else { return false }
        do throws(AvroFault) {
            let (start, isLast) = (place, left == 1)
            place = try data.withUnsafeBytes { data throws(AvroFault) in
                try schema.program.scan(data, from: start, limits) { scan throws(AvroFault) in
                    try scan.skip(schema.program.root, 0)
                    if isLast, scan.left > 0 { throw scan.fault(.trailing, schema.program.root) }
                    return scan.position
                }
            }
        } catch {
            fault = error
            return false
        }
        left &-= 1
        return true
    }
}
