import ConnectCatalog

/// What JSON says at each field, branch and symbol of a schema, written once.
struct AvroJSONTokens: Sendable {
    private var text: [UInt8] = []
    /// Where each token ends in the text; the first begins at 0.
    private var ends: [Int32] = []
    /// Of enumerations the token of the first symbol.
    private var symbols: [Int32] = []

    init(_ reader: AvroSchemaReader) {
        var tokens = [String](repeating: "", count: reader.children.count)
        for (index, node) in reader.nodes.enumerated() {
            for place in 0..<Int(node.count) where node.kind == .record || node.kind == .union {
                let child = Int(node.first) + place
                if node.kind == .record {
                    tokens[child] =
                        (place == 0 ? "{" : ",") + JSONText.quoted(reader.details[index].fields[place].name) + ":"
                } else {
                    let branch = Int(reader.children[child])
                    let kind = reader.nodes[branch].kind
                    tokens[child] = "{\"" + (kind.isNamed ? reader.details[branch].name : kind.name) + "\":"
                }
            }
        }
        symbols = [Int32](repeating: 0, count: reader.nodes.count)
        for (index, node) in reader.nodes.enumerated() where node.kind == .enumeration {
            symbols[index] = Int32(tokens.count)
            tokens += reader.details[index].symbols.map { "\"\($0)\"" }
        }
        for token in tokens {
            text += Array(token.utf8)
            ends.append(Int32(text.count))
        }
    }

    /// Calls a closure with a view of the tokens.
    func withView<Result>(_ body: (View) throws(AvroFault) -> Result) throws(AvroFault) -> Result {
        try text.withUnsafeBufferPointer { text throws(AvroFault) in
            try ends.withUnsafeBufferPointer { ends throws(AvroFault) in
                try symbols.withUnsafeBufferPointer { symbols throws(AvroFault) in
                    try body(View(text: UnsafeRawBufferPointer(text), ends: ends, symbols: symbols))
                }
            }
        }
    }

    /// The tokens without references.
    struct View {
        let text: UnsafeRawBufferPointer
        let ends: UnsafeBufferPointer<Int32>
        let symbols: UnsafeBufferPointer<Int32>

        @inline(__always)
        func token(_ index: Int) -> UnsafeRawBufferPointer {
            let start = index == 0 ? 0 : Int(ends[index &- 1])
            return UnsafeRawBufferPointer(rebasing: text[start..<Int(ends[index])])
        }

        /// What stands at a field or branch, by its place in the list of children.
        @inline(__always)
        func child(_ place: Int) -> UnsafeRawBufferPointer { token(place) }

        /// What stands for a symbol.
        @inline(__always)
        func symbol(_ node: Int, _ place: Int) -> UnsafeRawBufferPointer { token(Int(symbols[node]) &+ place) }
    }
}
