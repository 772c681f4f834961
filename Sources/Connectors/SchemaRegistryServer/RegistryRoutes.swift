import Connect
import ConnectCatalog
import ConnectJSON
import Synchronization

/// What a registry answers to what.
final class RegistryRoutes: Sendable {
    private struct Kept: Sendable {
        var state: RegistryState
        /// Why nothing is changed any more: a change that may or may not be in the journal.
        var failure: ConnectorError?
    }

    private let kept: Mutex<Kept>
    private let journal: RegistryJournal?

    init(_ state: RegistryState, journal: RegistryJournal?) {
        kept = Mutex(Kept(state: state))
        self.journal = journal
    }

    /// The answer to a question; changes are durable when it is given.
    func answer(_ question: RegistryQuestion) -> RegistryAnswer {
        do throws(RegistryRefusal) {
            return try kept.withLock { (kept) throws(RegistryRefusal) in try route(question, &kept) }
        } catch {
            return RegistryAnswer(error)
        }
    }

    private func change(_ kept: inout Kept, _ event: RegistryEvent) throws(RegistryRefusal) {
        if let failure = kept.failure { throw RegistryRefusal(50001, "the journal failed: \(failure.message)") }
        do throws(ConnectorError) {
            try journal?.append(event)
        } catch {
            kept.failure = error
            throw RegistryRefusal(50001, "the journal failed: \(error.message)")
        }
        kept.state.apply(event)
    }

    private func route(_ question: RegistryQuestion, _ kept: inout Kept) throws(RegistryRefusal) -> RegistryAnswer {
        switch (question.method, question.path.first) {
        case ("GET", nil): return RegistryAnswer(json: "{}")
        case (_, "subjects"): return try subjects(question, &kept)
        case ("GET", "schemas"): return try schemas(question, kept.state)
        case (_, "config"): return try config(question, &kept)
        case (_, "mode"): return try mode(question, &kept)
        case ("POST", "compatibility"): return try compatibility(question, kept.state)
        default: throw RegistryRefusal(404, "HTTP 404 Not Found")
        }
    }

    // MARK: subjects

    private func subjects(_ question: RegistryQuestion, _ kept: inout Kept) throws(RegistryRefusal) -> RegistryAnswer {
        let path = question.path.dropFirst()
        let withHidden = question.flag("deleted")
        guard let subject = path.first else {
            guard question.method == "GET" else { throw RegistryRefusal(405, "HTTP 405 Method Not Allowed") }
            let prefix = question.parameter("subjectPrefix") ?? ""
            let names = kept.state.subjects.keys.filter {
                $0.hasPrefix(prefix) && !kept.state.versions($0, withHidden: withHidden).isEmpty
            }
            return RegistryAnswer(list: names.sorted().map { JSONText.quoted($0) })
        }
        switch (question.method, path.count) {
        case ("POST", 1): return try lookUp(question, subject, kept.state)
        case ("DELETE", 1): return try delete(question, subject, &kept)
        case ("GET", 2) where path.last == "versions":
            let versions = kept.state.versions(subject, withHidden: withHidden)
            if versions.isEmpty { throw .noSubject(subject) }
            return RegistryAnswer(list: versions.map { "\($0.version)" })
        case ("POST", 2) where path.last == "versions": return try register(question, subject, &kept)
        case ("GET", 3) where path.dropFirst().first == "versions":
            return try Self.described(
                find(subject, path.last ?? "", kept.state, withHidden: withHidden), subject, kept.state)
        case ("GET", 4) where path.last == "schema":
            let version = try find(subject, path.dropFirst(2).first ?? "", kept.state, withHidden: withHidden)
            return RegistryAnswer(json: kept.state.schemas[version.number]?.text ?? "{}")
        case ("DELETE", 3) where path.dropFirst().first == "versions":
            return try delete(question, subject, version: path.last ?? "", &kept)
        default: throw RegistryRefusal(404, "HTTP 404 Not Found")
        }
    }

    private func find(
        _ subject: String, _ word: String, _ state: RegistryState, withHidden: Bool
    ) throws(RegistryRefusal) -> RegistryState.Version {
        let versions = state.versions(subject, withHidden: withHidden)
        if word == "latest" || word == "-1" {
            guard let last = versions.last else { throw .noSubject(subject) }
            return last
        }
        guard let number = Int(word), number > 0 else {
            throw RegistryRefusal(
                42202,
                "The specified version '\(word)' is not a valid version id. Allowed values are between [1, 2^31-1] and the string \"latest\""
            )
        }
        if versions.isEmpty { throw .noSubject(subject) }
        guard let found = versions.first(where: { $0.version == number }) else { throw .noVersion(word) }
        return found
    }

    private static func described(
        _ version: RegistryState.Version, _ subject: String, _ state: RegistryState
    ) -> RegistryAnswer {
        RegistryAnswer([
            (name: "subject", value: JSONText.quoted(subject)), (name: "version", value: "\(version.version)"),
            (name: "id", value: "\(version.number)"),
            (name: "schema", value: JSONText.quoted(state.schemas[version.number]?.text ?? "")),
        ])
    }

