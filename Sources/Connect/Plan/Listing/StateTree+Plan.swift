extension StateTree {
    /// An object with members in their order.
    package static func members(_ members: [(String, StateTree)]) -> StateTree {
        var object = StateObject()
        // The names are written out where this is called, each once.
        for (name, value) in members { _ = object.append(name, value) }
        return .object(object)
    }

    package static func integer(_ value: Int) -> StateTree { .number("\(value)") }

    package static func optional(_ value: Int?) -> StateTree { value.map { .integer($0) } ?? .null }

    package static func optional(_ value: String?) -> StateTree { value.map { .string($0) } ?? .null }

    static func optional(_ throttle: StageSettings.Throttle?) -> StateTree {
        guard let throttle else { return .null }
        return .members([("count", .integer(throttle.count)), ("period", .string(throttle.period.listed))])
    }

    static func triggers(_ triggers: Triggers) -> StateTree {
        if triggers.isEmpty { return .null }
        return .members([
            ("each", .optional(triggers.each)), ("every", .optional(triggers.every?.listed)),
            ("bytes", .optional(triggers.bytes)),
        ])
    }
}
