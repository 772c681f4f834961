extension Def {
    /// Deals the elements out to all instances of the pipeline, batch by batch in turn; what follows runs on each of them.
    ///
    /// Elements cross as bytes: where they are of another type, the plan puts a coder before the stage and one behind it.
    /// One process alone cannot run it.
    ///
    /// - Returns: a chain that gives the same elements, on the instances
    package func split(fileID: StaticString = #fileID, line: UInt = #line) -> Def<Out> {
        networkStage(NetworkStage(.split), fileID: fileID, line: line)
    }

    /// Brings the elements of all instances together on one, in whatever order they come.
    ///
    /// - Returns: a chain that gives the elements of all instances, on one of them
    package func merge(fileID: StaticString = #fileID, line: UInt = #line) -> Def<Out> {
        networkStage(NetworkStage(.merge), fileID: fileID, line: line)
    }

    /// Brings the elements of all instances together on one, in the order that they had where they were split, also where
    /// the stages between leave elements out or make several of one.
    ///
    /// - Returns: a chain that gives the elements of all instances, on one of them, in order
    package func mergeOrdered(fileID: StaticString = #fileID, line: UInt = #line) -> Def<Out> {
        networkStage(NetworkStage(.orderedMerge), fileID: fileID, line: line)
    }

    package func networkStage(
        _ stage: NetworkStage, fileID: StaticString = #fileID, line: UInt = #line
    ) -> Def<Out> {
        appending(.network(stage), Out.self, fileID, line)
    }
}
