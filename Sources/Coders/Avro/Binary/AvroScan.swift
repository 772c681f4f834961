import Connect

/// Goes over a datum by the flat form of its schema. A view that lives as long as the closure that gets it.
///
/// Nothing is allocated and nothing is counted. It goes into itself once for each level of the datum, whose depth is limited.
struct AvroScan {
    let nodes: UnsafePointer<AvroNode>
    let children: UnsafePointer<AvroNode>
    let base: UnsafeRawPointer
    let end: Int
    let depthLimit: Int
    /// Whether the datum was found valid before, under limits at least as strict: then texts are not looked at again.
    var isValid = false
    /// Where it stands.
    var position = 0
    /// How many values may still come.
    var elements: Int

    @inline(__always)
    var left: Int { end &- position }

    @inline(__always)
    func fault(_ kind: AvroFault.Kind, _ node: Int) -> AvroFault {
        AvroFault(kind: kind, offset: position, node: node)
    }

    /// A number of variable length.
    @inline(__always)
    mutating func long(_ node: Int) throws(AvroFault) -> Int64 {
        if position < end {
            let byte = base.load(fromByteOffset: position, as: UInt8.self)
            if byte < 0x80 {
                position &+= 1
                return Int64(byte >> 1) ^ -Int64(byte & 1)
            }
        }
        return try longer(node)
    }

