import Connect

/// Writes data as JSON, from one run of bytes to another.
struct AvroJSONText: ~Copyable {
    private let tokens: AvroJSONTokens.View
    private let isTagged: Bool
    /// How many bytes may still be written.
    private var room: Int
    /// What was written.
    var output: BytesBuilder

    init(_ tokens: AvroJSONTokens.View, _ form: AvroJSONForm, room: Int, into output: consuming BytesBuilder) {
        self.tokens = tokens
        isTagged = form == .tagged
        self.room = room
        self.output = output
    }

    @inline(__always)
    private mutating func put(_ byte: UInt8) {
        // Single bytes stand beside others that are counted.
        output.append(byte)
    }

    @inline(__always)
    private mutating func put(_ bytes: UnsafeRawBufferPointer, _ scan: inout AvroScan) throws(AvroFault) {
        guard bytes.count < room else { throw scan.fault(.tooLarge, 0) }
        room &-= bytes.count &+ 1
        output.append(bytes)
    }

    @inline(__always)
    private mutating func put(_ text: StaticString, _ scan: inout AvroScan) throws(AvroFault) {
        try put(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount), &scan)
    }

    private mutating func put(number: Int64, _ scan: inout AvroScan) throws(AvroFault) {
        // 20 digits and signs are the most.
        guard room > 20 else { throw scan.fault(.tooLarge, 0) }
        room &-= 2
        output.append(capacity: 20) { AvroJSONText.digits(number, $0) }
    }

    private static func digits(_ number: Int64, _ target: UnsafeMutableRawBufferPointer) -> Int {
        var rest = number.magnitude
        var count = 0
        repeat {
            target[count] = 0x30 &+ UInt8(truncatingIfNeeded: rest % 10)
            rest /= 10
            count &+= 1
        } while rest > 0
        if number < 0 {
            target[count] = UInt8(ascii: "-")
            count &+= 1
        }
        var (low, high) = (0, count &- 1)
        while low < high {
            target.swapAt(low, high)
            low &+= 1
            high &-= 1
        }
        return count
    }

    private mutating func put(double: Double, _ scan: inout AvroScan) throws(AvroFault) {
        if double.magnitude < 9e15, double == double.rounded(.towardZero), double != 0 || double.sign == .plus {
            try put(number: Int64(double), &scan)
            return try put(".0", &scan)
        }
        guard double.isFinite else { return try put(special: double, &scan) }
        try put(text: double.description, &scan)
    }

    private mutating func put(float: Float, _ scan: inout AvroScan) throws(AvroFault) {
        guard float.isFinite else { return try put(special: Double(float), &scan) }
        try put(text: float.description, &scan)
    }

    private mutating func put(text: String, _ scan: inout AvroScan) throws(AvroFault) {
        guard text.utf8.count < room else { throw scan.fault(.tooLarge, 0) }
        room &-= text.utf8.count &+ 1
        output.append(text)
    }

    private mutating func put(special: Double, _ scan: inout AvroScan) throws(AvroFault) {
        if special.isNaN { return try put("\"NaN\"", &scan) }
        try put(special < 0 ? "\"-Infinity\"" : "\"Infinity\"", &scan)
    }

    /// A string with its quotes.
    private mutating func put(string: UnsafeRawBufferPointer, _ scan: inout AvroScan) throws(AvroFault) {
        put(UInt8(ascii: "\""))
        var start = 0
        for index in 0..<string.count {
            let byte = string[index]
            if byte >= 0x20, byte != UInt8(ascii: "\""), byte != UInt8(ascii: "\\") { continue }
            try put(UnsafeRawBufferPointer(rebasing: string[start..<index]), &scan)
            try put(escape: byte, &scan)
            start = index &+ 1
        }
        try put(UnsafeRawBufferPointer(rebasing: string[start...]), &scan)
        put(UInt8(ascii: "\""))
    }

    /// Bytes as a string of as many characters.
    private mutating func put(bytes: UnsafeRawBufferPointer, _ scan: inout AvroScan) throws(AvroFault) {
        guard bytes.count &* 2 < room else { throw scan.fault(.tooLarge, 0) }
        room &-= bytes.count &* 2 &+ 1
        put(UInt8(ascii: "\""))
        for byte in bytes {
            if byte >= 0x80 {
                put(0xC0 | byte >> 6)
                put(0x80 | byte & 0x3F)
            } else if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                try put(escape: byte, &scan)
            } else {
                put(byte)
            }
        }
        put(UInt8(ascii: "\""))
    }

    private mutating func put(escape byte: UInt8, _ scan: inout AvroScan) throws(AvroFault) {
        switch byte {
        case UInt8(ascii: "\""): try put("\\\"", &scan)
        case UInt8(ascii: "\\"): try put("\\\\", &scan)
        case 0x08: try put("\\b", &scan)
        case 0x09: try put("\\t", &scan)
        case 0x0A: try put("\\n", &scan)
        case 0x0C: try put("\\f", &scan)
        case 0x0D: try put("\\r", &scan)
        default:
            try put("\\u00", &scan)
            put(0x30 | byte >> 4)
            let low = byte & 15
            put(low < 10 ? 0x30 | low : 0x57 &+ low)
        }
    }

    /// Writes the value at which a scan stands.
    mutating func write(_ node: Int, _ scan: inout AvroScan, _ depth: Int) throws(AvroFault) {
        let type = scan.nodes[node]
        switch type.kind {
        case .null: return try put("null", &scan)
        case .boolean: return try put(try scan.boolean(node) ? "true" : "false", &scan)
        case .int: return try put(number: Int64(try scan.int(node)), &scan)
        case .long: return try put(number: try scan.long(node), &scan)
        case .float: return try put(float: try scan.float(node), &scan)
        case .double: return try put(double: try scan.double(node), &scan)
        case .bytes: return try put(bytes: try scan.run(node), &scan)
        case .string: return try put(string: try scan.text(node), &scan)
        case .fixed:
            let start = try scan.take(Int(type.first), node)
            return try put(bytes: UnsafeRawBufferPointer(start: scan.base + start, count: Int(type.first)), &scan)
        case .enumeration:
            let place = try scan.index(below: type.first, .unknownSymbol, node)
            return try put(tokens.symbol(node, place), &scan)
        default: break
        }
        guard depth < scan.depthLimit else { throw scan.fault(.tooDeep, node) }
        switch type.kind {
        case .record:
            try scan.count(Int(type.count), node)
            if type.count == 0 { put(UInt8(ascii: "{")) }
            for place in Int(type.first)..<Int(type.first &+ type.count) {
                try put(tokens.child(place), &scan)
                try write(Int(scan.children[place].index), &scan, depth &+ 1)
            }
            put(UInt8(ascii: "}"))
        case .union:
            let branch = try scan.index(below: type.count, .unknownBranch, node) &+ Int(type.first)
            let child = Int(scan.children[branch].index)
            guard isTagged, scan.nodes[child].kind != .null else { return try write(child, &scan, depth &+ 1) }
            try put(tokens.child(branch), &scan)
            try write(child, &scan, depth &+ 1)
            put(UInt8(ascii: "}"))
        default: try items(node, type, &scan, depth)
        }
    }

    private mutating func items(
        _ node: Int, _ type: AvroNode, _ scan: inout AvroScan, _ depth: Int
    ) throws(AvroFault) {
        let item = Int(type.first)
        let isMap = type.kind == .map
        let isEmpty = !isMap && scan.nodes[item].isEmpty
        var isFirst = true
        put(UInt8(ascii: isMap ? "{" : "["))
        while true {
            let block = try scan.block(node, isEmpty: isEmpty)
            if isEmpty { try scan.count(block.count, node) }
            for _ in 0..<block.count {
                if !isFirst { put(UInt8(ascii: ",")) }
                isFirst = false
                if isMap {
                    try put(string: try scan.text(node), &scan)
                    put(UInt8(ascii: ":"))
                }
                try write(item, &scan, depth &+ 1)
            }
            try scan.close(block, node)
            if block.count == 0 { break }
        }
        put(UInt8(ascii: isMap ? "}" : "]"))
    }
}
