/// Finds what somebody may have meant.
package enum NearestName {
    /// The name that differs least from one that is unknown.
    ///
    /// - Parameters:
    ///   - name: what was written
    ///   - known: what there is
    /// - Returns: nil where nothing is near: more than a third of the letters differ
    package static func find(_ name: String, in known: [String]) -> String? {
        let distances = known.map { (name: $0, distance: distance(name.lowercased(), $0.lowercased())) }
        guard let nearest = distances.min(by: { $0.distance < $1.distance }),
            nearest.distance <= max(1, max(name.count, nearest.name.count) / 3)
        else { return nil }
        return nearest.name
    }

    /// How to mend an unknown name: the nearest one, else all there are.
    package static func mend(_ name: String, in known: [String], what: String) -> String {
        if let nearest = find(name, in: known) { return "Did you mean \(nearest)?" }
        if known.isEmpty { return "There are no \(what) here." }
        return "There are these \(what): \(known.sorted().joined(separator: ", "))."
    }

    /// The number of letters to insert, delete, replace or swap with a neighbour (optimal string alignment).
    static func distance(_ left: String, _ right: String) -> Int {
        let (left, right) = (Array(left.utf8), Array(right.utf8))
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for (row, letter) in left.enumerated() {
            var current = [row + 1]
            for (column, other) in right.enumerated() {
                var least = min(last[column + 1] + 1, current[column] + 1, last[column] + (letter == other ? 0 : 1))
                if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
                    least = min(least, beforeLast[column - 1] + 1)
                }
                current.append(least)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
