import Connect

/// One container file, of which pieces come in and data go out.
final class AvroFileStream {
    private enum Phase {
        /// The four bytes at the beginning.
        case magic
        /// The head of a block of metadata.
        case metadata
        /// So many entries of it.
        case entries(Int)
        /// The mark behind the metadata.
        case mark
        /// A block of data.
        case block
        /// Searches for the mark.
        case lost
    }

    private let goal: Int64
    private let recovers: Bool
    private let limits: AvroLimits
    private var phase = Phase.magic

    /// What has come in and is not taken yet begins at `start`, which is byte `offset` of the file.
    private var input: [UInt8] = []
    private var start = 0
    private var offset: Int64 = 0

    private var schemaText: Bytes?
    private var codec = AvroCodec.null
    private var headerBytes = 0
    private var sync: [UInt8] = []
    private var program: AvroProgram?
    private var unpacker = AvroPacker.none

    /// The block whose data are given out, and where in the file it begins.
    private var block: AvroBlock?
    private var blockOffset: Int64 = 0
    /// The number of the next datum.
    private(set) var number: Int64 = 0

    init(goal: Int64, recovers: Bool, limits: AvroLimits) {
        self.goal = goal
        self.recovers = recovers
        self.limits = limits
    }

    /// Where the next piece must begin.
    var end: Int64 { offset + Int64(input.count - start) }

    func append(_ bytes: Bytes) {
        if start > 0, start * 2 >= input.count {
            input.removeFirst(start)
            start = 0
        }
        bytes.withUnsafeBytes { input.append(contentsOf: $0) }
    }

    /// Lets a closure take the next data.
    ///
    /// - Parameter body: takes data of a block, of which the first has a number
    /// - Returns: false where more must come first, and nothing was taken
    /// - Throws: at what is damaged, when the data before it were taken
    func give(_ body: (inout AvroBlockReader, Int64) -> Void) throws(CoderError) -> Bool {
        while true {
            while var current = block {
                let isGiven = give(&current, body)
                // What follows in a block behind what is damaged cannot be told apart.
                let isLost = current.fault != nil && recovers
                block = current.left == 0 || isLost ? nil : current
                if let fault = current.fault, !recovers { throw failure(fault, current.program) }
                if isGiven || block != nil { return true }
            }
            guard try step() else { return false }
        }
    }

    /// Lets a closure take data of a block, behind those that were done before.
    ///
    /// - Returns: whether it has taken any
    private func give(_ block: inout AvroBlock, _ body: (inout AvroBlockReader, Int64) -> Void) -> Bool {
        var first = number
        block.read { reader in
            while number < goal, reader.pass() { number += 1 }
            first = number
            let left = reader.left
            if number >= goal, left > 0 { body(&reader, first) }
            number += Int64(left - reader.left)
        }
        return number > first
    }

    /// Passes over a block that will not come whole, where that was asked for.
    ///
    /// - Returns: whether there may be more data behind it
    func giveUp() -> Bool {
        guard recovers, case .block = phase, start < input.count else { return false }
        take(1)
        phase = .lost
        return true
    }

    /// Says that nothing more comes.
    func finish() throws(CoderError) {
        if case .block = phase, start == input.count {
            if number < goal {
                throw error(
                    .truncated,
                    "it ends after \(number) data, but should go on behind \(goal), where an earlier run has come to; it was "
                        + "replaced or cut since: restore it, or reset the checkpoint")
            }
            return
        }
        if recovers, program != nil { return }
        throw error(.truncated, offset == 0 && input.isEmpty ? "there is nothing" : "the file ends in the middle")
    }

    private func error(_ code: CoderError.Code, _ message: String) -> CoderError {
        CoderError(code, coder: AvroError.coder, offset: offset, message)
    }

    private func take(_ count: Int) {
        start += count
        offset += Int64(count)
    }

