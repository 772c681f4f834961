import Connect

extension WireReader {
    /// Reads the fields of a frame.
    mutating func frame(_ kind: Frame.Kind, flags: UInt8) throws(ProtocolError) -> Frame {
        switch kind {
        case .hello: .hello(try hello())
        case .announcement: .announcement(Announcement(facts: try facts()))
        case .ready: .ready(Ready(epoch: try number()))
        case .refusal:
            .refusal(Refusal(reason: try value(Refusal.Reason.self), sentence: try text(), epoch: try number()))
        case .listRequest: .listRequest(ListRequest(kind: try value(ListRequest.Kind.self), list: try list()))
        case .listAnswer: .listAnswer(try answer())
        case .openFlow: .openFlow(OpenFlow(flow: try flow(), generation: try number(), start: try number()))
        case .fragment: .fragment(try fragment(flags: flags))
        case .acknowledgement: .acknowledgement(try acknowledgement())
        case .credit:
            .credit(Credit(flow: try flow(), generation: try number(), bytes: try number(), next: try number()))
        case .endOfStream: .endOfStream(EndOfStream(flow: try flow(), generation: try number(), next: try number()))
        case .stop:
            .stop(
                Stop(
                    flow: try flow(), generation: try number(), reason: try value(Stop.Reason.self),
                    number: try number(), sentence: try text()))
        case .closeFlow: .closeFlow(CloseFlow(flow: try flow()))
        case .heartbeat: .heartbeat(Heartbeat(count: try number()))
        case .goodbye: .goodbye(Goodbye(reason: try value(Goodbye.Reason.self), sentence: try text()))
        case .listChange:
            .listChange(
                ListChange(
                    epoch: try number(), place: try number(), way: try value(ListChange.Way.self), list: try list()))
        case .drained: .drained(try drained())
        case .failing: .failing(Failing(sentence: try text()))
        }
    }

    private mutating func value<Value: RawRepresentable>(_ type: Value.Type) throws(ProtocolError) -> Value
    where Value.RawValue: FixedWidthInteger & UnsignedInteger {
        let raw = try number(Value.RawValue.self)
        guard let value = Value(rawValue: raw) else {
            throw ProtocolError(.malformed, "\(raw) is none of the values of \(type)")
        }
        return value
    }

    private mutating func hello() throws(ProtocolError) -> Hello {
        guard try number(UInt64.self) == Hello.magic else {
            throw ProtocolError(.notAPeer, "the first frame is not that of a peer: this port is for peers only")
        }
        let version = try number(UInt16.self)
        guard version == Hello.currentVersion else {
            // What follows in a hello of another version is not known; its sender is told by a refusal.
            _ = try take(remaining)
            return Hello(version: version, authentication: .none)
        }
        return Hello(version: version, authentication: try value(Authentication.self))
    }

    private mutating func facts() throws(ProtocolError) -> MemberFacts {
        let place = Int(try number(UInt32.self))
        let epoch = try number(UInt64.self)
        let instance = try number(UInt64.self)
        let planHash = try text()
        let address = try text()
        let list = try list()
        var facts = MemberFacts(place: place, list: list, epoch: epoch, instance: instance, planHash: planHash)
        facts.address = address
        return facts
    }

    private mutating func memberCount() throws(ProtocolError) -> Int {
        let count = Int(try number(UInt16.self))
        guard count <= WireLimits.maximumMembers else {
            throw ProtocolError(
                .malformed, "a list of \(count) members came, at most \(WireLimits.maximumMembers) are allowed")
        }
        return count
    }

    private mutating func list() throws(ProtocolError) -> [String] {
        var list: [String] = []
        for _ in 0..<(try memberCount()) { list.append(try text()) }
        return list
    }

    private mutating func answer() throws(ProtocolError) -> ListAnswer {
        var answer = ListAnswer(
            status: try value(ListAnswer.Status.self), epoch: try number(), place: try number(), sentence: try text(),
            members: [])
        for _ in 0..<(try memberCount()) {
            let address = try text()
            let flag = try number(UInt8.self)
            guard flag <= 1 else { throw ProtocolError(.malformed, "\(flag) does not say whether a member is there") }
            answer.members.append(ListAnswer.Member(address: address, isUp: flag == 1))
        }
        return answer
    }

    private mutating func drained() throws(ProtocolError) -> Drained {
        var drained = Drained(
            epoch: try number(), place: try number(), way: try value(ListChange.Way.self), adopters: [], places: [])
        for _ in 0..<(try memberCount()) { drained.adopters.append(try number()) }
        for _ in 0..<(try memberCount()) { drained.places.append(try number()) }
        return drained
    }

    private mutating func fragment(flags: UInt8) throws(ProtocolError) -> Fragment {
        var fragment = Fragment(
            flow: try flow(), number: try number(), attempt: try number(), first: try number(),
            isLast: flags == FrameDecoder.lastFlag, isFailed: flags == FrameDecoder.failedFlag, elements: [])
        let count = try number(UInt32.self)
        // Each element has a length of four bytes at least: more cannot have been sent.
        guard Int(count) <= remaining / 4, count <= UInt32.max - fragment.first else {
            throw ProtocolError(.malformed, "a fragment claims \(count) elements in \(remaining) bytes")
        }
        fragment.elements.reserveCapacity(Int(count))
        for _ in 0..<count { fragment.elements.append(try take(Int(try number(UInt32.self)))) }
        return fragment
    }

    private mutating func acknowledgement() throws(ProtocolError) -> Acknowledgement {
        let flow = try flow()
        let first = try number(UInt64.self)
        let last = try number(UInt64.self)
        let attempt = try number(UInt32.self)
        let code = try number(UInt8.self)
        guard first <= last, let verdict = BatchVerdict(code: code, ceiling: try number()) else {
            throw ProtocolError(.malformed, "an acknowledgement of \(first) to \(last) with status \(code) came")
        }
        return Acknowledgement(flow: flow, first: first, last: last, attempt: attempt, verdict: verdict)
    }
}
