/// The type of elements between two stages.
@usableFromInline
struct ElementType: Sendable, Equatable {
    let type: any Sendable.Type

    @usableFromInline
    init(_ type: any Sendable.Type) {
        self.type = type
    }

    /// The name that the type declares; nil where it declares none.
    var declaredName: String? {
        (type as? any NamedElement.Type)?.elementTypeName
    }

    /// The name to show.
    var name: String { declaredName ?? String(describing: type) }

    @usableFromInline
    static func == (left: ElementType, right: ElementType) -> Bool {
        ObjectIdentifier(left.type) == ObjectIdentifier(right.type)
    }
}

/// A type of elements with a name that is the same on every machine and in every run.
///
/// Plans are compared by their hash; a type without a declared name stays out of it.
public protocol NamedElement {
    /// The name, for example `XML.Document`.
    static var elementTypeName: String { get }
}

extension Bytes: NamedElement {
    /// `Bytes`
    public static var elementTypeName: String { "Bytes" }
}
extension StreamChunk: NamedElement {
    /// `StreamChunk`
    public static var elementTypeName: String { "StreamChunk" }
}
extension KeyValue: NamedElement {
    /// `KeyValue`
    public static var elementTypeName: String { "KeyValue" }
}
extension DeadLetter: NamedElement {
    /// `DeadLetter`
    public static var elementTypeName: String { "DeadLetter" }
}
extension String: NamedElement {
    /// `String`
    public static var elementTypeName: String { "String" }
}
extension Bool: NamedElement {
    /// `Bool`
    public static var elementTypeName: String { "Bool" }
}
extension Int: NamedElement {
    /// `Int`
    public static var elementTypeName: String { "Int" }
}
extension Int64: NamedElement {
    /// `Int64`
    public static var elementTypeName: String { "Int64" }
}
extension UInt64: NamedElement {
    /// `UInt64`
    public static var elementTypeName: String { "UInt64" }
}
extension Double: NamedElement {
    /// `Double`
    public static var elementTypeName: String { "Double" }
}
extension Array: NamedElement where Element: NamedElement {
    /// `[Element]`
    public static var elementTypeName: String { "[\(Element.elementTypeName)]" }
}
extension Optional: NamedElement where Wrapped: NamedElement {
    /// `Wrapped?`
    public static var elementTypeName: String { "\(Wrapped.elementTypeName)?" }
}
