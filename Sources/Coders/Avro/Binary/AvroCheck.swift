/// The limits under which data were found valid, so that nobody need look a second time.
///
/// It stands in a program of its own for such data (`AvroProgram.original`): it costs nothing for each of them, and gets
/// lost wherever a datum is made of bytes and a schema.
struct AvroCheck: Sendable, Hashable {
    private let depth: Int
    private let elements: Int

    /// That of data that were not looked at: limits beyond all that anybody may set.
    static let none = AvroCheck(depth: .max, elements: .max)

    private init(depth: Int, elements: Int) {
        self.depth = depth
        self.elements = elements
    }

    /// Data were found valid under limits.
    init(_ limits: AvroLimits) {
        self.init(depth: limits.checkedDepth, elements: max(0, limits.elements))
    }

    /// Whether such data are valid under other limits as well, apart from that on bytes. False only means that they must be
    /// looked at.
    func holds(_ limits: AvroLimits) -> Bool { depth <= limits.checkedDepth && elements <= limits.elements }
}
