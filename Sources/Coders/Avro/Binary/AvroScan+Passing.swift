import Connect

extension AvroScan {
    /// A view over a datum, which stands at its beginning.
    ///
    /// - Throws: where the datum is larger than the limits allow
    @inline(__always)
    init(
        _ nodes: UnsafePointer<AvroNode>, _ children: UnsafePointer<AvroNode>, root: Int,
        _ data: UnsafeRawBufferPointer, _ limits: AvroLimits
    ) throws(AvroFault) {
        guard data.count <= limits.bytes else { throw AvroFault(kind: .tooLarge, offset: limits.bytes, node: root) }
        self.init(
            nodes: nodes, children: children,
            // Nothing is read through the address that stands for empty memory.
            base: data.baseAddress ?? UnsafeRawPointer(nodes), end: data.count, depthLimit: limits.checkedDepth,
            elements: max(0, limits.elements))
    }

    @inline(__always)
    private func byte(_ place: Int) -> UInt8 { base.load(fromByteOffset: place, as: UInt8.self) }

    /// Goes over values in a row as long as they are small ones and found valid at once, as most are. Next to nothing is
    /// called on the way, so that what is needed stays in registers.
    ///
    /// - Parameters:
    ///   - type: the type of the first; behind it that of the first one that was not gone over
    ///   - left: how many there are; behind it how many were not gone over
    ///   - step: how far it is from the type of one to that of the next
    ///   - mayHold: whether something may stand in them
    /// - Returns: where they end
    @inline(__always)
    func passed(
        _ type: inout UnsafePointer<AvroNode>, _ left: inout Int, step: Int, mayHold: Bool
    ) -> Int {
        var place = position
        while left > 0 {
            let behind = passed(type, mayHold: mayHold, place)
            if behind < 0 { break }
            place = behind
            type += step
            left &-= 1
        }
        return place
    }

    /// Where a value ends, where it is a small one and found valid at once. Of what holds values, unions are small in this
    /// sense, and lists without items.
    ///
    /// - Parameters:
    ///   - node: its type
    ///   - mayHold: whether something may stand in it
    ///   - start: where it begins
    /// - Returns: a negative number where ``skip(_:_:)`` must look
    @inline(__always)
    private func passed(_ node: UnsafePointer<AvroNode>, mayHold: Bool, _ start: Int) -> Int {
        var place = start
        var type = node
        if type.pointee.kind == .union {
            guard mayHold, place < end else { return -1 }
            let number = byte(place)
            guard number < 0x80, number & 1 == 0, Int32(number >> 1) < type.pointee.count else { return -1 }
            type = children + (Int(type.pointee.first) &+ Int(number >> 1))
            place &+= 1
        }
        switch type.pointee.kind {
        case .null: return place
        case .boolean: return place < end && byte(place) < 2 ? place &+ 1 : -1
        // So many bytes are never too many for the number.
        case .int: return passedNumber(place, mostBytes: 4)
        case .long: return passedNumber(place, mostBytes: 8)
        case .float: return passedBytes(place, 4)
        case .double: return passedBytes(place, 8)
        case .fixed: return passedBytes(place, Int(type.pointee.first))
        case .enumeration:
            guard place < end else { return -1 }
            let symbol = byte(place)
            return symbol < 0x80 && symbol & 1 == 0 && Int32(symbol >> 1) < type.pointee.first ? place &+ 1 : -1
        case .bytes: return passedRun(place)
        case .string:
            let behind = passedRun(place)
            guard behind >= 0, !isValid else { return behind }
            let isText = AvroText.isValid(base + (place &+ 1), behind &- place &- 1, of: end &- place &- 1)
            return isText ? behind : -1
        case .array, .map:
            // What stands in a union stands deeper.
            return type == node && mayHold && place < end && byte(place) == 0 ? place &+ 1 : -1
        case .union, .record: return -1
        }
    }

    @inline(__always)
    private func passedBytes(_ place: Int, _ count: Int) -> Int { count <= end &- place ? place &+ count : -1 }

    @inline(__always)
    private func passedRun(_ place: Int) -> Int {
        guard place < end else { return -1 }
        let length = byte(place)
        return length & 0x81 == 0 ? passedBytes(place &+ 1, Int(length >> 1)) : -1
    }

    @inline(__always)
    private func passedNumber(_ place: Int, mostBytes: Int) -> Int {
        guard place < end else { return -1 }
        if byte(place) < 0x80 { return place &+ 1 }
        guard end &- place >= 8 else { return -1 }
        let bytes = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: place, as: UInt64.self))
        // The first byte whose highest bit is not set is the last one.
        let last = (~bytes & 0x8080_8080_8080_8080).trailingZeroBitCount >> 3
        return last < mostBytes ? place &+ last &+ 1 : -1
    }
}
