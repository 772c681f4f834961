/// What a stage does that carries elements between the instances of a pipeline.
@usableFromInline
package struct NetworkStage: Sendable, Hashable {
    /// What becomes of batches, and of their order.
    package enum Kind: Sendable, Hashable {
        /// Deals batches out to the instances, in turn.
        case split
        /// Brings elements together as they come.
        case merge
        /// Brings elements together in the order in which their origin had split them.
        case orderedMerge
    }

    /// What the stage does.
    package var kind: Kind

    /// A stage of a kind.
    package init(_ kind: Kind) {
        self.kind = kind
    }

    /// What the declaration calls it.
    var declaredKind: String {
        switch kind {
        case .split: "split"
        case .merge: "merge"
        case .orderedMerge: "mergeOrdered"
        }
    }

    /// What the listings call it once the elements on it are bytes.
    package var wireKind: String {
        switch kind {
        case .split: "NET-SPLIT"
        case .merge: "NET-MERGE"
        case .orderedMerge: "NET-MERGE-SORT"
        }
    }

    /// Whether what is behind it runs on one instance.
    var isMerge: Bool { kind != .split }
}
