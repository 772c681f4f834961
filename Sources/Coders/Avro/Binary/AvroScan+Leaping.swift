extension AvroScan {
    /// Goes over values in a row, and checks them unless all of the datum was found valid before.
    ///
    /// - Parameters:
    ///   - types: the types of the values
    ///   - count: how many values there are
    ///   - depth: how deep they stand
    /// - Throws: where one is none of its type
    @inline(__always)
    mutating func cross(_ types: UnsafePointer<AvroNode>, _ count: Int, _ depth: Int) throws(AvroFault) {
        if isValid {
            position = leap(types, count, step: 1, position)
        } else {
            try skip(types, count, depth)
        }
    }

    /// Where values in a row end that were found valid before: only their lengths are looked at.
    ///
    /// Nothing beyond the datum is read or given out, even where somebody was wrong about it: this traps then.
    private func leap(_ types: UnsafePointer<AvroNode>, _ count: Int, step: Int, _ start: Int) -> Int {
        var place = start
        var type = types
        for _ in 0..<count {
            var node = type
            if node.pointee.kind == .union {
                let branch = number(place)
                node = children + (Int(node.pointee.first) &+ branch.value)
                place = branch.end
            }
            switch node.pointee.kind {
            case .null: break
            case .boolean: place &+= 1
            case .int, .long, .enumeration: place = behindNumber(place)
            case .float: place &+= 4
            case .double: place &+= 8
            case .fixed: place &+= Int(node.pointee.first)
            case .bytes, .string: place = behindRun(place)
            case .array, .map: place = leapItems(node, place)
            case .record:
                // Fields without bytes may be more than anybody can count.
                if !node.pointee.isEmpty {
                    place = leap(children + Int(node.pointee.first), Int(node.pointee.count), step: 1, place)
                }
            case .union: preconditionFailure("a union holds another union")
            }
            type += step
        }
        precondition(place >= start && place <= end, "a datum was wrongly taken for valid")
        return place
    }

    private func leapItems(_ node: UnsafePointer<AvroNode>, _ start: Int) -> Int {
        let item = nodes + Int(node.pointee.first)
        var place = start
        while true {
            let items = number(place)
            place = items.end
            if items.value == 0 { return place }
            if items.value < 0 {
                place = behindRun(place)
            } else if node.pointee.kind == .map {
                for _ in 0..<items.value { place = leap(item, 1, step: 0, behindRun(place)) }
            } else if !item.pointee.isEmpty {
                place = leap(item, items.value, step: 0, place)
            }
        }
    }

    /// Behind bytes and their length.
    @inline(__always)
    private func behindRun(_ place: Int) -> Int {
        let length = number(place)
        precondition(length.value >= 0, "a datum was wrongly taken for valid")
        return length.end &+ length.value
    }

    @inline(__always)
    private func behindNumber(_ place: Int) -> Int {
        guard place >= 0, end &- place >= 8 else { return longNumber(place).end }
        let bytes = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: place, as: UInt64.self))
        // The first byte whose highest bit is not set is the last one.
        let last = ~bytes & 0x8080_8080_8080_8080
        return last == 0 ? longNumber(place).end : place &+ last.trailingZeroBitCount >> 3 &+ 1
    }

    /// A number, which is a length, a count of items or a branch, and where it ends.
    @inline(__always)
    private func number(_ place: Int) -> (value: Int, end: Int) {
        guard place >= 0, place < end else { return longNumber(place) }
        let byte = base.load(fromByteOffset: place, as: UInt8.self)
        return byte & 0x81 == 0 ? (Int(byte >> 1), place &+ 1) : longNumber(place)
    }

    @inline(never)
    private func longNumber(_ start: Int) -> (value: Int, end: Int) {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        var place = start
        while true {
            precondition(place >= 0 && place < end, "a datum was wrongly taken for valid")
            let byte = base.load(fromByteOffset: place, as: UInt8.self)
            place &+= 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return (Int(truncatingIfNeeded: value >> 1) ^ -Int(truncatingIfNeeded: value & 1), place) }
            shift &+= 7
        }
    }
}
