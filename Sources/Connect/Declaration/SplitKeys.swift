/// The keys by which a split deals elements out. Their type is known only to the chain that was declared with them.
@usableFromInline
package final class SplitKeys: Sendable {
    /// What the keys are keys of.
    let element: ElementType
    /// Makes the stage before the split: it encodes elements with coders, and puts the hash of its key before each.
    let makeEncoder: @Sendable ([CoderEntry]) -> InletFactory

    /// How many bytes the hash takes before each element.
    package static let hashLength = 8

    init<Element: Sendable>(_ hash: @escaping @Sendable (Element) -> UInt64) {
        element = ElementType(Element.self)
        makeEncoder = { coders in
            { context, next in
                let converts = try coders.map { try $0.makeConvert() }
                return Inlet<Element>.map(context, before: inlet(next, of: Bytes.self)) { element in
                    let bytes = try converts.reduce(element as any Sendable) { try $1($0) } as? Bytes
                    return SplitKeys.marked(bytes ?? Bytes(), with: hash(element))
                }
            }
        }
    }

    /// The hash of a key, and behind it the element.
    private static func marked(_ bytes: Bytes, with hash: UInt64) -> Bytes {
        var builder = BytesBuilder()
        withUnsafeBytes(of: hash.bigEndian) { builder.append($0) }
        builder.append(bytes)
        return builder.take()
    }

    /// Takes an element and the hash of its key apart.
    ///
    /// - Parameter marked: what the stage before the split has made
    /// - Returns: the hash, which is the same for a key on every machine, and the element
    package static func parts(of marked: Bytes) -> (hash: UInt64, element: Bytes) {
        let length = min(hashLength, marked.count)
        let hash = marked[0..<length].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return (hash, marked[length..<marked.count])
    }
}
