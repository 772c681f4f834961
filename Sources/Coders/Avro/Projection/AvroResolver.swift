import Connect

/// Makes data of the reader's schema from data of the writer's, without trees in between. Belongs to one worker.
///
/// It goes through the plan by address: who has it must hold the plan.
struct AvroResolver: ~Copyable {
    private let nodes: UnsafePointer<AvroNode>
    private let children: UnsafePointer<AvroNode>
    private let root: Int
    private let operations: UnsafePointer<AvroOperation>
    private let actions: UnsafePointer<AvroAction>
    private let table: UnsafePointer<Int32>
    private let defaults: UnsafePointer<UInt8>
    private let defaultStarts: UnsafePointer<Int>
    /// How many bytes may still be written.
    private var room = 0
    /// Where the fields of records begin that are put in another order, of all that are open.
    private var places: [Int] = []

    init(_ plan: AvroPlan) {
        let program = plan.writer.program
        nodes = program.nodes.base
        children = program.children.base
        root = program.root
        operations = plan.operations.base
        actions = plan.actions.base
        table = plan.table.base
        defaults = plan.defaults.base
        defaultStarts = plan.defaultStarts.base
    }

    /// Appends what a datum becomes to the output.
    ///
    /// - Parameters:
    ///   - data: a datum of the writer's
    ///   - limits: how large it and what becomes of it may be
    ///   - isValid: whether it was found valid before, under limits at least as strict
    ///   - output: where what becomes of it is appended
    /// - Throws: where it is none, or cannot be read as the reader has it
    @inline(__always)
    mutating func resolve(
        _ data: UnsafeRawBufferPointer, _ limits: AvroLimits, isValid: Bool, into output: inout BytesBuilder
    ) throws(AvroFault) {
        room = limits.bytes
        if !places.isEmpty { places.removeAll(keepingCapacity: true) }
        var scan = try AvroScan(nodes, children, root: root, data, limits)
        scan.isValid = isValid
        if operations.pointee.kind == .record, scan.depthLimit > 0 {
            try record(operations.pointee, &scan, 0, &output)
        } else {
            try run(0, &scan, 0, &output)
        }
        if scan.left > 0 { throw scan.fault(.trailing, root) }
    }

    @inline(__always)
    private mutating func take(_ count: Int, _ scan: inout AvroScan) throws(AvroFault) {
        guard count <= room else { throw scan.fault(.tooLarge, 0) }
        room &-= count
    }

    @inline(__always)
    private mutating func copy(
        from start: Int, _ scan: inout AvroScan, _ output: inout BytesBuilder
    ) throws(AvroFault) {
        let count = scan.position &- start
        try take(count, &scan)
        output.append(UnsafeRawBufferPointer(start: scan.base + start, count: count))
    }

    @inline(__always)
    private mutating func put(
        _ value: Int64, _ scan: inout AvroScan, _ output: inout BytesBuilder
    ) throws(AvroFault) {
        // What a number takes at most; the rest is given back.
        try take(10, &scan)
        room &+= 10 &- AvroNumber.append(value, to: &output)
    }

    private mutating func run(
        _ index: Int, _ scan: inout AvroScan, _ depth: Int, _ output: inout BytesBuilder
    ) throws(AvroFault) {
        let operation = operations[index]
        let node = Int(operation.writer)
        let start = scan.position
        if operation.isCopy {
            try scan.skip(nodes + node, 1, depth)
            return try copy(from: start, &scan, &output)
        }
        switch operation.kind {
        case .copy:
            try scan.skip(nodes + node, 1, depth)
            return try copy(from: start, &scan, &output)
        case .refuse: throw AvroFault(kind: .unresolvable, offset: start, node: Int(operation.first))
        case .intToFloat: return try put(Float(try scan.int(node)), &scan, &output)
        case .intToDouble: return try put(Double(try scan.int(node)), &scan, &output)
        case .longToFloat: return try put(Float(try scan.long(node)), &scan, &output)
        case .longToDouble: return try put(Double(try scan.long(node)), &scan, &output)
        case .floatToDouble: return try put(Double(try scan.float(node)), &scan, &output)
        case .bytesToString:
            _ = try scan.text(node)
            return try copy(from: start, &scan, &output)
        case .enumeration:
            let symbol = try scan.index(below: operation.count, .unknownSymbol, node)
            let place = table[Int(operation.first) &+ symbol]
            guard place >= 0 else {
                throw AvroFault(kind: .unresolvable, offset: start, node: -1 - Int(place))
            }
            return try put(Int64(place), &scan, &output)
        default: break
        }
        guard depth < scan.depthLimit else { throw scan.fault(.tooDeep, node) }
        switch operation.kind {
        case .branches:
            let branch = try scan.index(below: operation.count, .unknownBranch, node)
            try run(Int(table[Int(operation.first) &+ branch]), &scan, depth &+ 1, &output)
        case .wrap:
            try put(Int64(operation.first), &scan, &output)
            try run(Int(operation.count), &scan, depth &+ 1, &output)
        case .record: try record(operation, &scan, depth, &output)
        case .reorder: try reorder(operation, &scan, depth, &output)
        default: try items(operation, &scan, depth, &output)
        }
    }

