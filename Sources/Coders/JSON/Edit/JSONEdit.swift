import Connect

/// A change of a JSON document. What it does not name stays as it is written, byte by byte.
///
/// Paths are those of ``JSONPath``; one that cannot be read is an error when the run begins. Where a name stands several
/// times in an object, all of its members are changed; what is looked up is the last.
public struct JSONEdit: Sendable {
    enum Action: Sendable {
        case get(String, orNull: Bool)
        case set(String, Result<Bytes, CoderError>)
        case drop([String])
        case rename(String, to: String)
        case keep([String])
        case flatten(separator: String, arrays: Bool)
    }

    let action: Action

    /// Makes the value at a path the document.
    ///
    /// - Parameters:
    ///   - path: where it stands
    ///   - orNull: whether null takes its place where there is none, which is an error otherwise
    /// - Returns: an edit
    public static func get(_ path: String, orNull: Bool = false) -> JSONEdit {
        JSONEdit(action: .get(path, orNull: orNull))
    }

    /// Puts a value at a path: in the place of the one there, else behind the members of its object. Objects that are
    /// missing on the way are made; elements of arrays must be there, or be the next one. Anything else on the way is an
    /// error of that document.
    ///
    /// - Parameters:
    ///   - path: where it is put
    ///   - text: the value as JSON; where it is none, the run does not begin
    /// - Returns: an edit
    public static func set(_ path: String, json text: String) -> JSONEdit {
        let value = Result { () throws(CoderError) -> Bytes in
            do {
                return try JSONDocument(parsing: Bytes(text)).compacted
            } catch {
                throw CoderError(
                    .configuration, coder: "JSON",
                    "what is put at \"\(path)\" is not JSON: \(error). Strings need quotes")
            }
        }
        return JSONEdit(action: .set(path, value))
    }

    /// Leaves out members and elements, where they are there.
    ///
    /// - Parameter paths: where they stand
    /// - Returns: an edit
    public static func drop(_ paths: String...) -> JSONEdit { drop(paths) }

    /// Leaves out members and elements, where they are there.
    ///
    /// - Parameter paths: where they stand
    /// - Returns: an edit
    public static func drop(_ paths: [String]) -> JSONEdit { JSONEdit(action: .drop(paths)) }

    /// Gives a member another name, where it is there; one that has the name already is left out.
    ///
    /// - Parameters:
    ///   - path: where it stands; its last step is a name
    ///   - name: its name from then on, in the same object
    /// - Returns: an edit
    public static func rename(_ path: String, to name: String) -> JSONEdit {
        JSONEdit(action: .rename(path, to: name))
    }

    /// Leaves out everything but some members and elements. Arrays and objects on the way to them stay, with nothing else
    /// in them; other values on the way are left out. A document that is neither an array nor an object is an error.
    ///
    /// - Parameter paths: where they stand
    /// - Returns: an edit
    public static func keep(_ paths: String...) -> JSONEdit { keep(paths) }

    /// Leaves out everything but some members and elements; as with single paths.
    ///
    /// - Parameter paths: where they stand
    /// - Returns: an edit
    public static func keep(_ paths: [String]) -> JSONEdit { JSONEdit(action: .keep(paths)) }

    /// Puts the members of objects inside the document into the document itself, with the names on the way to them joined.
    /// Documents that are no objects stay as they are.
    ///
    /// - Parameters:
    ///   - separator: what stands between two names
    ///   - arrays: whether elements of arrays become members as well, with their place as a name
    /// - Returns: an edit
    public static func flatten(separator: String = ".", arrays: Bool = false) -> JSONEdit {
        JSONEdit(action: .flatten(separator: separator, arrays: arrays))
    }
}
