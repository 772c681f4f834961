/// Builds many values one after the other in pages of memory that they share: a small value costs neither an allocation
/// nor a copy of its own.
///
/// It is there for coders and transforms that give ``Bytes`` for each element. ``BytesBuilder`` makes one value, or one
/// column, of all that is appended: a value for each element would begin with an allocation, and then hold more memory than
/// it needs or be copied. A value that is kept keeps its page, so pages are small (16 KiB), and what is larger than a page
/// has memory of its own. Belongs to one worker.
public struct PagedBytesBuilder: ~Copyable {
    /// How many bytes a page has.
    @inlinable static var pageBytes: Int { 16 * 1024 }

    @usableFromInline var page: BytesBuilder
    /// How many bytes the last value had: the next one has most likely as many.
    @usableFromInline var last: Int

    /// A builder that allocates when the first value comes.
    @inlinable
    public init() {
        page = BytesBuilder()
        last = 0
    }

    /// Builds a value.
    ///
    /// - Parameter body: appends the bytes of the value; it must not take the bytes out
    /// - Returns: what the closure has appended
    /// - Throws: what the closure throws; what it has appended by then is forgotten
    @inlinable
    public mutating func build<Failure: Error>(
        _ body: (inout BytesBuilder) throws(Failure) -> Void
    ) throws(Failure) -> Bytes {
        // What does not fit is moved to a larger page, with all that stands before it.
        if page.buffer.capacity - page.used < max(64, 2 * last) { turn() }
        let start = page.used
        do throws(Failure) {
            try body(&page)
        } catch {
            // Nobody has seen what stands behind.
            page.used = start
            throw error
        }
        precondition(page.used >= start, "what is there was taken")
        last = page.used - start
        if page.buffer.capacity > PagedBytesBuilder.pageBytes { return takeLarge(from: start) }
        return Bytes(buffer: page.buffer, start: start, count: last)
    }

    /// Begins a page.
    @usableFromInline
    mutating func turn() {
        page = BytesBuilder()
        page.reserve(max(PagedBytesBuilder.pageBytes, last + last / 4))
    }

    /// The value for which the page has grown, or was made larger; the next value begins another one.
    @usableFromInline
    mutating func takeLarge(from start: Int) -> Bytes {
        let value = Bytes(buffer: page.buffer, start: start, count: last)
        let isWaste = last < page.buffer.capacity / 2
        page = BytesBuilder()
        return isWaste ? value.withUnsafeBytes { Bytes(copying: $0) } : value
    }
}
