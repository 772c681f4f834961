/// The elements of a sequence, in order; or of a sequence that is gone through several times.
///
/// The position is the number of the element, from 0.
public struct ListSource<Elements: Sequence & Sendable>: Source
where Elements.Element: Sendable, Elements: SendableMetatype, Elements.Iterator: SendableMetatype {
    @usableFromInline let elements: Elements
    @usableFromInline let rounds: Int

    /// The elements of a sequence.
    ///
    /// - Parameters:
    ///   - elements: walked lazily, from the start in every run
    ///   - rounds: how often to go through them; less than 1 is not at all
    @inlinable
    public init(_ elements: Elements, rounds: Int = 1) {
        self.elements = elements
        self.rounds = rounds
    }

    /// Bounded; resumes by the checkpoint store.
    @inlinable
    public var descriptor: SourceDescriptor {
        SourceDescriptor(kind: "ListSource", isBounded: true)
    }

    /// Makes a reader that starts with the first element.
    @inlinable
    public func makeReader() -> Reader {
        Reader(elements: elements, rounds: rounds)
    }

    /// Walks the sequence.
    public struct Reader: SourceReader {
        @usableFromInline let elements: Elements
        @usableFromInline var iterator: Elements.Iterator
        @usableFromInline var roundsLeft: Int
        @usableFromInline var offset: Int64 = 0
        @usableFromInline var partition = PartitionID(index: 0)

        @inlinable
        init(elements: Elements, rounds: Int) {
            self.elements = elements
            iterator = elements.makeIterator()
            roundsLeft = rounds
        }

        /// Skips the elements that are done.
        @inlinable
        public mutating func open(_ context: SourceContext) throws {
            partition = context.partitions.partition(named: "0")
            let start = context.position(in: "0")?.offset ?? 0
            while offset < start, advance() != nil {}
        }

        @inlinable
        mutating func advance() -> Elements.Element? {
            while roundsLeft > 0 {
                if let element = iterator.next() {
                    offset += 1
                    return element
                }
                roundsLeft -= 1
                if roundsLeft > 0 { iterator = elements.makeIterator() }
            }
            return nil
        }

        /// Takes the next elements.
        @inlinable
        public mutating func poll(
            into batch: inout SourceBatch<Elements.Element>, deadline: MonotonicTime
        ) throws -> SourcePoll {
            while !batch.isFull {
                if roundsLeft <= 0 { return .ended }
                offset += Int64(batch.append(from: &iterator, partition: partition, offset: offset))
                if batch.isFull { break }
                roundsLeft -= 1
                if roundsLeft > 0 { iterator = elements.makeIterator() }
            }
            return .ready
        }
    }
}
