extension Plan {
    /// What the source is like.
    var source: SourceDescriptor? {
        if case .source(let descriptor, _) = withCoders.first?.operation { return descriptor }
        return nil
    }

    /// What the sink is like.
    var sink: SinkDescriptor? { withCoders.last?.sink }

    /// How many bytes the queue of each client may take that has one: a quarter of the pipeline's memory.
    var clientMemory: Int? { settings.memory.map { $0 / 4 } }

    /// How many bytes the pipeline's own queues may take: what clients leave.
    var channelMemory: Int? {
        let clients = (source?.hasQueue == true ? 1 : 0) + (sink?.hasQueue == true ? 1 : 0)
        return settings.memory.map { $0 - clients * ($0 / 4) }
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
