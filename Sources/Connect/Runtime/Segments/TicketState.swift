/// Who may deliver what, in a segment whose outputs keep the order of its inputs; a pure value.
///
/// A ticket is the number of an input. Workers finish tickets in any order and deposit what came out; the deliverer role
/// passes outputs on in the order of the tickets. At most `window` tickets are open at a time.
struct TicketState: Sendable {
    struct Ticket: Sendable {
        /// Outputs that wait in the ticket's cells.
        var deposited = 0
        var isComplete = false
        var isBarrier = false
        var failure: StageFailure?
        /// How many elements of the input are accounted for until the ticket is delivered.
        var credit = 0
    }

    let window: Int
    /// Cells for deposited outputs per ticket.
    let depth: Int
    private var tickets: [Ticket]
    /// The first ticket that is not delivered.
    private(set) var next = 0
    /// Permits to draw a ticket that are given out: tickets drawn or about to be.
    private(set) var drawn = 0
    var isDelivering = false
    /// A timer was due while somebody held the role.
    var wantsTick = false
    /// The thread before the segment waits for the role.
    var isAwaited = false
    var isStopped = false
    var hasFinished = false
    var workers: Int

    init(workers: Int, depth: Int) {
        self.workers = workers
        self.depth = depth
        window = 2 * workers + 2
        tickets = Array(repeating: Ticket(), count: window)
    }

    var mayDraw: Bool { drawn - next < window }

    mutating func draw() { drawn += 1 }

    mutating func returnDraw() { drawn -= 1 }

    subscript(ticket: Int) -> Ticket {
        get { tickets[ticket % window] }
        set { tickets[ticket % window] = newValue }
    }

    func cell(_ ticket: Int, _ index: Int) -> Int { (ticket % window) * depth + index }

    /// Whether the ticket may hand an output straight on.
    func mayDeliver(_ ticket: Int) -> Bool { ticket == next && !isDelivering }

    func hasCell(_ ticket: Int) -> Bool { self[ticket].deposited < depth }

    /// How many elements of the inputs are worked through and not passed on yet.
    var waiting: Int { tickets.reduce(0) { $0 + ($1.isComplete ? $1.credit : 0) } }

    /// Takes the next ticket off, once all of it has been delivered.
    mutating func advance() -> Ticket {
        let done = self[next]
        self[next] = Ticket()
        next += 1
        return done
    }
}
