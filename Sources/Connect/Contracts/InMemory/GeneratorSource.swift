/// Elements that a closure makes of their number, at a rate and up to a count; for demonstrations and load.
public struct GeneratorSource<Element: Sendable>: Source {
    @usableFromInline let count: Int?
    @usableFromInline let rate: Int?
    @usableFromInline let make: @Sendable (Int64) -> Element

    /// Generated elements.
    ///
    /// - Parameters:
    ///   - count: how many; nil is without end
    ///   - rate: how many per second at most; nil is as fast as they are taken
    ///   - make: gives the element of a number, from 0
    @inlinable
    public init(count: Int? = nil, rate: Int? = nil, _ make: @escaping @Sendable (Int64) -> Element) {
        self.count = count
        self.rate = rate
        self.make = make
    }

    /// Bounded where it has a count; resumes by the checkpoint store.
    @inlinable
    public var descriptor: SourceDescriptor {
        SourceDescriptor(kind: "GeneratorSource", isBounded: count != nil)
    }

    /// Makes a reader.
    @inlinable
    public func makeReader() -> Reader {
        Reader(source: self)
    }

    /// Generates elements.
    public struct Reader: SourceReader {
        @usableFromInline let source: GeneratorSource<Element>
        @usableFromInline var number: Int64 = 0
        @usableFromInline var context: SourceContext?
        @usableFromInline var progress: SourceProgress?
        private var started = MonotonicTime(nanoseconds: 0)
        private var first: Int64 = 0
        @usableFromInline var partition = PartitionID(index: 0)

        @usableFromInline
        init(source: GeneratorSource<Element>) {
            self.source = source
        }

        /// Goes on behind the last number that is done.
        public mutating func open(_ context: SourceContext) throws {
            self.context = context
            partition = context.partitions.partition(named: "0")
            number = context.position(in: "0")?.offset ?? 0
            first = number
            started = context.scheduler.now
            progress = context.progress
            if let count = source.count { context.progress.begin(total: Int64(count), done: number) }
        }

        /// Generates what is due; waits for the next where the rate says so.
        @inlinable
        public mutating func poll(
            into batch: inout SourceBatch<Element>, deadline: MonotonicTime
        ) throws -> SourcePoll {
            let end = source.count.map { Int64($0) } ?? .max
            if number >= end { return .ended }
            var due = end
            if let rate = source.rate, let context {
                due = min(end, dueNumber(rate, context.scheduler.now))
                if due <= number {
                    context.interrupt.wait(until: min(deadline, time(of: number, rate)))
                    due = min(end, dueNumber(rate, context.scheduler.now))
                }
            }
            let before = number
            while number < due, !batch.isFull {
                batch.append(source.make(number), partition: partition, offset: number)
                number += 1
            }
            progress?.advance(by: number - before)
            return number >= end ? .ended : (number < due ? .ready : .idle)
        }

        @usableFromInline
        func dueNumber(_ rate: Int, _ now: MonotonicTime) -> Int64 {
            let elapsed = now.elapsed(since: started).wholeNanoseconds
            let (seconds, rest) = elapsed.quotientAndRemainder(dividingBy: 1_000_000_000)
            return first + Int64(clamping: seconds) * Int64(rate) + Int64(rest) * Int64(rate) / 1_000_000_000 + 1
        }

        @usableFromInline
        func time(of number: Int64, _ rate: Int) -> MonotonicTime {
            let count = number - first
            let nanoseconds = count / Int64(rate) * 1_000_000_000 + count % Int64(rate) * 1_000_000_000 / Int64(rate)
            return started.advanced(by: .nanoseconds(nanoseconds + 1))
        }
    }
}
