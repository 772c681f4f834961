extension Def {
    /// Appends a stage that the network module gives its meaning; one process alone cannot run it.
    ///
    /// - Parameters:
    ///   - kind: what the stage is, as the listings show it, for example `split`
    ///   - fileID: the file of the declaration; the compiler fills it in
    ///   - line: the line of the declaration; the compiler fills it in
    /// - Returns: a chain that gives the same elements, on other instances
    package func networkStage(
        _ kind: String, fileID: StaticString = #fileID, line: UInt = #line
    ) -> Def<Out> {
        appending(.network(kind: kind), Out.self, fileID, line)
    }
}
