extension Def {
    /// Deals the elements out to all instances of the pipeline, batch by batch in turn; what follows runs on each of them.
    ///
    /// Elements cross as bytes: where they are of another type, the plan puts a coder before the stage and one behind it.
    /// A process without a list of peers cannot run it.
    ///
    /// - Returns: a chain that gives the same elements, on the instances
    public func split(fileID: StaticString = #fileID, line: UInt = #line) -> Def<Out> {
        networkStage(NetworkStage(.split), fileID: fileID, line: line)
    }

    /// Deals the elements out to all instances of the pipeline, some at a time, for elements that each are much work: an
    /// instance that is slow, or comes late, gets fewer of them.
    ///
    /// - Parameters:
    ///   - count: how many elements an instance gets at a time, at least 1; it has at most two such batches that are not
    ///     through the merge
    ///   - fileID: the file of the declaration; the compiler fills it in
    ///   - line: the line of the declaration; the compiler fills it in
    /// - Returns: a chain that gives the same elements, on the instances
    public func split(each count: Int, fileID: StaticString = #fileID, line: UInt = #line) -> Def<Out> {
        networkStage(NetworkStage(.split, batchCount: count), fileID: fileID, line: line)
    }

    /// Deals the elements out to all instances of the pipeline by a key: those with equal keys go to the same instance, as
    /// long as the list of instances stays the same and it is not lost. ``merge(fileID:line:)`` brings them together so that
    /// elements with equal keys keep their order, also when an instance is lost.
    ///
    /// Keys are compared by their text, so that they mean the same on every machine. An instance that has the keys that come
    /// most often holds all others up when it is slower than the source.
    ///
    /// - Parameters:
    ///   - key: gives the key of an element
    ///   - fileID: the file of the declaration; the compiler fills it in
    ///   - line: the line of the declaration; the compiler fills it in
    /// - Returns: a chain that gives the same elements, on the instances
    public func split<Key: LosslessStringConvertible & SendableMetatype>(
        by key: @escaping @Sendable (Out) -> Key, fileID: StaticString = #fileID, line: UInt = #line
    ) -> Def<Out> {
        let keys = SplitKeys { (element: Out) in StableHash.value(key(element).description.utf8, seed: 0) }
        return networkStage(NetworkStage(keys), fileID: fileID, line: line)
    }

    /// Deals the elements out to all instances of the pipeline by a key of bytes, as ``split(by:fileID:line:)`` does by one
    /// that has a text.
    ///
    /// - Parameters:
    ///   - key: gives the key of an element
    ///   - fileID: the file of the declaration; the compiler fills it in
    ///   - line: the line of the declaration; the compiler fills it in
    /// - Returns: a chain that gives the same elements, on the instances
    public func split(
        by key: @escaping @Sendable (Out) -> Bytes, fileID: StaticString = #fileID, line: UInt = #line
    ) -> Def<Out> {
        let keys = SplitKeys { (element: Out) in key(element).withSpan { StableHash.value($0, seed: 0) } }
        return networkStage(NetworkStage(keys), fileID: fileID, line: line)
    }

    /// Brings the elements of all instances together on one, in whatever order they come; behind a split by key
    /// in the order of each key.
    ///
    /// - Returns: a chain that gives the elements of all instances, on one of them
    public func merge(fileID: StaticString = #fileID, line: UInt = #line) -> Def<Out> {
        networkStage(NetworkStage(.merge), fileID: fileID, line: line)
    }

    /// Brings the elements of all instances together on one, in the order that they had where they were split, also where
    /// the stages between leave elements out or make several of one.
    ///
    /// - Returns: a chain that gives the elements of all instances, on one of them, in order
    public func mergeOrdered(fileID: StaticString = #fileID, line: UInt = #line) -> Def<Out> {
        networkStage(NetworkStage(.orderedMerge), fileID: fileID, line: line)
    }

    /// Says which instances run the stage, and all others up to the next split or merge.
    public func on(_ placement: Placement) -> Def<Out> {
        modified { $0.placement = placement }
    }

    /// Says that the stage may make something else of the same elements when it sees them again. What an instance that is
    /// lost had done in part is then done anew behind the merge, instead of being gone on with.
    public func nondeterministic() -> Def<Out> {
        modified { $0.isNondeterministic = true }
    }

    package func networkStage(
        _ stage: NetworkStage, fileID: StaticString = #fileID, line: UInt = #line
    ) -> Def<Out> {
        appending(.network(stage), Out.self, fileID, line)
    }
}

extension Pipeline {
    /// Says which instances run the sink, and all stages before it up to the last merge.
    public func on(_ placement: Placement) -> Pipeline {
        modifyingSink { $0.placement = placement }
    }
}