    /// A number at a place behind the start; nil where more must come first.
    private func long(_ place: inout Int) throws(CoderError) -> Int64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while start + place < input.count {
            let byte = input[start + place]
            place += 1
            if shift == 63, byte > 1 { throw error(.malformed, "a number has more than 64 bits") }
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1) }
            shift += 7
        }
        return nil
    }

    /// A run of bytes behind its length; nil where more must come first.
    private func run(_ place: inout Int) throws(CoderError) -> ArraySlice<UInt8>? {
        guard let length = try long(&place) else { return nil }
        guard length >= 0, length <= Int64(limits.schemaBytes) else {
            throw error(.limitExceeded, "metadata have \(length) bytes, but may have \(limits.schemaBytes)")
        }
        guard input.count - start - place >= Int(length) else { return nil }
        let from = start + place
        place += Int(length)
        return input[from..<(from + Int(length))]
    }

    /// Does the next step.
    ///
    /// - Returns: whether there was enough for it
    private func step() throws(CoderError) -> Bool {
        let count = input.count - start
        switch phase {
        case .magic:
            guard input[start...].prefix(4).elementsEqual(AvroFileWriter.magic.prefix(count)) else {
                throw error(.malformed, "it is no container file of Avro, which begins with Obj and 01")
            }
            guard count >= 4 else { return false }
            take(4)
            phase = .metadata
        case .metadata:
            var place = 0
            guard var entries = try long(&place) else { return false }
            if entries < 0 {
                guard entries != .min, try long(&place) != nil else { return false }
                entries = -entries
            }
            take(place)
            // Each takes two bytes at least, and all together are limited.
            guard entries <= Int64(limits.schemaBytes) else {
                throw error(.limitExceeded, "there are too many metadata")
            }
            phase = entries == 0 ? .mark : .entries(Int(entries))
        case .entries(let left): return try entry(left)
        case .mark:
            guard count >= AvroFileWriter.syncBytes else { return false }
            sync = Array(input[start..<(start + AvroFileWriter.syncBytes)])
            take(AvroFileWriter.syncBytes)
            guard let schemaText else { throw error(.malformed, "the header has no avro.schema") }
            do {
                program = try AvroSchemaTable.shared.program(schemaText, limits, check: AvroCheck(limits))
            } catch {
                throw (error as? CoderError) ?? self.error(.malformed, "the schema cannot be read")
            }
            unpacker = try .unpacking(codec)
            phase = .block
        case .block:
            do throws(CoderError) {
                return try beginBlock()
            } catch {
                guard recovers else { throw error }
                take(1)
                phase = .lost
            }
        case .lost: return search()
        }
        return true
    }

    private func entry(_ left: Int) throws(CoderError) -> Bool {
        var place = 0
        guard let name = try run(&place), let value = try run(&place) else { return false }
        switch String(decoding: name, as: UTF8.self) {
        case "avro.schema": schemaText = Bytes(value)
        case "avro.codec":
            let word = String(decoding: value, as: UTF8.self)
            guard let known = AvroCodec(name: word) else {
                throw error(
                    .malformed,
                    "the codec \(AvroError.quoted(word)) is not known; \(AvroCodec.names.joined(separator: ", ")) are")
            }
            codec = known
        default: break
        }
        headerBytes += place
        guard headerBytes <= 2 * limits.schemaBytes else { throw error(.limitExceeded, "the metadata are too large") }
        take(place)
        phase = left == 1 ? .metadata : .entries(left - 1)
        return true
    }

    /// Begins a block that has come whole.
    private func beginBlock() throws(CoderError) -> Bool {
        var place = 0
        guard let count = try long(&place), let size = try long(&place) else { return false }
        guard count >= 0, size >= 0 else { throw error(.malformed, "a block has a negative count or size") }
        guard size <= Int64(limits.bytes), count <= Int64(limits.elements) else {
            throw error(
                .limitExceeded, "a block has \(count) data in \(size) bytes, which is more than the limits allow")
        }
        let from = start + place
        let end = from + Int(size)
        guard input.count >= end + AvroFileWriter.syncBytes else { return false }
        guard input[end..<(end + AvroFileWriter.syncBytes)].elementsEqual(sync) else {
            throw error(.malformed, "the block does not end with the mark of the file")
        }
        if number + count <= goal, !recovers {
            // Done before: it need not be unpacked. Of damaged blocks it is not known how many data were given.
            number += count
        } else {
            // Behind the whole block it stands then, but errors are those of its beginning.
            let packed = input.withUnsafeBytes { Bytes(copying: UnsafeRawBufferPointer(rebasing: $0[from..<end])) }
            let data = try unpacker.unpacked(packed, limit: limits.bytes)
            blockOffset = offset
            if count == 0, !data.isEmpty { throw error(.malformed, "a block without data has bytes") }
            block = program.map { AvroBlock(program: $0, data: data, count: Int(count), limits: limits) }
        }
        take(end + AvroFileWriter.syncBytes - start)
        return true
    }

    /// The error for a datum that is none.
    private func failure(_ fault: AvroFault, _ program: AvroProgram) -> CoderError {
        if fault.kind == .trailing {
            return CoderError(
                .malformed, coder: AvroError.coder, offset: blockOffset,
                "the block that begins here has more bytes than its data")
        }
        let inner = fault.error(program)
        return CoderError(
            inner.code == .truncated ? .malformed : inner.code, coder: AvroError.coder, offset: blockOffset,
            "datum \(number), in the block that begins here: \(inner.message)")
    }

    /// Searches for the mark.
    ///
    /// - Returns: whether it was found; else all but what may be its beginning was passed over
    private func search() -> Bool {
        var index = start
        while index + AvroFileWriter.syncBytes <= input.count {
            guard let found = input[index...].firstIndex(of: sync[0]), found + AvroFileWriter.syncBytes <= input.count
            else { break }
            if input[found..<(found + AvroFileWriter.syncBytes)].elementsEqual(sync) {
                take(found + AvroFileWriter.syncBytes - start)
                phase = .block
                return true
            }
            index = found + 1
        }
        take(max(0, input.count - AvroFileWriter.syncBytes + 1 - start))
        return false
    }
}
