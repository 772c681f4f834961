import Connect

/// Whether the other side of a connection is alive, and when it is to be told that this one is.
///
/// Any frame is a sign of life; a heartbeat is sent only where nothing else was.
struct Liveness: Sendable, Hashable {
    /// What is to be done at some time.
    enum Duty: Sendable, Hashable {
        /// Nothing before a time.
        case wait(until: MonotonicTime)
        /// Send a heartbeat.
        case sendHeartbeat(Heartbeat)
        /// The peer has been silent for too long: close the connection.
        case lost(silence: Duration)
    }

    let heartbeatInterval: Duration
    let peerTimeout: Duration
    private var lastSent: MonotonicTime
    private var lastReceived: MonotonicTime
    private var count: UInt64 = 0

    /// A connection that has just been accepted.
    ///
    /// - Parameters:
    ///   - heartbeatInterval: after how long a silence of its own a side gives a sign of life
    ///   - peerTimeout: after how long a silence the other side is taken for dead
    ///   - now: the time
    init(heartbeatInterval: Duration = .seconds(1), peerTimeout: Duration = .seconds(10), now: MonotonicTime) {
        self.heartbeatInterval = heartbeatInterval
        self.peerTimeout = peerTimeout
        lastSent = now
        lastReceived = now
    }

    /// Notes that bytes came.
    mutating func received(at now: MonotonicTime) {
        lastReceived = max(lastReceived, now)
    }

    /// Notes that a frame was sent.
    mutating func sent(at now: MonotonicTime) {
        lastSent = max(lastSent, now)
    }

    /// When there may be something to do.
    var deadline: MonotonicTime {
        min(lastSent.advanced(by: heartbeatInterval), lastReceived.advanced(by: peerTimeout))
    }

    /// What is to be done now. A heartbeat that is asked for counts as sent.
    mutating func duty(at now: MonotonicTime) -> Duty {
        let silence = now.elapsed(since: lastReceived)
        if silence >= peerTimeout { return .lost(silence: silence) }
        if now >= lastSent.advanced(by: heartbeatInterval) {
            lastSent = now
            defer { count += 1 }
            return .sendHeartbeat(Heartbeat(count: count))
        }
        return .wait(until: deadline)
    }
}
