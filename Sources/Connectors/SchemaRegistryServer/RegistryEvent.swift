import Connect
import ConnectCatalog
import ConnectJSON

/// What has changed in a registry; a line of its journal.
enum RegistryEvent: Sendable, Hashable {
    /// A schema is a version of a subject.
    case register(subject: String, version: Int, number: Int32, schema: String)
    /// A version, or all of a subject, is seen no more by those who do not ask for it.
    case hide(subject: String, version: Int?)
    /// A version, or all of a subject, is gone.
    case remove(subject: String, version: Int?)
    /// A level of compatibility, of a subject or of all; nil is that of all again.
    case level(subject: String?, RegistryCompatibility?)
    /// Whether a subject, or all, may be changed; nil is as all again.
    case mode(subject: String?, RegistryMode?)

    /// The line, with its end.
    var line: Bytes {
        var members: [(name: String, value: String)] = []
        func add(_ name: String, _ value: String?) {
            if let value { members.append((name: name, value: JSONText.quoted(value))) }
        }
        func add(_ name: String, _ value: Int?) {
            if let value { members.append((name: name, value: "\(value)")) }
        }
        switch self {
        case .register(let subject, let version, let number, let schema):
            add("event", "register")
            add("subject", subject)
            add("version", version)
            add("id", Int(number))
            add("schema", schema)
        case .hide(let subject, let version):
            add("event", "hide")
            add("subject", subject)
            add("version", version)
        case .remove(let subject, let version):
            add("event", "remove")
            add("subject", subject)
            add("version", version)
        case .level(let subject, let level):
            add("event", "level")
            add("subject", subject)
            add("level", level?.rawValue)
        case .mode(let subject, let mode):
            add("event", "mode")
            add("subject", subject)
            add("mode", mode?.rawValue)
        }
        return Bytes(JSONText.object(members) + "\n")
    }

    /// Reads a line; nil where it is none.
    init?(_ line: Bytes) {
        guard let document = try? JSONDocument(parsing: line) else { return nil }
        let subject = document["subject"]?.string
        let version = document["version"]?.integer(Int.self)
        switch (document["event"]?.string, subject) {
        case ("register", let subject?):
            guard let version, let number = document["id"]?.integer(Int32.self),
                let schema = document["schema"]?.string
            else { return nil }
            self = .register(subject: subject, version: version, number: number, schema: schema)
        case ("hide", let subject?): self = .hide(subject: subject, version: version)
        case ("remove", let subject?): self = .remove(subject: subject, version: version)
        case ("level", _):
            self = .level(
                subject: subject, document["level"]?.string.flatMap(RegistryCompatibility.init(rawValue:)))
        case ("mode", _):
            self = .mode(subject: subject, document["mode"]?.string.flatMap(RegistryMode.init(rawValue:)))
        default: return nil
        }
    }
}

/// Whether subjects may be changed.
enum RegistryMode: String, Sendable, Hashable {
    case readWrite = "READWRITE"
    case readOnly = "READONLY"
}
