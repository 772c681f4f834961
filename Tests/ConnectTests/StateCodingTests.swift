import Foundation
import Testing

@testable import Connect

@Suite("The coding of durable states")
struct StateCodingTests {
    private func roundTrip<T: Codable>(_ value: T) throws -> T {
        try StateDecoder().decode(T.self, from: StateEncoder().encode(value))
    }

    @Test("Any state comes back as it was, and its text is one line of JSON", arguments: UInt64(0)..<300)
    func roundTripsAnything(_ seed: UInt64) throws {
        var random = SeededGenerator(state: seed)
        let state = SampleState.random(depth: 6, &random)
        let text = try StateEncoder().encode(state)
        #expect(text.allSatisfy { !$0.isNewline })
        #expect(try StateDecoder().decode(SampleState.self, from: text) == state)
        // Foundation is the judge of whether it is JSON, and of whether other JSON is read.
        #expect(try JSONDecoder().decode(SampleState.self, from: Data(text.utf8)) == state)
        let other = try String(decoding: JSONEncoder().encode(state), as: UTF8.self)
        #expect(try StateDecoder().decode(SampleState.self, from: other) == state)
    }

    @Test("Every double and every float comes back bit by bit")
    func roundTripsFloatingPoint() throws {
        var random = SeededGenerator(state: 1)
        var doubles: [Double] = [
            0, -0.0, 0.1, .pi, 1e21, .leastNonzeroMagnitude, .greatestFiniteMagnitude, .infinity, -.infinity, .nan,
        ]
        doubles += (0..<5000).map { _ in Double(bitPattern: random.next()) }
        for (before, after) in zip(doubles, try roundTrip(doubles)) {
            #expect(before.bitPattern == after.bitPattern || before.isNaN && after.isNaN)
        }
        var floats: [Float] = [0, -0.0, 0.1, .pi, 16_777_216, .leastNonzeroMagnitude, .infinity, -.infinity, .nan]
        floats += (0..<5000).map { _ in Float(bitPattern: UInt32(truncatingIfNeeded: random.next())) }
        for (before, after) in zip(floats, try roundTrip(floats)) {
            #expect(before.bitPattern == after.bitPattern || before.isNaN && after.isNaN)
        }
    }

    @Test("The ends of every integer type come back")
    func roundTripsIntegers() throws {
        func check<T: FixedWidthInteger & Codable>(_ type: T.Type) throws {
            #expect(try roundTrip([T.min, T.max, 0, 1]) == [T.min, T.max, 0, 1])
        }
        try check(Int8.self)
        try check(Int16.self)
        try check(Int32.self)
        try check(Int64.self)
        try check(Int.self)
        try check(UInt8.self)
        try check(UInt16.self)
        try check(UInt32.self)
        try check(UInt64.self)
        try check(UInt.self)
    }

    @Test("Every character comes back, and none breaks the line")
    func roundTripsStrings() throws {
        let scalars =
            (0...0x2100).compactMap { Unicode.Scalar($0) } + ["\u{fffd}", "\u{ffff}", "\u{1f600}", "\u{10ffff}"]
        for scalar in scalars {
            let text = try StateEncoder().encode("a\(scalar)b")
            #expect(text.allSatisfy { !$0.isNewline })
            let back = try StateDecoder().decode(String.self, from: text)
            #expect(Array(back.utf8) == Array("a\(scalar)b".utf8))
        }
        #expect(try roundTrip("\r\n e\u{301} 👨‍👩‍👧 \"\\") == "\r\n e\u{301} 👨‍👩‍👧 \"\\")
    }