    /// The schema in a body.
    private static func schema(in question: RegistryQuestion) throws(RegistryRefusal) -> RegistryState.Parsed {
        guard let document = try? JSONDocument(parsing: question.body), let text = document["schema"]?.string else {
            throw RegistryRefusal(42201, "the body is no object with a schema, which is a string")
        }
        let type = document["schemaType"]?.string ?? "AVRO"
        guard type == "AVRO" else { throw RegistryRefusal(42201, "Invalid schema type \(type); AVRO is known only") }
        if let references = document["references"], references.count > 0 {
            throw RegistryRefusal(
                42201, "references to other schemas are not followed; write their types into the schema")
        }
        return try RegistryState.Parsed(text)
    }

    private func known(
        _ schema: RegistryState.Parsed, _ subject: String, _ state: RegistryState, withHidden: Bool = false
    ) -> RegistryState.Version? {
        guard let number = state.numbers[schema.identity] else { return nil }
        return state.versions(subject, withHidden: withHidden).last { $0.number == number }
    }

    private func lookUp(
        _ question: RegistryQuestion, _ subject: String, _ state: RegistryState
    ) throws(RegistryRefusal) -> RegistryAnswer {
        let schema = try Self.schema(in: question)
        let withHidden = question.flag("deleted")
        if state.versions(subject, withHidden: withHidden).isEmpty { throw .noSubject(subject) }
        guard let found = known(schema, subject, state, withHidden: withHidden) else { throw .noSchema }
        return Self.described(found, subject, state)
    }

    private func register(
        _ question: RegistryQuestion, _ subject: String, _ kept: inout Kept
    ) throws(RegistryRefusal) -> RegistryAnswer {
        let schema = try Self.schema(in: question)
        if let found = known(schema, subject, kept.state) {
            return RegistryAnswer([(name: "id", value: "\(found.number)")])
        }
        try requireWritable(subject, kept.state)
        let level = kept.state.levels[subject] ?? kept.state.level
        let mismatches = level.mismatches(schema.schema, after: kept.state.predecessors(subject))
        if !mismatches.isEmpty {
            throw RegistryRefusal(
                409,
                "Schema being registered is incompatible with an earlier schema for subject \"\(subject)\", details: "
                    + mismatches.joined(separator: "; ") + "; the level is \(level.rawValue)")
        }
        let number = kept.state.numbers[schema.identity] ?? kept.state.nextNumber
        try change(
            &kept,
            .register(
                subject: subject, version: kept.state.nextVersion(subject), number: number, schema: schema.text))
        return RegistryAnswer([(name: "id", value: "\(number)")])
    }

    private func requireWritable(_ subject: String, _ state: RegistryState) throws(RegistryRefusal) {
        if state.isReadOnly(subject) {
            throw RegistryRefusal(42205, "Subject \(subject) is in read-only mode")
        }
    }

    private func delete(
        _ question: RegistryQuestion, _ subject: String, _ kept: inout Kept
    ) throws(RegistryRefusal) -> RegistryAnswer {
        let all = kept.state.versions(subject, withHidden: true)
        let shown = kept.state.versions(subject)
        if all.isEmpty { throw .noSubject(subject) }
        try requireWritable(subject, kept.state)
        if question.flag("permanent") {
            if !shown.isEmpty {
                throw RegistryRefusal(
                    40405, "Subject '\(subject)' was not deleted first before being permanently deleted")
            }
            try change(&kept, .remove(subject: subject, version: nil))
            return RegistryAnswer(list: all.map { "\($0.version)" })
        }
        if shown.isEmpty {
            throw RegistryRefusal(
                40404, "Subject '\(subject)' was soft deleted. Set permanent=true to delete permanently")
        }
        try change(&kept, .hide(subject: subject, version: nil))
        return RegistryAnswer(list: shown.map { "\($0.version)" })
    }

    private func delete(
        _ question: RegistryQuestion, _ subject: String, version word: String, _ kept: inout Kept
    ) throws(RegistryRefusal) -> RegistryAnswer {
        let found = try find(subject, word, kept.state, withHidden: true)
        try requireWritable(subject, kept.state)
        if question.flag("permanent") {
            guard found.isHidden else {
                throw RegistryRefusal(
                    40407,
                    "Subject '\(subject)' Version \(found.version) was not deleted first before being permanently deleted"
                )
            }
            try change(&kept, .remove(subject: subject, version: found.version))
        } else {
            if found.isHidden {
                throw RegistryRefusal(
                    40406,
                    "Subject '\(subject)' Version \(found.version) was soft deleted. Set permanent=true to delete permanently"
                )
            }
            try change(&kept, .hide(subject: subject, version: found.version))
        }
        return RegistryAnswer(json: "\(found.version)")
    }

    // MARK: schemas

