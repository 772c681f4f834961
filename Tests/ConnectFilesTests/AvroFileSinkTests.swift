import ConnectAvroFiles
import Synchronization
import Testing

@testable import Connect
@testable import ConnectAvro
@testable import ConnectFiles

@Suite("Container files of Avro as a sink")
struct AvroFileSinkTests {
    private static let count = 24

    private static func schema(_ type: String = "long") throws -> AvroSchema {
        try AvroSchema(
            parsing:
                #"{"type":"record","name":"R","fields":[{"name":"n","type":"\#(type)"},{"name":"s","type":"string"}]}"#)
    }

    private static func datum(_ number: Int, _ schema: AvroSchema) throws -> AvroBinary {
        try AvroBinary(
            encoding: .record([AvroMember("n", .int(Int32(number))), AvroMember("s", .string("record \(number)"))]),
            schema: schema)
    }

    private static func batch(_ range: Range<Int>, _ schema: AvroSchema) throws -> Batch<AvroBinary> {
        var batch = Batch<AvroBinary>(capacity: max(1, range.count))
        for number in range { batch.append(try datum(number, schema)) }
        return batch
    }

    private static func write(
        _ range: Range<Int>, to writer: inout AvroFileSinkWriter, _ schema: AvroSchema
    ) throws {
        try writer.write(batch(range, schema), SinkAcknowledgement(token: nil, origins: ElementOrigins()))
    }

    /// The numbers in a container file; what follows behind the last whole block does not count.
    private static func numbers(_ bytes: [UInt8]) throws -> [Int] {
        let stream = AvroFileStream(goal: 0, recovers: false, limits: AvroLimits())
        stream.append(Bytes(bytes))
        var data: [AvroBinary] = []
        while try stream.give({ block, _ in while let datum = block.next() { data.append(datum) } }) {}
        return try data.compactMap { datum in
            guard case .long(let number)? = try datum.decode()["n"] else { return nil }
            return Int(number)
        }
    }

    private static func bytes(_ path: FilePath, _ files: MemoryFileSystem) -> [UInt8] {
        files.state.withLock { state in state.names[path].flatMap { state.nodes[$0] }?.data ?? [] }
    }

    /// The numbers in all files of the output that have blocks.
    private static func output(_ files: MemoryFileSystem, rolled: Bool) throws -> [Int] {
        try files.fileNames
            .filter { rolled ? $0.bytes.starts(with: Array("out.0".utf8)) : $0 == "out" }
            .flatMap { try numbers(bytes($0, files)) }
    }

    private static func sink(
        _ files: MemoryFileSystem, _ codec: AvroCodec = .null, mode: FileSink.Mode = .append, roll: RollPolicy? = nil,
        delivery: FileSink.Delivery = .atLeastOnce, schema: AvroSchema? = nil
    ) throws -> AvroFileSink {
        try AvroFileSink(
            FileSink("out", mode: mode, roll: roll, delivery: delivery, fileSystem: files),
            schema: schema ?? Self.schema(), codec: codec, blockBytes: 50)
    }

    @Test(
        "A file is made, gone on with and replaced, whatever the codec",
        arguments: [AvroCodec.null, .deflate(), .zstandard()])
    func modes(_ codec: AvroCodec) throws {
        let files = MemoryFileSystem()
        let schema = try Self.schema()
        for start in [0, 10] {
            var writer = try Self.sink(files, codec).opened()
            try Self.write(start..<(start + 10), to: &writer, schema)
            try writer.flush()
            try writer.close(succeeded: true)
        }
        #expect(try Self.output(files, rolled: false) == Array(0..<20))
        var failing = try Self.sink(files, codec, mode: .replace).opened()
        try Self.write(5..<7, to: &failing, schema)
        try failing.close(succeeded: false)
        #expect(try Self.output(files, rolled: false) == Array(0..<20))
        var replacing = try Self.sink(files, codec, mode: .replace).opened()
        try Self.write(5..<7, to: &replacing, schema)
        try replacing.close(succeeded: true)
        #expect(try Self.output(files, rolled: false) == [5, 6])
        #expect(connectorError { _ = try Self.sink(files, mode: .create).opened() }?.code == .configuration)
    }

    @Test("Data of other schemas are projected to that of the file")
    func projects() throws {
        let files = MemoryFileSystem()
        var writer = try Self.sink(files).opened()
        try Self.write(0..<5, to: &writer, Self.schema("int"))
        try writer.close(succeeded: true)
        #expect(try Self.output(files, rolled: false) == Array(0..<5))
        #expect(throws: CoderError.self) { try Self.write(0..<1, to: &writer, AvroSchema(parsing: "\"int\"")) }
    }

    @Test("What is no container file, or one of another schema or codec, is left alone")
    func refuses() throws {
        let files = MemoryFileSystem()
        files.put("out", "some text")
        #expect(connectorError { _ = try Self.sink(files).opened() }?.message.contains("no container file") == true)
        #expect(files.contents(of: "out") == "some text")
        let other = MemoryFileSystem()
        var writer = try Self.sink(other).opened()
        try Self.write(0..<3, to: &writer, Self.schema())
        try writer.close(succeeded: true)
        for sink in [try Self.sink(other, .deflate()), try Self.sink(other, schema: Self.schema("double"))] {
            #expect(connectorError { _ = try sink.opened() }?.message.contains("another schema or codec") == true)
        }
        #expect(
            connectorError { _ = try Self.sink(other, roll: RollPolicy(count: 3)).makeWriter() }?.code == .configuration
        )
        #expect(try Self.output(other, rolled: false) == Array(0..<3))
    }