    @Test("The text is as expected")
    func writesText() throws {
        func text<T: Encodable>(_ value: T) throws -> String { try StateEncoder().encode(value) }
        #expect(try text(Totals(sum: 1.5, count: 2, last: nil)) == #"{"sum":1.5,"count":2}"#)
        #expect(try text(["b"]) == #"["b"]"#)
        #expect(try text([7: [true, false]]) == #"{"7":[true,false]}"#)
        #expect(try text([[UInt8]()]) == "[[]]")
        #expect(try text([1, nil, 3]) == "[1,null,3]")
        #expect(try text(Double?.none) == "null")
        #expect(try text([Double.nan, .infinity, -.infinity, 1e100, -0.0]) == #"["nan","inf","-inf",1e+100,-0.0]"#)
        #expect(try text("\"\\/\n\r\t\u{0}\u{1f}\u{7f}\u{2028}é") == #""\"\\/\n\r\t\u0000\u001f\u007f\u2028é""#)
        #expect(
            try text(SampleState.pair(.nothing, second: .number(-1)))
                == #"{"pair":{"_0":{"nothing":{}},"second":{"number":{"_0":-1}}}}"#)
        #expect(try text(Nothing()) == "{}")
        #expect(
            try text(HandMade(rows: [[1], []], label: "x")) == #"{"nested":{"label":"x"},"rows":[[1],[]],"none":null}"#)
        #expect(try text(Child(name: "n", age: 3)) == #"{"age":3,"super":{"name":"n"}}"#)
    }

