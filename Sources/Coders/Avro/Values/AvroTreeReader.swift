import Connect

/// Makes trees of data.
struct AvroTreeReader {
    let program: AvroProgram
    /// The datum, of which bytes are slices.
    let data: Bytes

    /// The value at a place.
    func value(_ node: Int, _ scan: inout AvroScan, _ depth: Int) throws(AvroFault) -> AvroValue {
        let type = scan.nodes[node]
        try scan.count(1, node)
        switch type.kind {
        case .null: return .null
        case .boolean: return .boolean(try scan.boolean(node))
        case .int: return .int(try scan.int(node))
        case .long: return .long(try scan.long(node))
        case .float: return .float(try scan.float(node))
        case .double: return .double(try scan.double(node))
        case .bytes:
            let count = try scan.run(node).count
            return .bytes(data[(scan.position - count)..<scan.position])
        case .string: return .string(String(decoding: try scan.text(node), as: UTF8.self))
        case .fixed:
            let start = try scan.take(Int(type.first), node)
            return .fixed(data[start..<scan.position])
        case .enumeration:
            return .enumeration(
                program.details[node].symbols[try scan.index(below: type.first, .unknownSymbol, node)])
        default: break
        }
        guard depth < scan.depthLimit else { throw scan.fault(.tooDeep, node) }
        switch type.kind {
        case .union:
            let branch = try scan.index(below: type.count, .unknownBranch, node)
            return .union(branch: branch, try value(program.child(node, branch), &scan, depth + 1))
        case .record:
            let count = Int(type.count)
            var members: [AvroMember] = []
            members.reserveCapacity(min(count, scan.elements))
            for place in 0..<count {
                members.append(
                    AvroMember(
                        program.details[node].fields[place].name,
                        try value(program.child(node, place), &scan, depth + 1)))
            }
            return .record(members)
        case .array: return .array(try items(node, Int(type.first), &scan, depth))
        default: return .map(try members(node, Int(type.first), &scan, depth))
        }
    }

    private func items(
        _ node: Int, _ item: Int, _ scan: inout AvroScan, _ depth: Int
    ) throws(AvroFault) -> [AvroValue] {
        var items: [AvroValue] = []
        while true {
            let block = try scan.block(node, isEmpty: scan.nodes[item].isEmpty)
            for _ in 0..<block.count { items.append(try value(item, &scan, depth + 1)) }
            try scan.close(block, node)
            if block.count == 0 { return items }
        }
    }

    private func members(
        _ node: Int, _ item: Int, _ scan: inout AvroScan, _ depth: Int
    ) throws(AvroFault) -> [AvroMember] {
        var members: [AvroMember] = []
        while true {
            let block = try scan.block(node, isEmpty: false)
            for _ in 0..<block.count {
                let name = String(decoding: try scan.text(node), as: UTF8.self)
                members.append(AvroMember(name, try value(item, &scan, depth + 1)))
            }
            try scan.close(block, node)
            if block.count == 0 { return members }
        }
    }
}