    @inline(never)
    private mutating func longer(_ node: Int) throws(AvroFault) -> Int64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        var place = position
        while place < end {
            let byte = base.load(fromByteOffset: place, as: UInt8.self)
            place &+= 1
            if shift == 63, byte > 1 { throw fault(.longNumber, node) }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 {
                position = place
                return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
            }
            shift &+= 7
        }
        throw fault(.truncated, node)
    }

    /// A number of 32 bits.
    @inline(__always)
    mutating func int(_ node: Int) throws(AvroFault) -> Int32 {
        let start = position
        let value = try long(node)
        guard let narrow = Int32(exactly: value) else {
            throw AvroFault(kind: .wideInteger, offset: start, node: node)
        }
        return narrow
    }

    /// Goes over some bytes.
    ///
    /// - Returns: where they begin
    @inline(__always)
    mutating func take(_ count: Int, _ node: Int) throws(AvroFault) -> Int {
        guard count <= left else { throw fault(.truncated, node) }
        let start = position
        position &+= count
        return start
    }

    /// The length of bytes or a string, and where they begin; stands behind them then.
    @inline(__always)
    mutating func run(_ node: Int) throws(AvroFault) -> UnsafeRawBufferPointer {
        let start = position
        let length = try long(node)
        guard length >= 0 else { throw AvroFault(kind: .wrongLength, offset: start, node: node) }
        guard length <= Int64(left) else { throw fault(.truncated, node) }
        let from = try take(Int(truncatingIfNeeded: length), node)
        return UnsafeRawBufferPointer(start: base + from, count: Int(truncatingIfNeeded: length))
    }

    /// A run that must be UTF-8.
    @inline(__always)
    mutating func text(_ node: Int) throws(AvroFault) -> UnsafeRawBufferPointer {
        let start = position
        let run = try run(node)
        if let address = run.baseAddress, !AvroText.isValid(address, run.count) {
            throw AvroFault(kind: .invalidText, offset: start, node: node)
        }
        return run
    }

    /// The number of a symbol or branch.
    @inline(__always)
    mutating func index(below count: Int32, _ kind: AvroFault.Kind, _ node: Int) throws(AvroFault) -> Int {
        let start = position
        let value = try long(node)
        guard value >= 0, value < Int64(count) else { throw AvroFault(kind: kind, offset: start, node: node) }
        return Int(truncatingIfNeeded: value)
    }

    @inline(__always)
    mutating func boolean(_ node: Int) throws(AvroFault) -> Bool {
        guard position < end else { throw fault(.truncated, node) }
        let byte = base.load(fromByteOffset: position, as: UInt8.self)
        guard byte < 2 else { throw fault(.wrongBoolean, node) }
        position &+= 1
        return byte == 1
    }

    @inline(__always)
    mutating func float(_ node: Int) throws(AvroFault) -> Float {
        let start = try take(4, node)
        return Float(bitPattern: UInt32(littleEndian: base.loadUnaligned(fromByteOffset: start, as: UInt32.self)))
    }

    @inline(__always)
    mutating func double(_ node: Int) throws(AvroFault) -> Double {
        let start = try take(8, node)
        return Double(bitPattern: UInt64(littleEndian: base.loadUnaligned(fromByteOffset: start, as: UInt64.self)))
    }

    /// Notes that so many values come.
    @inline(__always)
    mutating func count(_ values: Int, _ node: Int) throws(AvroFault) {
        guard values <= elements else { throw fault(.tooManyElements, node) }
        elements &-= values
    }

    /// A block of an array or map.
    struct Block {
        /// How many items it has; 0 at the end.
        let count: Int
        /// Where it must end; -1 where nothing is said.
        let end: Int
    }

    /// The head of the next block.
    ///
    /// - Parameters:
    ///   - node: the array or map
    ///   - isEmpty: whether its items take no bytes
    /// - Returns: how many items follow
    /// - Throws: where it says what cannot be
    @inline(__always)
    mutating func block(_ node: Int, isEmpty: Bool) throws(AvroFault) -> Block {
        let start = position
        var count = try long(node)
        var blockEnd = -1
        if count < 0 {
            guard count != .min else { throw AvroFault(kind: .wrongBlock, offset: start, node: node) }
            count = -count
            let size = try long(node)
            guard size >= 0, size <= Int64(left) else { throw AvroFault(kind: .wrongBlock, offset: start, node: node) }
            blockEnd = position &+ Int(truncatingIfNeeded: size)
        }
        if isEmpty {
            guard count <= Int64(elements) else { throw AvroFault(kind: .tooManyElements, offset: start, node: node) }
        } else if count > Int64(left) {
            // Every item takes a byte at least.
            throw fault(.truncated, node)
        }
        return Block(count: Int(truncatingIfNeeded: count), end: blockEnd)
    }

    /// Looks whether a block ends where it said.
    @inline(__always)
    func close(_ block: Block, _ node: Int) throws(AvroFault) {
        if block.end >= 0, block.end != position { throw fault(.wrongBlock, node) }
    }

    /// Goes over a value and checks it.
    mutating func skip(_ node: Int, _ depth: Int) throws(AvroFault) {
        let type = nodes[node]
        switch type.kind {
        case .null: return
        case .boolean: _ = try boolean(node)
        case .int: _ = try int(node)
        case .long: _ = try long(node)
        case .float: _ = try take(4, node)
        case .double: _ = try take(8, node)
        case .bytes: _ = try run(node)
        case .string: _ = try isValid ? run(node) : text(node)
        case .fixed: _ = try take(Int(type.first), node)
        case .enumeration: _ = try index(below: type.first, .unknownSymbol, node)
        case .union:
            let branch = try index(below: type.count, .unknownBranch, node)
            guard depth < depthLimit else { throw fault(.tooDeep, node) }
            try skip(children + (Int(type.first) &+ branch), 1, depth &+ 1)
        case .record:
            if type.isEmpty { return }
            guard depth < depthLimit else { throw fault(.tooDeep, node) }
            try count(Int(type.count), node)
            try skip(children + Int(type.first), Int(type.count), depth &+ 1)
        case .array, .map: try skipItems(nodes + node, depth)
        }
    }

    /// Goes over values in a row, each of a type of its own, and checks them.
    ///
    /// - Parameters:
    ///   - types: the type of the first; those of the others stand behind it
    ///   - count: how many values there are
    ///   - depth: how deep they stand
    /// - Throws: where one is none of its type
    @inline(never)
    mutating func skip(_ types: UnsafePointer<AvroNode>, _ count: Int, _ depth: Int) throws(AvroFault) {
        try skip(types, count, step: 1, depth)
    }

    /// Goes over values in a row that all have the same type, and checks them.
    @inline(never)
    private mutating func skipSame(_ type: UnsafePointer<AvroNode>, _ count: Int, _ depth: Int) throws(AvroFault) {
        try skip(type, count, step: 0, depth)
    }

    // `step` says how far it is from the type of one value to that of the next.
    @inline(__always)
    private mutating func skip(
        _ types: UnsafePointer<AvroNode>, _ count: Int, step: Int, _ depth: Int
    ) throws(AvroFault) {
        var (type, left) = (types, count)
        while true {
            position = passed(&type, &left, step: step, mayHold: depth < depthLimit)
            if left <= 0 { return }
            if type.pointee.kind == .array || type.pointee.kind == .map {
                try skipItems(type, depth)
            } else {
                try skip(Int(type.pointee.index), depth)
            }
            type += step
            left &-= 1
        }
    }

    private mutating func skipItems(_ type: UnsafePointer<AvroNode>, _ depth: Int) throws(AvroFault) {
        let node = Int(type.pointee.index)
        guard depth < depthLimit else { throw fault(.tooDeep, node) }
        let item = nodes + Int(type.pointee.first)
        let isMap = type.pointee.kind == .map
        let isEmpty = !isMap && item.pointee.isEmpty
        while true {
            let block = try block(node, isEmpty: isEmpty)
            if block.count == 0 { return try close(block, node) }
            if isEmpty {
                try count(block.count, node)
            } else if isMap {
                for _ in 0..<block.count {
                    _ = try isValid ? run(node) : text(node)
                    try skip(item, 1, depth &+ 1)
                }
            } else {
                try skipSame(item, block.count, depth &+ 1)
            }
            try close(block, node)
        }
    }
}

extension AvroProgram {
    /// Calls a closure with a view over a datum, which stands at a place of it.
    @inline(__always)
    func scan<Result>(
        _ data: UnsafeRawBufferPointer, from start: Int = 0, _ limits: AvroLimits,
        _ body: (inout AvroScan) throws(AvroFault) -> Result
    ) throws(AvroFault) -> Result {
        try withExtendedLifetime(self) { () throws(AvroFault) in
            var scan = try AvroScan(nodes.base, children.base, root: root, data, limits)
            scan.position = start
            return try body(&scan)
        }
    }

    /// Checks a whole datum.
    func validate(_ data: UnsafeRawBufferPointer, _ limits: AvroLimits) throws(AvroFault) {
        try scan(data, limits) { scan throws(AvroFault) in
            try scan.skip(root, 0)
            if scan.left > 0 { throw scan.fault(.trailing, root) }
        }
    }
}
