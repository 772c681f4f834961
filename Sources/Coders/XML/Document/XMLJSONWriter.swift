public import Connect
import ConnectCatalog

extension XML.Document {
    /// The document as an object of JSON with one member, the root element; see ``XML/Node/json(arrays:)``.
    ///
    /// - Parameter arrays: names of elements that become arrays, however many of them there are
    /// - Returns: the text of the JSON, on one line
    public func json(arrays: Set<String> = []) -> Bytes {
        var output = BytesBuilder()
        withArena { arena in
            let writer = XMLJSONWriter(arena: arena, arrays: arrays)
            output.append(UInt8(ascii: "{"))
            writer.writeName(arena.qualifiedName(arena[arena.root]), "", &output)
            writer.write(arena.root, &output)
            output.append(UInt8(ascii: "}"))
        }
        return output.takeExact()
    }
}

extension XML.Node {
    /// An element as JSON, all values as strings: an element without attributes and elements as the text that it holds; any
    /// other as an object with a member for each attribute, its name behind an `@`, for each element, and `#text` for
    /// text that is not blank. Elements of one name become an array in the place of the first. Names keep their prefixes;
    /// declarations of namespaces, comments and instructions are left out.
    ///
    /// - Parameter arrays: names of elements that become arrays, however many of them there are, so that who reads the JSON
    ///   need not tell one from several
    /// - Returns: the text of the JSON, on one line
    public func json(arrays: Set<String> = []) -> Bytes {
        var output = BytesBuilder()
        withArena { arena, _ in XMLJSONWriter(arena: arena, arrays: arrays).write(index, &output) }
        return output.takeExact()
    }
}

/// Writes elements as JSON. Depth is bound by that of documents.
struct XMLJSONWriter {
    let arena: XMLArena
    let arrays: Set<String>

    func write(_ index: Int, _ output: inout BytesBuilder) {
        let record = arena[index]
        guard record.isParent else { return writeString(arena.text(at: index), &output) }
        let members = members(of: index, record)
        if members.isEmpty { return writeString(arena.text(at: index), &output) }
        output.append(UInt8(ascii: "{"))
        var isFirst = true
        for member in members {
            if !isFirst { output.append(UInt8(ascii: ",")) }
            isFirst = false
            write(member, &output)
        }
        let text = text(of: index)
        if !text.allSatisfy(XMLTag.isSpace) {
            output.append(",\"#text\":")
            text.withUnsafeBytes { writeString($0, &output) }
        }
        output.append(UInt8(ascii: "}"))
    }

    /// A name, quoted and with a colon behind it.
    func writeName(_ name: UnsafeRawBufferPointer, _ sign: String, _ output: inout BytesBuilder) {
        output.append("\"" + sign)
        // No character of a name needs an escape.
        output.append(name)
        output.append("\":")
    }

    /// What stands under one name: an attribute, or one or more elements.
    private struct Member {
        var places: [Int]
        var isArray = false
    }

    private func members(of index: Int, _ record: XMLRecord) -> [Member] {
        var members: [Member] = []
        var byName: [String: Int] = [:]
        var place = index + 1
        while place < Int(record.extent) {
            let found = arena[place]
            switch found.kind {
            case XMLRecord.attributeKind: members.append(Member(places: [place]))
            case XMLRecord.elementKind:
                let name = String(utf8: arena.qualifiedName(found))
                if let known = byName[name] {
                    members[known].places.append(place)
                    members[known].isArray = true
                } else {
                    byName[name] = members.count
                    members.append(Member(places: [place], isArray: arrays.contains(name)))
                }
            default: break
            }
            place = found.kind == XMLRecord.elementKind ? Int(found.extent) : place + 1
        }
        return members
    }

    private func write(_ member: Member, _ output: inout BytesBuilder) {
        guard let first = member.places.first else { return }
        let record = arena[first]
        if record.kind == XMLRecord.attributeKind {
            writeName(arena.qualifiedName(record), "@", &output)
            return writeString(arena.value(record), &output)
        }
        writeName(arena.qualifiedName(record), "", &output)
        if !member.isArray { return write(first, &output) }
        output.append(UInt8(ascii: "["))
        for place in member.places {
            if place != first { output.append(UInt8(ascii: ",")) }
            write(place, &output)
        }
        output.append(UInt8(ascii: "]"))
    }

    /// The text right inside of an element.
    private func text(of index: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        var place = arena.firstChild(index)
        while place < Int(arena[index].extent) {
            if arena[place].isText { bytes += arena.content(arena[place]) }
            place = arena.next(place)
        }
        return bytes
    }

    private func writeString(_ text: String, _ output: inout BytesBuilder) {
        var text = text
        text.withUTF8 { writeString(UnsafeRawBufferPointer($0), &output) }
    }

    private func writeString(_ bytes: UnsafeRawBufferPointer, _ output: inout BytesBuilder) {
        output.append(UInt8(ascii: "\""))
        var start = 0
        for index in 0..<bytes.count where bytes[index] < 0x20 || bytes[index] == 0x22 || bytes[index] == 0x5C {
            output.append(UnsafeRawBufferPointer(rebasing: bytes[start..<index]))
            start = index + 1
            switch bytes[index] {
            case 0x22: output.append("\\\"")
            case 0x5C: output.append("\\\\")
            case 0x0A: output.append("\\n")
            case 0x0D: output.append("\\r")
            // XML has no other control characters.
            default: output.append("\\t")
            }
        }
        output.append(UnsafeRawBufferPointer(rebasing: bytes[start...]))
        output.append(UInt8(ascii: "\""))
    }
}
