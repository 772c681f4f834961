import ConnectTesting
import Connect

@testable @_spi(Fuzzing) import ConnectNetwork

/// Frames that a seed decides, of all kinds.
enum FrameSamples {
    static func frame(_ kind: Frame.Kind, _ numbers: inout SplitMix) -> Frame {
        let flow = FlowAddress(exchange: number(&numbers), origin: number(&numbers))
        let ending = Int.random(in: 0...2, using: &numbers)
        return switch kind {
        case .hello:
            .hello(
                Hello(
                    version: Hello.currentVersion, authentication: .allCases.randomElement(using: &numbers) ?? .none))
        case .announcement: .announcement(Announcement(facts: facts(&numbers)))
        case .ready: .ready(Ready(epoch: number(&numbers)))
        case .refusal:
            .refusal(
                Refusal(
                    reason: .allCases.randomElement(using: &numbers) ?? .version, sentence: text(&numbers),
                    epoch: number(&numbers)))
        case .openFlow: .openFlow(OpenFlow(flow: flow, generation: number(&numbers), start: number(&numbers)))
        case .listRequest:
            .listRequest(
                ListRequest(kind: .allCases.randomElement(using: &numbers) ?? .show, list: facts(&numbers).list))
        case .listAnswer:
            .listAnswer(
                ListAnswer(
                    status: .allCases.randomElement(using: &numbers) ?? .current, epoch: number(&numbers),
                    place: number(&numbers), sentence: text(&numbers),
                    members: facts(&numbers).list.map {
                        ListAnswer.Member(address: $0, isUp: Bool.random(using: &numbers))
                    }))
        case .listChange:
            .listChange(
                ListChange(
                    epoch: number(&numbers), place: number(&numbers),
                    way: .allCases.randomElement(using: &numbers) ?? .cut, list: facts(&numbers).list))
        case .drained:
            .drained(
                Drained(
                    epoch: number(&numbers), place: number(&numbers),
                    way: .allCases.randomElement(using: &numbers) ?? .cut,
                    adopters: (0..<Int.random(in: 0...5, using: &numbers)).map { _ in number(&numbers) },
                    places: (0..<Int.random(in: 0...5, using: &numbers)).map { _ in number(&numbers) }))
        case .failing: .failing(Failing(sentence: text(&numbers)))
        case .fragment:
            .fragment(
                Fragment(
                    flow: flow, number: number(&numbers), attempt: number(&numbers),
                    first: UInt32.random(in: 0...1 << 30, using: &numbers), isLast: ending == 1, isFailed: ending == 2,
                    elements: (0..<Int.random(in: 0...20, using: &numbers)).map { _ in
                        bytes(Int.random(in: 0...300, using: &numbers), &numbers)
                    }))
        case .acknowledgement:
            .acknowledgement(
                Acknowledgement(
                    flow: flow, first: 7, last: 7 + UInt64.random(in: 0...1 << 40, using: &numbers),
                    attempt: number(&numbers), verdict: verdict(&numbers)))
        case .credit:
            .credit(
                Credit(
                    flow: flow, generation: number(&numbers), bytes: number(&numbers), next: number(&numbers)))
        case .endOfStream:
            .endOfStream(EndOfStream(flow: flow, generation: number(&numbers), next: number(&numbers)))
        case .stop:
            .stop(
                Stop(
                    flow: flow, generation: number(&numbers),
                    reason: .allCases.randomElement(using: &numbers) ?? .limit, number: number(&numbers),
                    sentence: text(&numbers)))
        case .closeFlow: .closeFlow(CloseFlow(flow: flow))
        case .heartbeat: .heartbeat(Heartbeat(count: number(&numbers)))
        case .goodbye:
            .goodbye(
                Goodbye(reason: .allCases.randomElement(using: &numbers) ?? .finished, sentence: text(&numbers)))
        }
    }

    static func encoded(_ frame: Frame) -> [UInt8] {
        var bytes: [UInt8] = []
        FrameEncoder.append(frame, to: &bytes)
        return bytes
    }

    static func bytes(_ count: Int, _ numbers: inout SplitMix) -> Bytes {
        Bytes((0..<count).map { _ in UInt8.random(in: 0...255, using: &numbers) })
    }

    private static func number<Number: FixedWidthInteger & UnsignedInteger>(_ numbers: inout SplitMix) -> Number {
        Bool.random(using: &numbers) ? .random(in: 0...9, using: &numbers) : .random(in: 0 ... .max, using: &numbers)
    }

    private static func text(_ numbers: inout SplitMix) -> String {
        ["", "the plans differ", "größer als 1 MiB", "\u{1F980}:1"].randomElement(using: &numbers) ?? ""
    }

    private static func facts(_ numbers: inout SplitMix) -> MemberFacts {
        let list = (0..<Int.random(in: 0...5, using: &numbers)).map { "10.0.0.\($0):19001" }
        return MemberFacts(
            place: Int.random(in: 0...6, using: &numbers), list: list, epoch: number(&numbers),
            instance: number(&numbers), planHash: text(&numbers))
    }

    private static func verdict(_ numbers: inout SplitMix) -> BatchVerdict {
        let ended: [AckStatus] = [.done, .invalid, .throttled, .unroutable, .timedOut]
        return [
            .taken, .ended(ended.randomElement(using: &numbers) ?? .done), .cut(at: number(&numbers), .partial),
            .cut(at: number(&numbers), .failed),
        ].randomElement(using: &numbers) ?? .taken
    }
}
