import Connect
import ConnectAvro
import ConnectJSON

/// What a registry knows: changed by events alone, so that the same events give the same again.
struct RegistryState: Sendable {
    /// A schema under a subject.
    struct Version: Sendable {
        let version: Int
        let number: Int32
        var isHidden = false
    }

    /// A schema by its number.
    struct Entry: Sendable {
        let text: String
        let schema: AvroSchema
    }

    private(set) var subjects: [String: [Version]] = [:]
    private(set) var schemas: [Int32: Entry] = [:]
    /// The numbers of schemas by what makes them the same.
    private(set) var numbers: [String: Int32] = [:]
    private(set) var level = RegistryCompatibility.backward
    private(set) var levels: [String: RegistryCompatibility] = [:]
    private(set) var mode = RegistryMode.readWrite
    private(set) var modes: [String: RegistryMode] = [:]
    private(set) var nextNumber: Int32 = 1

    /// The level that holds until somebody says another.
    private let firstLevel: RegistryCompatibility

    init(level: RegistryCompatibility) {
        self.level = level
        firstLevel = level
    }

    /// A schema with what makes it the same as another.
    struct Parsed {
        let text: String
        let identity: String
        let schema: AvroSchema

        /// - Throws: ``RegistryRefusal`` where it is no schema
        init(_ text: String) throws(RegistryRefusal) {
            do {
                // Names alone are JSON only in quotes, but some clients send them without.
                let isName = text.first?.isLetter == true
                let source = isName ? "\"\(text)\"" : text
                schema = try AvroSchema(parsing: source)
                identity = SchemaIdentity.text(of: try JSONDocument(parsing: Bytes(source)).root)
                self.text = text
            } catch {
                throw RegistryRefusal(
                    42201, "Invalid schema: \((error as? CoderError)?.message ?? "\(error)")")
            }
        }
    }

    /// Takes a change in.
    mutating func apply(_ event: RegistryEvent) {
        switch event {
        case .register(let subject, let version, let number, let text):
            guard let parsed = try? Parsed(text) else { return }
            subjects[subject, default: []].append(Version(version: version, number: number))
            if schemas[number] == nil { schemas[number] = Entry(text: text, schema: parsed.schema) }
            numbers[parsed.identity] = number
            nextNumber = max(nextNumber, number &+ 1)
        case .hide(let subject, let version):
            for place in subjects[subject]?.indices ?? 0..<0 {
                if version == nil || subjects[subject]?[place].version == version {
                    subjects[subject]?[place].isHidden = true
                }
            }
        case .remove(let subject, let version):
            subjects[subject]?.removeAll { version == nil || $0.version == version }
            if subjects[subject]?.isEmpty == true {
                subjects[subject] = nil
                levels[subject] = nil
                modes[subject] = nil
            }
            forgetUnused()
        case .level(nil, let level): self.level = level ?? firstLevel
        case .level(let subject?, let level): levels[subject] = level
        case .mode(nil, let mode): self.mode = mode ?? .readWrite
        case .mode(let subject?, let mode): modes[subject] = mode
        }
    }

    private mutating func forgetUnused() {
        let used = Set(subjects.values.joined().map(\.number))
        schemas = schemas.filter { used.contains($0.key) }
        numbers = numbers.filter { used.contains($0.value) }
    }

    /// The versions of a subject.
    ///
    /// - Parameters:
    ///   - subject: its name
    ///   - withHidden: whether those count that were deleted softly
    /// - Returns: the oldest first
    func versions(_ subject: String, withHidden: Bool = false) -> [Version] {
        (subjects[subject] ?? []).filter { withHidden || !$0.isHidden }
    }

    /// The versions that a new one must fit, the oldest first.
    func predecessors(_ subject: String) -> [(version: Int, schema: AvroSchema)] {
        var found: [(version: Int, schema: AvroSchema)] = []
        for version in versions(subject) {
            if let entry = schemas[version.number] { found.append((version: version.version, schema: entry.schema)) }
        }
        return found
    }

    /// The number that comes behind all versions of a subject.
    func nextVersion(_ subject: String) -> Int { (subjects[subject]?.map(\.version).max() ?? 0) + 1 }

    /// Whether a subject may be changed.
    func isReadOnly(_ subject: String) -> Bool { (modes[subject] ?? mode) == .readOnly }
}