    private func schemas(_ question: RegistryQuestion, _ state: RegistryState) throws(RegistryRefusal) -> RegistryAnswer
    {
        let path = question.path.dropFirst()
        if path.first == "types", path.count == 1 { return RegistryAnswer(list: ["\"AVRO\""]) }
        guard path.first == "ids", (2...3).contains(path.count) else {
            throw RegistryRefusal(404, "HTTP 404 Not Found")
        }
        guard let number = path.dropFirst().first.flatMap({ Int32($0) }), let entry = state.schemas[number] else {
            throw RegistryRefusal.noSchema
        }
        let users = state.subjects.sorted { $0.key < $1.key }.flatMap { subject, versions in
            versions.filter { $0.number == number && (!$0.isHidden || question.flag("deleted")) }
                .map { (subject: subject, version: $0.version) }
        }
        switch path.dropFirst(2).first {
        case nil: return RegistryAnswer([(name: "schema", value: JSONText.quoted(entry.text))])
        case "schema": return RegistryAnswer(json: entry.text)
        case "subjects":
            var names: [String] = []
            for user in users where names.last != user.subject { names.append(user.subject) }
            return RegistryAnswer(list: names.map { JSONText.quoted($0) })
        case "versions":
            return RegistryAnswer(
                list: users.map {
                    JSONText.object([
                        (name: "subject", value: JSONText.quoted($0.subject)),
                        (name: "version", value: "\($0.version)"),
                    ])
                })
        default: throw RegistryRefusal(404, "HTTP 404 Not Found")
        }
    }

    // MARK: settings

    private func config(_ question: RegistryQuestion, _ kept: inout Kept) throws(RegistryRefusal) -> RegistryAnswer {
        let subject = question.path.dropFirst().first
        let own = subject.flatMap { kept.state.levels[$0] }
        switch question.method {
        case "GET":
            guard let level = subject == nil || question.flag("defaultToGlobal") ? own ?? kept.state.level : own else {
                throw RegistryRefusal(
                    40408, "Subject '\(subject ?? "")' does not have subject-level compatibility configured")
            }
            return RegistryAnswer([(name: "compatibilityLevel", value: JSONText.quoted(level.rawValue))])
        case "PUT":
            let word = (try? JSONDocument(parsing: question.body))?["compatibility"]?.string
            guard let level = word.flatMap({ RegistryCompatibility(rawValue: $0.uppercased()) }) else {
                throw RegistryRefusal(
                    42203,
                    "Invalid compatibility level. Valid values are none, backward, forward, full, backward_transitive, "
                        + "forward_transitive, and full_transitive")
            }
            try change(&kept, .level(subject: subject, level))
            return RegistryAnswer([(name: "compatibility", value: JSONText.quoted(level.rawValue))])
        case "DELETE":
            if let subject, own == nil { throw .noSubject(subject) }
            let level = own ?? kept.state.level
            try change(&kept, .level(subject: subject, nil))
            return RegistryAnswer([(name: "compatibilityLevel", value: JSONText.quoted(level.rawValue))])
        default: throw RegistryRefusal(405, "HTTP 405 Method Not Allowed")
        }
    }

    private func mode(_ question: RegistryQuestion, _ kept: inout Kept) throws(RegistryRefusal) -> RegistryAnswer {
        let subject = question.path.dropFirst().first
        let own = subject.flatMap { kept.state.modes[$0] }
        var mode = own ?? kept.state.mode
        switch question.method {
        case "GET": break
        case "PUT":
            let word = (try? JSONDocument(parsing: question.body))?["mode"]?.string
            guard let wanted = word.flatMap({ RegistryMode(rawValue: $0.uppercased()) }) else {
                throw RegistryRefusal(42204, "Invalid mode. Valid values are READWRITE and READONLY")
            }
            try change(&kept, .mode(subject: subject, wanted))
            mode = wanted
        case "DELETE": try change(&kept, .mode(subject: subject, nil))
        default: throw RegistryRefusal(405, "HTTP 405 Method Not Allowed")
        }
        return RegistryAnswer([(name: "mode", value: JSONText.quoted(mode.rawValue))])
    }

    private func compatibility(
        _ question: RegistryQuestion, _ state: RegistryState
    ) throws(RegistryRefusal) -> RegistryAnswer {
        let path = question.path
        guard path.count == 4 || path.count == 5, path[1] == "subjects", path[3] == "versions" else {
            throw RegistryRefusal(404, "HTTP 404 Not Found")
        }
        let schema = try Self.schema(in: question)
        let subject = path[2]
        let level = state.levels[subject] ?? state.level
        var others = state.predecessors(subject)
        if path.count == 5 {
            let version = try find(subject, path[4], state, withHidden: false)
            others.removeAll { $0.version != version.version }
        }
        let mismatches = level.mismatches(schema.schema, after: others)
        var members = [(name: "is_compatible", value: "\(mismatches.isEmpty)")]
        if question.flag("verbose") {
            members.append(
                (name: "messages", value: "[" + mismatches.map { JSONText.quoted($0) }.joined(separator: ",") + "]"))
        }
        return RegistryAnswer(members)
    }
}
