/// What is different between two texts, line by line.
enum LineDifference {
    /// The lines of both: those that are gone begin with `-`, new ones with `+`, all others with a blank.
    ///
    /// - Returns: nil where there is no difference
    static func text(from old: [String], to new: [String]) -> String? {
        let changes = new.difference(from: old)
        if changes.isEmpty { return nil }
        let removed = Set(changes.removals.map(\.offset))
        let inserted = Set(changes.insertions.map(\.offset))
        var lines: [String] = []
        var (left, right) = (0, 0)
        while left < old.count || right < new.count {
            if left < old.count, removed.contains(left) {
                lines.append("-" + old[left])
                left += 1
            } else if right < new.count, inserted.contains(right) {
                lines.append("+" + new[right])
                right += 1
            } else {
                lines.append(" " + new[right])
                left += 1
                right += 1
            }
        }
        return lines.joined(separator: "\n")
    }
}

extension CollectionDifference.Change {
    fileprivate var offset: Int {
        switch self {
        case .insert(let offset, _, _), .remove(let offset, _, _): offset
        }
    }
}
