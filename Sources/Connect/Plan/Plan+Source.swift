extension Plan {
    /// What the source is like.
    var source: SourceDescriptor? {
        if case .source(let descriptor, _) = withCoders.first?.operation { return descriptor }
        return nil
    }

    /// What the source's positions are kept under: its given name, or its kind and what it reads. Not the number of
    /// the stage and not the hash, so that other stages may come and go.
    var sourceIdentity: String {
        guard let first = declared.first, let source else { return "" }
        return first.settings.name ?? (source.origin.isEmpty ? source.kind : "\(source.kind) \(source.origin)")
    }

    /// The names of the folds whose state survives a restart.
    var durableFolds: Set<String> {
        Set(
            declared.compactMap { stage in
                if case .fold(_, isDurable: true, _) = stage.operation { return stage.name }
                return nil
            })
    }
}
