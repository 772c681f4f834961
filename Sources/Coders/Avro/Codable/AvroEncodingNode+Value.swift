import Connect

extension AvroEncodingNode {
    typealias Mismatch = AvroTreeWriter.Mismatch

    private var phrase: String {
        switch content {
        case .null: "nil"
        case .bool: "a Bool"
        case .integer: "a whole number"
        case .float, .double: "a floating-point number"
        case .string: "a String"
        case .logical(let value): "\(Swift.type(of: value.swift))"
        case .array: "an array"
        case .members, nil: "a structure or dictionary"
        }
    }

    /// What was written as a value of a type.
    ///
    /// - Parameters:
    ///   - type: the type it gets
    ///   - depth: how many values it stands in
    ///   - limit: in how many it may
    /// - Returns: a value of the type
    /// - Throws: where it does not fit
    func value(_ type: AvroType, depth: Int, limit: Int) throws(Mismatch) -> AvroValue {
        if depth > limit {
            throw Mismatch(code: .limitExceeded, message: "values stand more than \(limit) deep in each other")
        }
        if let value = try plain(type, depth, limit) { return value }
        throw Mismatch(message: "\(phrase) is no \(type.name)")
    }

    /// Nil where it is of another kind.
    private func plain(_ type: AvroType, _ depth: Int, _ limit: Int) throws(Mismatch) -> AvroValue? {
        switch (type.kind, content) {
        case (.union, _):
            guard let (place, branch) = type.branches.enumerated().first(where: { fits($0.element) }) else {
                throw Mismatch(message: "the union has no branch for \(phrase)")
            }
            return .union(branch: place, try value(branch, depth: depth + 1, limit: limit))
        case (_, .logical(let meaning)):
            do throws(CoderError) {
                return try meaning.value(of: type)
            } catch {
                throw Mismatch(message: error.message)
            }
        case (.null, .null): return .null
        case (.boolean, .bool(let flag)): return .boolean(flag)
        case (.int, .integer(let number)): return Int32(exactly: number).map { .int($0) }
        case (.long, .integer(let number)): return Int64(exactly: number).map { .long($0) }
        case (.float, .float(let number)): return .float(number)
        case (.float, .double(let number)):
            return Float(number).isInfinite && number.isFinite ? nil : .float(Float(number))
        case (.float, .integer(let number)): return Float(exactly: number).map { .float($0) }
        case (.double, .double(let number)): return .double(number)
        case (.double, .float(let number)): return .double(Double(number))
        case (.double, .integer(let number)): return Double(exactly: number).map { .double($0) }
        case (.string, .string(let text)): return .string(text)
        case (.enumeration, .string(let text)): return .enumeration(text)
        case (.bytes, .array(let nodes)): return AvroEncodingNode.bytes(nodes).map { .bytes($0) }
        case (.fixed, .array(let nodes)): return AvroEncodingNode.bytes(nodes).map { .fixed($0) }
        case (.array, .array(let nodes)):
            guard let element = type.element else { return nil }
            var items: [AvroValue] = []
            for (place, node) in nodes.enumerated() {
                items.append(try node.inside("\(place)", element, depth, limit))
            }
            return .array(items)
        case (.map, .members(let members)):
            guard let element = type.element else { return nil }
            var values: [AvroMember] = []
            for (name, node) in members {
                values.append(AvroMember(name, try node.inside(name, element, depth, limit)))
            }
            return .map(values)
        case (.map, nil): return .map([])
        case (.record, .members(let members)): return try record(members, type, depth, limit)
        case (.record, nil): return try record([], type, depth, limit)
        default: return nil
        }
    }

    private func inside(_ name: String, _ type: AvroType, _ depth: Int, _ limit: Int) throws(Mismatch) -> AvroValue {
        do throws(Mismatch) {
            return try value(type, depth: depth + 1, limit: limit)
        } catch {
            throw error.at(name)
        }
    }

    private func record(
        _ members: [(name: String, node: AvroEncodingNode)], _ type: AvroType, _ depth: Int, _ limit: Int
    ) throws(Mismatch) -> AvroValue {
        let places = type.details.fieldPlaces
        let fields = type.fields
        var values = [AvroValue?](repeating: nil, count: fields.count)
        for (name, node) in members {
            guard let place = places[name] else {
                throw Mismatch(message: "the record has no field \(AvroError.quoted(name))")
            }
            values[place] = try node.inside(name, fields[place].type, depth, limit)
        }
        var result: [AvroMember] = []
        for (field, value) in zip(fields, values) {
            // What is nil is left out by those who write it.
            let missing = AvroEncodingNode()
            missing.content = .null
            if let value {
                result.append(AvroMember(field.name, value))
            } else {
                result.append(AvroMember(field.name, try missing.inside(field.name, field.type, depth, limit)))
            }
        }
        return .record(result)
    }

    /// Whether a value may be one of a type, without looking at what it holds, apart from names of fields.
    private func fits(_ type: AvroType) -> Bool {
        switch (type.kind, content) {
        case (_, .logical(let meaning)): return (try? meaning.value(of: type)) != nil
        case (.array, .array), (.map, .members), (.map, nil): return true
        case (.enumeration, .string(let text)): return type.details.symbolPlaces[text] != nil
        case (.fixed, .array(let nodes)): return nodes.count == type.size && AvroEncodingNode.bytes(nodes) != nil
        case (.record, .members(let members)):
            let places = type.details.fieldPlaces
            return members.allSatisfy { places[$0.name] != nil }
        case (.record, nil): return type.details.fields.isEmpty
        case (.record, _), (.union, _), (.array, _), (.map, _): return false
        default: return ((try? plain(type, 0, 0)) ?? nil) != nil
        }
    }

    private static func bytes(_ nodes: [AvroEncodingNode]) -> Bytes? {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(nodes.count)
        for node in nodes {
            guard case .integer(let number) = node.content, let byte = UInt8(exactly: number) else { return nil }
            bytes.append(byte)
        }
        return Bytes(bytes)
    }
}
