import CConnectSIMDJSON
import Connect

/// Where the values of a parsed document stand; `CConnectSIMDJSON.h` says how its words are to be read.
///
/// It is a view that lives as long as the closure that gets it. An index names the word of a value.
struct JSONTape {
    let words: UnsafePointer<UInt64>
    let text: UnsafeRawBufferPointer

    /// What a value is.
    @inline(__always)
    func kind(_ index: Int) -> JSONKind {
        switch words[index] >> 61 {
        case UInt64(CONNECT_JSON_OBJECT): .object
        case UInt64(CONNECT_JSON_ARRAY): .array
        case UInt64(CONNECT_JSON_STRING): .string
        case UInt64(CONNECT_JSON_NUMBER): .number
        case UInt64(CONNECT_JSON_NULL): .null
        default: .boolean
        }
    }

    @inline(__always)
    func isObject(_ index: Int) -> Bool { words[index] >> 61 == UInt64(CONNECT_JSON_OBJECT) }

    @inline(__always)
    func isContainer(_ index: Int) -> Bool { words[index] >> 61 <= UInt64(CONNECT_JSON_ARRAY) }

    @inline(__always)
    func isTrue(_ index: Int) -> Bool { words[index] >> 61 == UInt64(CONNECT_JSON_TRUE) }

    /// Where a value begins in the text.
    @inline(__always)
    func start(_ index: Int) -> Int { Int(UInt32(truncatingIfNeeded: words[index])) }

    @inline(__always)
    private func field(_ index: Int) -> Int { Int(words[index] >> 32 & 0x0FFF_FFFF) }

    /// Where the text of a value ends.
    @inline(__always)
    func end(_ index: Int) -> Int {
        isContainer(index) ? Int(UInt32(truncatingIfNeeded: words[index + 1])) : start(index) + field(index)
    }

    /// The index of the word behind a value and all that it holds.
    @inline(__always)
    func next(_ index: Int) -> Int { isContainer(index) ? field(index) : index + 1 }

    /// How many elements or members an array or object has.
    @inline(__always)
    func count(_ index: Int) -> Int { Int(words[index + 1] >> 32) }

    /// Whether a string or name has escapes.
    @inline(__always)
    func hasEscapes(_ index: Int) -> Bool { words[index] >> 60 & 1 == 1 }

    /// The text of a value as it is written.
    @inline(__always)
    func bytes(_ index: Int) -> UnsafeRawBufferPointer { range(start(index), end(index)) }

    /// What stands between the quotes of a string or name, as it is written.
    @inline(__always)
    func content(_ index: Int) -> UnsafeRawBufferPointer { range(start(index) + 1, start(index) + field(index) - 1) }

    /// A part of the text.
    @inline(__always)
    func range(_ start: Int, _ end: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: text[start..<end])
    }

    /// Whether a string or name says certain bytes of UTF-8.
    @inline(__always)
    func says(_ index: Int, _ wanted: UnsafeRawBufferPointer) -> Bool {
        let content = content(index)
        if hasEscapes(index) { return JSONString.content(of: content).elementsEqual(wanted) }
        return JSONString.areEqual(content, wanted)
    }

    /// The value of an object's member; of several with the name the last.
    func member(_ name: UnsafeRawBufferPointer, of object: Int) -> Int? {
        var found: Int?
        var index = object + 2
        let end = next(object)
        while index < end {
            if says(index, name) { found = index + 1 }
            index = next(index + 1)
        }
        return found
    }

    /// An element of an array.
    func element(_ place: Int, of array: Int) -> Int? {
        guard place >= 0, place < count(array) else { return nil }
        var index = array + 2
        for _ in 0..<place { index = next(index) }
        return index
    }

    /// The value at a path below a value; nil where there is none.
    func value(at path: JSONPath, from start: Int = 0) -> Int? {
        var index = start
        for step in path.steps {
            let found: Int?
            switch step {
            case .name(let name):
                found = isObject(index) ? name.withUnsafeBytes { member($0, of: index) } : nil
            case .index(let place): found = kind(index) == .array ? element(place, of: index) : nil
            }
            guard let found else { return nil }
            index = found
        }
        return index
    }
}
