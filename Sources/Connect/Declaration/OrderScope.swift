/// What order a parallel stage keeps.
public struct OrderScope: Sendable {
    enum Kind: Sendable {
        case total
        case key(KeySelector)
        case unordered
    }

    let kind: Kind

    /// The order of a sequential run. The default.
    public static var total: OrderScope { OrderScope(kind: .total) }

    /// No order; commits stay correct.
    public static var unordered: OrderScope { OrderScope(kind: .unordered) }

    /// The order per key: elements with equal keys stay in order and go to the same worker.
    ///
    /// - Parameter key: the key of an element that enters the stage; name its type, as in `.key(\Order.customer)`
    /// - Returns: an order for `par`
    public static func key<Element: Sendable, Key: Hashable & SendableMetatype>(
        _ key: any KeyPath<Element, Key> & Sendable
    ) -> OrderScope {
        .key { (element: Element) in element[keyPath: key] }
    }

    /// The order per key: elements with equal keys stay in order and go to the same worker.
    ///
    /// - Parameter key: gives the key of an element that enters the stage
    /// - Returns: an order for `par`
    public static func key<Element: Sendable, Key: Hashable & SendableMetatype>(
        _ key: @escaping @Sendable (Element) -> Key
    ) -> OrderScope {
        let lanes = KeyLanes<Element> { key($0).hashValue }
        return OrderScope(kind: .key(KeySelector(element: ElementType(Element.self), lanes: lanes)))
    }

    /// How the plan shows the scope.
    var description: String {
        switch kind {
        case .total: "total"
        case .key: "key"
        case .unordered: "unordered"
        }
    }

    var isTotal: Bool {
        if case .total = kind { return true }
        return false
    }
}

/// A key function whose element type is known only to the stage it is for.
struct KeySelector: Sendable {
    let element: ElementType
    let lanes: any AnyObject & Sendable
}

/// Says which hash value an element's key has.
final class KeyLanes<Element: Sendable>: Sendable {
    let hash: @Sendable (Element) -> Int

    init(_ hash: @escaping @Sendable (Element) -> Int) {
        self.hash = hash
    }
}
