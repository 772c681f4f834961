import Connect

/// Makes data of the reader's schema from data of the writer's, without trees in between. Belongs to one worker.
struct AvroResolver: ~Copyable {
    let plan: AvroPlan
    var output: BytesBuilder
    /// How many bytes may still be written.
    private var room = 0
    /// Where the fields of records begin that are put in another order, of all that are open.
    private var places: [Int] = []

    init(_ plan: AvroPlan, into output: consuming BytesBuilder = BytesBuilder()) {
        self.plan = plan
        self.output = output
    }

    /// Ends the writing.
    consuming func finish() -> BytesBuilder { output }

    /// Appends what a datum becomes to the output.
    mutating func resolve(_ data: UnsafeRawBufferPointer, _ limits: AvroLimits) throws(AvroFault) {
        room = limits.bytes
        places.removeAll(keepingCapacity: true)
        let program = plan.writer.program
        try plan.operations.withUnsafeBufferPointer { operations throws(AvroFault) in
            try plan.actions.withUnsafeBufferPointer { actions throws(AvroFault) in
                try plan.table.withUnsafeBufferPointer { table throws(AvroFault) in
                    let view = View(operations: operations, actions: actions, table: table)
                    try program.scan(data, limits) { scan throws(AvroFault) in
                        try run(0, view, &scan, 0)
                        if scan.left > 0 { throw scan.fault(.trailing, program.root) }
                    }
                }
            }
        }
    }

    /// The plan without references.
    private struct View {
        let operations: UnsafeBufferPointer<AvroOperation>
        let actions: UnsafeBufferPointer<AvroAction>
        let table: UnsafeBufferPointer<Int32>
    }

    @inline(__always)
    private mutating func take(_ count: Int, _ scan: inout AvroScan) throws(AvroFault) {
        guard count <= room else { throw scan.fault(.tooLarge, 0) }
        room &-= count
    }

    @inline(__always)
    private mutating func copy(from start: Int, _ scan: inout AvroScan) throws(AvroFault) {
        let count = scan.position &- start
        try take(count, &scan)
        output.append(UnsafeRawBufferPointer(start: scan.base + start, count: count))
    }

    @inline(__always)
    private mutating func put(_ value: Int64, _ scan: inout AvroScan) throws(AvroFault) {
        // What a number takes at most; the rest is given back.
        try take(10, &scan)
        room &+= 10 &- AvroNumber.append(value, to: &output)
    }

    private mutating func run(
        _ index: Int, _ view: View, _ scan: inout AvroScan, _ depth: Int
    ) throws(AvroFault) {
        let operation = view.operations[index]
        let node = Int(operation.writer)
        let start = scan.position
        if operation.isCopy {
            try scan.skip(node, depth)
            return try copy(from: start, &scan)
        }
        switch operation.kind {
        case .copy:
            try scan.skip(node, depth)
            return try copy(from: start, &scan)
        case .refuse: throw AvroFault(kind: .unresolvable, offset: start, node: Int(operation.first))
        case .intToFloat: return try put(Float(try scan.int(node)), &scan)
        case .intToDouble: return try put(Double(try scan.int(node)), &scan)
        case .longToFloat: return try put(Float(try scan.long(node)), &scan)
        case .longToDouble: return try put(Double(try scan.long(node)), &scan)
        case .floatToDouble: return try put(Double(try scan.float(node)), &scan)
        case .bytesToString:
            _ = try scan.text(node)
            return try copy(from: start, &scan)
        case .enumeration:
            let symbol = try scan.index(below: operation.count, .unknownSymbol, node)
            let place = view.table[Int(operation.first) &+ symbol]
            guard place >= 0 else {
                throw AvroFault(kind: .unresolvable, offset: start, node: -1 - Int(place))
            }
            return try put(Int64(place), &scan)
        default: break
        }
        guard depth < scan.depthLimit else { throw scan.fault(.tooDeep, node) }
        switch operation.kind {
        case .branches:
            let branch = try scan.index(below: operation.count, .unknownBranch, node)
            try run(Int(view.table[Int(operation.first) &+ branch]), view, &scan, depth &+ 1)
        case .wrap:
            try put(Int64(operation.first), &scan)
            try run(Int(operation.count), view, &scan, depth &+ 1)
        case .record: try record(operation, view, &scan, depth)
        case .reorder: try reorder(operation, view, &scan, depth)
        default: try items(operation, view, &scan, depth)
        }
    }