    private static let rolls: [RollPolicy?] = [nil, RollPolicy(bytes: 260)]

    /// Writes from a number on, and notes up to which all were confirmed.
    private static func run(_ files: MemoryFileSystem, _ roll: RollPolicy?, _ confirmed: inout Int) throws {
        var writer = try sink(files, roll: roll).opened()
        let schema = try schema()
        while confirmed < count {
            let end = min(count, confirmed + 5)
            try write(confirmed..<end, to: &writer, schema)
            try writer.flush()
            confirmed = end
        }
        try writer.close(succeeded: true)
    }

    // S-ACK-6: what a crash has left of a block is cut off; none that was confirmed is lost.
    @Test("After a crash at any change all files are whole, and nothing that was confirmed is lost", arguments: rolls)
    func crashes(_ roll: RollPolicy?) throws {
        var number = 0
        var isWhole = false
        while !isWhole {
            let files = MemoryFileSystem()
            files.crash(at: number)
            var confirmed = 0
            isWhole = (try? Self.run(files, roll, &confirmed)) != nil
            for crash in [MemoryFileSystem.Crash.durable, .everything] + (0..<4).map({ .some(seed: $0) }) {
                let second = files.afterCrash(crash)
                var start = confirmed
                try Self.run(second, roll, &start)
                let found = try Self.output(second, rolled: roll != nil)
                #expect(Set(found) == Set(0..<Self.count), "change \(number), \(crash)")
            }
            number += 1
        }
        #expect(number > 8)
    }

    /// Writes what the positions say is missing, in batches of the source that are written in parts.
    private static func runOnce(_ files: MemoryFileSystem, _ roll: RollPolicy?, _ random: inout SeededGenerator) throws
    {
        let schema = try schema()
        var writer = try sink(files, roll: roll, delivery: .exactlyOnce).opened()
        let positions = try #require(try writer.restoredPositions())
        var start = Int(positions.first?.offset ?? 0)
        let found = try output(files, rolled: roll != nil)
        #expect(found == Array(0..<start))
        func position(_ offset: Int) -> [Position] { [Position(partition: "list", offset: Int64(offset))] }
        var boundary: Int?
        while start < count {
            let end = min(count, start + Int.random(in: 1...7, using: &random))
            writer.markBoundary()
            boundary = start
            var next = start
            while next < end {
                let part = Int.random(in: (next + 1)...end, using: &random)
                try write(next..<part, to: &writer, schema)
                next = part
                guard Int.random(in: 0..<3, using: &random) == 0 else { continue }
                try writer.flush()
                if let boundary { try writer.store(position(boundary)) }
            }
            start = end
        }
        writer.markBoundary()
        try writer.flush()
        try writer.store(position(start))
        try writer.close(succeeded: true)
    }

    // S-ACK-6: every change is followed by a crash, and the next run by another one.
    @Test("After any two crashes every record is there once", arguments: rolls, [1, 2] as [UInt64])
    func crashesOnce(_ roll: RollPolicy?, _ seed: UInt64) throws {
        var number = 0
        var isWhole = false
        while !isWhole {
            let files = MemoryFileSystem()
            files.crash(at: number)
            var random = SeededGenerator(seed: seed)
            isWhole = (try? Self.runOnce(files, roll, &random)) != nil
            for crash in [MemoryFileSystem.Crash.durable, .everything, .some(seed: seed)] {
                let second = files.afterCrash(crash)
                second.crash(at: Int.random(in: 0...40, using: &random))
                _ = try? Self.runOnce(second, roll, &random)
                let third = second.afterCrash(crash)
                try Self.runOnce(third, roll, &random)
                #expect(
                    try Self.output(third, rolled: roll != nil) == Array(0..<Self.count),
                    "seed \(seed), change \(number), \(crash)")
            }
            number += 1
        }
        #expect(number > 8)
    }
}
