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

    /// Brings the elements of all instances together on one, in whatever order they come.
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