    @inline(__always)
    private mutating func put(_ value: Float, _ scan: inout AvroScan) throws(AvroFault) {
        try take(4, &scan)
        AvroNumber.append(value, to: &output)
    }

    @inline(__always)
    private mutating func put(_ value: Double, _ scan: inout AvroScan) throws(AvroFault) {
        try take(8, &scan)
        AvroNumber.append(value, to: &output)
    }

    private mutating func insert(_ action: AvroAction, _ scan: inout AvroScan) throws(AvroFault) {
        let bytes = plan.defaults[Int(action.value)]
        try take(bytes.count, &scan)
        output.append(bytes)
    }

    private mutating func record(
        _ operation: AvroOperation, _ view: View, _ scan: inout AvroScan, _ depth: Int
    ) throws(AvroFault) {
        let node = Int(operation.writer)
        try scan.count(Int(operation.count), node)
        let fields = scan.children + Int(scan.nodes[node].first)
        for place in Int(operation.first)..<Int(operation.first &+ operation.count) {
            let action = view.actions[place]
            switch action.kind {
            case .resolve: try run(Int(action.value), view, &scan, depth &+ 1)
            case .skip: try scan.skip(Int(fields[Int(action.field)]), depth &+ 1)
            case .insert: try insert(action, &scan)
            case .copy:
                let start = scan.position
                try scan.count(Int(action.value), node)
                for field in Int(action.field)..<Int(action.field &+ action.value) {
                    try scan.skip(Int(fields[field]), depth &+ 1)
                }
                try copy(from: start, &scan)
            }
        }
    }

    private mutating func reorder(
        _ operation: AvroOperation, _ view: View, _ scan: inout AvroScan, _ depth: Int
    ) throws(AvroFault) {
        let node = Int(operation.writer)
        let count = Int(scan.nodes[node].count)
        try scan.count(count &+ Int(operation.count), node)
        let base = places.count
        for place in 0..<count {
            places.append(scan.position)
            try scan.skip(Int(scan.children[Int(scan.nodes[node].first) &+ place]), depth &+ 1)
        }
        let end = scan.position
        for place in Int(operation.first)..<Int(operation.first &+ operation.count) {
            let action = view.actions[place]
            if action.kind == .insert {
                try insert(action, &scan)
            } else {
                scan.position = places[base + Int(action.field)]
                try run(Int(action.value), view, &scan, depth &+ 1)
            }
        }
        scan.position = end
        places.removeLast(places.count - base)
    }

    private mutating func items(
        _ operation: AvroOperation, _ view: View, _ scan: inout AvroScan, _ depth: Int
    ) throws(AvroFault) {
        let node = Int(operation.writer)
        let isMap = operation.kind == .map
        let isEmpty = !isMap && scan.nodes[Int(scan.nodes[node].first)].isEmpty
        while true {
            let block = try scan.block(node, isEmpty: isEmpty)
            if isEmpty { try scan.count(block.count, node) }
            // The reader's block says no size: it would only be known behind it.
            try put(Int64(block.count), &scan)
            for _ in 0..<block.count {
                if isMap {
                    let start = scan.position
                    _ = try scan.text(node)
                    try copy(from: start, &scan)
                }
                try run(Int(operation.first), view, &scan, depth &+ 1)
            }
            try scan.close(block, node)
            if block.count == 0 { return }
        }
    }
}