    @Test("Classes, hand-made containers, sets and raw values come back")
    func roundTripsOtherShapes() throws {
        #expect(try roundTrip(Totals(sum: 0.1, count: 3, last: "x")) == Totals(sum: 0.1, count: 3, last: "x"))
        #expect(
            try roundTrip(HandMade(rows: [[1, 2], [], [3]], label: "l"))
                == HandMade(rows: [[1, 2], [], [3]], label: "l"))
        let child = try roundTrip(Child(name: "n", age: 3))
        #expect(child.name == "n" && child.age == 3)
        #expect(try roundTrip(Set(0..<100)) == Set(0..<100))
        #expect(try roundTrip([Mode.fast: 1, .slow: 2]) == [.fast: 1, .slow: 2])
        #expect(try roundTrip(Int?.none) == nil)
        #expect(try roundTrip(Int?.some(3)) == 3)
        #expect(try roundTrip([UInt8](0...255)) == [UInt8](0...255))
        #expect(try roundTrip(["": 1, "a\nb": 2]) == ["": 1, "a\nb": 2])
        let date = Date(timeIntervalSince1970: 1e9 + 0.123)
        #expect(try roundTrip(date) == date)
    }

    @Test(
        "Text that is not JSON is refused, naming the byte",
        arguments: [
            ("", 0), (" ", 1), ("nul", 3), ("nulls", 4), ("True", 0), ("{", 1), ("[", 1), ("[1", 2), ("[1,]", 3),
            ("[,1]", 1),
            ("[1 2]", 3), ("{\"a\"}", 4), ("{\"a\":}", 5), ("{\"a\":1,}", 7), ("{a:1}", 1), ("{\"a\":1,\"a\":2}", 12),
            ("01", 1), ("-", 1), ("+1", 0), ("1.", 2), (".5", 0), ("1e", 2), ("1e+", 3), ("0x10", 1), ("NaN", 0),
            ("- 1", 1),
            ("\"", 1), ("\"a", 2), ("\"\n\"", 1), ("\"\\x\"", 2), ("\"\\u12\"", 5), ("\"\\ud800\"", 7),
            ("\"\\udc00\"", 7),
            ("\"\\ud800\\u0041\"", 13), ("'a'", 0), ("1 1", 2), ("[]]", 2), ("\u{feff}1", 0), ("1\u{a0}", 1),
            ("[1/**/]", 2),
        ]
    )
    func refusesText(_ text: String, _ byte: Int) throws {
        let error = try #require(throws: DecodingError.self) { try StateTextParser.parse(text) }
        guard case .dataCorrupted(let context) = error else { throw error }
        #expect(context.debugDescription.hasSuffix(" at byte \(byte)."), "\(context.debugDescription)")
    }

    @Test("White space and every escape of JSON are read")
    func readsForeignText() throws {
        let text = " {\r\n\t\"a\" : [ 1 , -0 , 2e2 , 0.5E-1 ] , \"\\u0062\\/\\b\\f\\ud83d\\uDE00\" : [ ] } "
        let expected = ["a": [1, 0, 200, 0.05], "b/\u{8}\u{c}\u{1f600}": []]
        #expect(try StateDecoder().decode([String: [Double]].self, from: text) == expected)
    }

    @Test("A state of another type is an error with the path to it")
    func namesPaths() throws {
        func failure<T: Decodable>(_ type: T.Type, _ text: String) throws -> String {
            let error = try #require(throws: DecodingError.self) { try StateDecoder().decode(type, from: text) }
            let (kind, context): (String, DecodingError.Context) =
                switch error {
                case .typeMismatch(let type, let context): ("not \(type)", context)
                case .valueNotFound(let type, let context): ("no \(type)", context)
                case .keyNotFound(let key, let context): ("no key \(key.stringValue)", context)
                case .dataCorrupted(let context): ("corrupted", context)
                @unknown default: throw error
                }
            #expect(context.debugDescription.contains("stored state"))
            return kind + " in /"
                + context.codingPath.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: "/")
        }
        #expect(try failure([Totals].self, #"[{"sum":1,"count":1},{"sum":1}]"#) == "no key count in /1")
        #expect(try failure([Totals].self, #"[{"sum":1,"count":"1"}]"#) == "not Int in /0/count")
        #expect(try failure([String: [Int]].self, #"{"a":[1,null]}"#) == "no Int in /a/1")
        #expect(try failure([String: [Int]].self, #"{"a":{}}"#) == "not Array<StateTree> in /a")
        #expect(try failure([Int8].self, "[127,128]") == "corrupted in /1")
        #expect(try failure([UInt].self, "[-1]") == "corrupted in /0")
        #expect(try failure([Int].self, "[1.0]") == "corrupted in /0")
        #expect(try failure([Double].self, "[1e999]") == "corrupted in /0")
        #expect(try failure([Float].self, "[1e39]") == "corrupted in /0")
        #expect(try failure([Double].self, #"["Inf"]"#) == "not Double in /0")
        #expect(try failure([Bool].self, "[0]") == "not Bool in /0")
        #expect(try failure(String.self, "true") == "not String in /")
        #expect(
            try failure(HandMade.self, #"{"nested":{"label":"x"},"rows":[[1],2]}"#) == "not Array<StateTree> in /rows/1"
        )
        #expect(try failure(Pair.self, "[1]") == "no Int in /1")
        #expect(try failure(Child.self, #"{"age":1}"#) == "no key super in /")
        let twoCases = #"{"nothing":{},"number":{"_0":1}}"#
        #expect(throws: DecodingError.self) { try StateDecoder().decode(SampleState.self, from: twoCases) }
    }

    @Test("What is deeper than the limit is neither written nor read")
    func limitsDepth() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(try StateEncoder().encode(StateDecoder().decode(Nested.self, from: nested(64))) == nested(64))
        #expect(throws: DecodingError.self) { try StateDecoder().decode(Nested.self, from: nested(65)) }
        #expect(throws: DecodingError.self) {
            try StateTextParser.parse(String(repeating: "{\"a\":[", count: 1_000_000))
        }

        #expect(try StateEncoder().encode(Nested(depth: 64)) == nested(64))
        #expect(throws: EncodingError.self) { try StateEncoder().encode(Nested(depth: 65)) }
        #expect(throws: EncodingError.self) { try StateEncoder().encode(Nested(depth: 1000)) }
    }

    @Test("Two things encoded in one place are an error, not a lost state")
    func refusesConflicts() {
        #expect(throws: EncodingError.self) { try StateEncoder().encode(Conflict(first: .value, second: .value)) }
        #expect(throws: EncodingError.self) { try StateEncoder().encode(Conflict(first: .value, second: .array)) }
        #expect(throws: EncodingError.self) { try StateEncoder().encode([Conflict(first: .array, second: .object)]) }
        #expect(throws: Never.self) { try StateEncoder().encode(Conflict(first: .object, second: .object)) }
    }

    @Test("Damaged text never does harm")
    func survivesDamage() throws {
        var random = SeededGenerator(state: 99)
        var accepted = 0
        for _ in 0..<3000 {
            var bytes = Array(try StateEncoder().encode(SampleState.random(depth: 3, &random)).utf8)
            for _ in 0...Int.random(in: 0..<2, using: &random) {
                let index = Int.random(in: bytes.indices, using: &random)
                bytes[index] = UInt8.random(in: 0x09..<0x7f, using: &random)
            }
            let text = String(decoding: bytes, as: UTF8.self)
            if let tree = try? StateTextParser.parse(text) {
                accepted += 1
                var writer = StateTextWriter()
                writer.write(tree)
                #expect(try StateTextParser.parse(writer.text) == tree)
            }
            _ = try? StateDecoder().decode(SampleState.self, from: text)
        }
        #expect(accepted > 0)
    }
}
