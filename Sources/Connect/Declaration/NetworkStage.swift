/// What a stage does that carries elements between the instances of a pipeline.
@usableFromInline
package struct NetworkStage: Sendable {
    /// What becomes of batches, and of their order.
    package enum Kind: Sendable, Hashable {
        /// Deals batches out to the instances, in turn.
        case split
        /// Deals elements out to the instances by a key: those with the same key go to the same instance.
        case keyedSplit
        /// Brings elements together as they come.
        case merge
        /// Brings elements together in the order in which their origin had split them.
        case orderedMerge
    }

    /// What the stage does.
    package var kind: Kind
    /// The keys of a split by key.
    let keys: SplitKeys?
    /// How many elements a batch of a split has at most; nil where only their bytes count.
    package let batchCount: Int?

    /// A stage of a kind that needs no keys.
    ///
    /// - Parameters:
    ///   - kind: what it does
    ///   - batchCount: how many elements a batch of a split has at most
    package init(_ kind: Kind, batchCount: Int? = nil) {
        self.kind = kind
        self.batchCount = batchCount
        keys = nil
    }

    /// A split by key.
    init(_ keys: SplitKeys) {
        kind = .keyedSplit
        self.keys = keys
        batchCount = nil
    }

    /// What the declaration calls it.
    var declaredKind: String {
        switch kind {
        case .split: "split"
        case .keyedSplit: "splitBy"
        case .merge: "merge"
        case .orderedMerge: "mergeOrdered"
        }
    }

    /// What the listings call it once the elements on it are bytes.
    package var wireKind: String {
        switch kind {
        case .split: "NET-SPLIT"
        case .keyedSplit: "NET-SPLIT-KEY"
        case .merge: "NET-MERGE"
        case .orderedMerge: "NET-MERGE-SORT"
        }
    }

    /// Whether what is behind it runs on one instance.
    var isMerge: Bool {
        switch kind {
        case .split, .keyedSplit: false
        case .merge, .orderedMerge: true
        }
    }
}

extension NetworkStage: Hashable {
    /// Whether both do the same; what the keys are cannot be compared.
    @usableFromInline
    package static func == (left: NetworkStage, right: NetworkStage) -> Bool { left.kind == right.kind }

    /// Feeds what it does to a hasher.
    @usableFromInline
    package func hash(into hasher: inout Hasher) { hasher.combine(kind) }
}
