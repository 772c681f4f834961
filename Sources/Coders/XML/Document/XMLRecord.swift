/// A node, an attribute or a declaration in the memory of a document. Nodes stand in the order of the document; behind an
/// element come its declarations, its attributes and then its children.
struct XMLRecord {
    static let documentKind: UInt32 = 0
    static let elementKind: UInt32 = 1
    static let attributeKind: UInt32 = 2
    static let declarationKind: UInt32 = 3
    static let textKind: UInt32 = 4
    static let characterDataKind: UInt32 = 5
    static let commentKind: UInt32 = 6
    static let instructionKind: UInt32 = 7

    /// The namespace of the prefix `xml`, which nobody has to declare.
    static let xmlNamespace: UInt32 = 1
    /// What is added to the number of a declaration's record, to say that a name is in its namespace.
    static let firstDeclaration: UInt32 = 2

    /// The kind in 8 bits, above them how many declarations and attributes follow.
    var head: UInt32
    /// Where its name, or else its content, begins in the text.
    var start: UInt32
    /// Of names how many bytes the whole has, in 16 bits, and above them the prefix, without its colon. Else the bytes of
    /// the content.
    var length: UInt32
    /// Of elements and attributes the namespace: 0 none, 1 that of `xml`, else the record of a declaration.
    var namespace: UInt32
    /// Of elements where the records behind it and all it holds begin. Of attributes, declarations and instructions how many
    /// bytes the value has, which stands behind the name.
    var extent: UInt32
    /// The record of the element, or of the document, that it stands in.
    var parent: UInt32

    static var stride: Int { MemoryLayout<XMLRecord>.stride }

    var kind: UInt32 { head & 0xFF }
    var attachments: Int { Int(head >> 8) }
    var nameLength: Int { Int(length & 0xFFFF) }
    var prefixLength: Int { Int(length >> 16) }
    var isNamed: Bool { kind == XMLRecord.elementKind || kind == XMLRecord.attributeKind }
    /// Whether children can stand in it.
    var isParent: Bool { kind <= XMLRecord.elementKind }
    var isText: Bool { kind == XMLRecord.textKind || kind == XMLRecord.characterDataKind }
}