    @inline(__always)
    private mutating func put(
        _ value: Float, _ scan: inout AvroScan, _ output: inout BytesBuilder
    ) throws(AvroFault) {
        try take(4, &scan)
        AvroNumber.append(value, to: &output)
    }

    @inline(__always)
    private mutating func put(
        _ value: Double, _ scan: inout AvroScan, _ output: inout BytesBuilder
    ) throws(AvroFault) {
        try take(8, &scan)
        AvroNumber.append(value, to: &output)
    }

    private mutating func insert(
        _ action: AvroAction, _ scan: inout AvroScan, _ output: inout BytesBuilder
    ) throws(AvroFault) {
        let start = defaultStarts[Int(action.value)]
        let count = defaultStarts[Int(action.value) &+ 1] &- start
        try take(count, &scan)
        output.append(UnsafeRawBufferPointer(start: defaults + start, count: count))
    }

    private mutating func record(
        _ operation: AvroOperation, _ scan: inout AvroScan, _ depth: Int, _ output: inout BytesBuilder
    ) throws(AvroFault) {
        let node = Int(operation.writer)
        try scan.count(Int(operation.count), node)
        let fields = children + Int(nodes[node].first)
        // Where the last field of a whole datum ends is known.
        let last = scan.isValid && depth == 0 ? nodes[node].count : -1
        var next = actions + Int(operation.first)
        let end = next + Int(operation.count)
        while next < end {
            let action = next.pointee
            next += 1
            let start = scan.position
            switch action.kind {
            case .resolve: try run(Int(action.value), &scan, depth &+ 1, &output)
            case .insert: try insert(action, &scan, &output)
            case .skip, .copy:
                if action.kind == .copy { try scan.count(Int(action.value), node) }
                if action.field &+ action.value == last {
                    scan.position = scan.end
                } else {
                    try scan.skip(fields + Int(action.field), Int(action.value), depth &+ 1)
                }
                if action.kind == .copy { try copy(from: start, &scan, &output) }
            }
        }
    }

    private mutating func reorder(
        _ operation: AvroOperation, _ scan: inout AvroScan, _ depth: Int, _ output: inout BytesBuilder
    ) throws(AvroFault) {
        let node = Int(operation.writer)
        let count = Int(nodes[node].count)
        try scan.count(count &+ Int(operation.count), node)
        let fields = children + Int(nodes[node].first)
        let base = places.count
        for place in 0..<count {
            places.append(scan.position)
            try scan.skip(fields + place, 1, depth &+ 1)
        }
        let end = scan.position
        for place in Int(operation.first)..<Int(operation.first &+ operation.count) {
            let action = actions[place]
            if action.kind == .insert {
                try insert(action, &scan, &output)
            } else {
                scan.position = places[base + Int(action.field)]
                try run(Int(action.value), &scan, depth &+ 1, &output)
            }
        }
        scan.position = end
        places.removeLast(places.count - base)
    }

    private mutating func items(
        _ operation: AvroOperation, _ scan: inout AvroScan, _ depth: Int, _ output: inout BytesBuilder
    ) throws(AvroFault) {
        let node = Int(operation.writer)
        let isMap = operation.kind == .map
        let isEmpty = !isMap && nodes[Int(nodes[node].first)].isEmpty
        while true {
            let block = try scan.block(node, isEmpty: isEmpty)
            if isEmpty { try scan.count(block.count, node) }
            // The reader's block says no size: it would only be known behind it.
            try put(Int64(block.count), &scan, &output)
            for _ in 0..<block.count {
                if isMap {
                    let start = scan.position
                    _ = try scan.text(node)
                    try copy(from: start, &scan, &output)
                }
                try run(Int(operation.first), &scan, depth &+ 1, &output)
            }
            try scan.close(block, node)
            if block.count == 0 { return }
        }
    }
}
