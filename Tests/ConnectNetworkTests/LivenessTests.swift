import Connect
import Testing

@testable @_spi(Fuzzing) import ConnectNetwork

@Suite("Signs of life")
struct LivenessTests {
    private let start = MonotonicTime(nanoseconds: 5_000_000_000)

    private func after(_ milliseconds: Int) -> MonotonicTime { start.advanced(by: .milliseconds(milliseconds)) }

    // S-NET-5
    @Test("A heartbeat goes out after a second without anything else, and each is counted")
    func heartbeats() {
        var liveness = Liveness(now: start)
        #expect(liveness.duty(at: start) == .wait(until: after(1000)))
        #expect(liveness.duty(at: after(999)) == .wait(until: after(1000)))
        #expect(liveness.duty(at: after(1000)) == .sendHeartbeat(Heartbeat(count: 0)))
        #expect(liveness.duty(at: after(1000)) == .wait(until: after(2000)))
        liveness.sent(at: after(1700))
        #expect(liveness.duty(at: after(2000)) == .wait(until: after(2700)))
        #expect(liveness.duty(at: after(2800)) == .sendHeartbeat(Heartbeat(count: 1)))
    }

    // S-NET-5
    @Test("A peer that is silent for ten seconds is lost; anything it sends counts as a sign of life")
    func silence() {
        var liveness = Liveness(now: start)
        liveness.sent(at: after(9500))
        #expect(liveness.duty(at: after(9900)) == .wait(until: after(10_000)))
        liveness.received(at: after(9950))
        #expect(liveness.duty(at: after(10_000)) == .wait(until: after(10_500)))
        // Times that come out of turn take nothing back.
        liveness.received(at: after(100))
        liveness.sent(at: after(19_900))
        #expect(liveness.duty(at: after(19_949)) == .wait(until: after(19_950)))
        #expect(liveness.duty(at: after(20_000)) == .lost(silence: .milliseconds(10_050)))
    }
}
