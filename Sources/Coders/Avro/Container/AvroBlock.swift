import Connect

/// One block of a container file, of which some data were given out.
struct AvroBlock {
    /// What the data were written by; it says that they were found valid under the limits, which they are before they are
    /// given out.
    let program: AvroProgram
    private let data: Bytes
    private let limits: AvroLimits
    /// Where the next datum begins.
    private var place = 0
    /// How many data there are still.
    private(set) var left: Int
    /// What is wrong with the next one.
    private(set) var fault: AvroFault?

    /// A block.
    ///
    /// - Parameters:
    ///   - program: that of data which were found valid under the limits
    ///   - data: the block, unpacked
    ///   - count: how many data it says to have
    ///   - limits: how large they may be
    init(program: AvroProgram, data: Bytes, count: Int, limits: AvroLimits) {
        self.program = program
        self.data = data
        self.limits = limits
        left = count
    }

    /// Lets a closure take data.
    ///
    /// - Parameter body: gets those that are left; what it takes is taken out of the block
    mutating func read(_ body: (inout AvroBlockReader) -> Void) {
        do throws(AvroFault) {
            (place, left, fault) = try data.withUnsafeBytes { memory throws(AvroFault) in
                try program.scan(memory, from: place, limits) { scan throws(AvroFault) in
                    var reader = AvroBlockReader(program: program, data: data, scan: scan, left: left)
                    body(&reader)
                    return (reader.scan.position, reader.left, reader.fault)
                }
            }
        } catch {
            fault = error
        }
    }
}

/// Gives the data of a block, which are checked on the way; a view that lives as long as the closure that gets it.
struct AvroBlockReader: IteratorProtocol {
    private let program: AvroProgram
    private let data: Bytes
    private let root: Int
    /// How many values each datum may have.
    private let elements: Int
    fileprivate var scan: AvroScan
    /// How many data there are still.
    private(set) var left: Int
    /// What is wrong with the next one.
    fileprivate var fault: AvroFault?

    fileprivate init(program: AvroProgram, data: Bytes, scan: AvroScan, left: Int) {
        self.program = program
        self.data = data
        self.scan = scan
        self.left = left
        root = program.root
        elements = scan.elements
    }

    /// The next datum, which shares the memory of the block; nil behind the last one, and where the next is none.
    mutating func next() -> AvroBinary? {
        let start = scan.position
        guard pass() else { return nil }
        return AvroBinary(valid: data[start..<scan.position], of: program)
    }

    /// Goes over the next datum.
    ///
    /// - Returns: whether it is one
    mutating func pass() -> Bool {
        guard left > 0 else { return false }
        do throws(AvroFault) {
            scan.elements = elements
            try scan.skip(root, 0)
            if left == 1, scan.left > 0 { throw scan.fault(.trailing, root) }
        } catch {
            fault = error
            return false
        }
        left &-= 1
        return true
    }
}
