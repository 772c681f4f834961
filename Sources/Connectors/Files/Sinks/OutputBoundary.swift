/// A place in an output at which writing can go on.
struct OutputBoundary: Hashable, Sendable {
    /// The number of the file; 0 for an output of a single file.
    var file: Int
    /// How many bytes of the file come before it.
    var length: Int64 = 0
    /// How many elements of the file come before it.
    var elementCount = 0
    /// Whether the last line before it has no newline.
    var isUnterminated = false
}
