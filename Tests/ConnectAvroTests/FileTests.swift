import Connect
import ConnectTesting
import ProcessSupport
import Testing

@testable import ConnectAvro

@Suite("Container files of Avro")
struct AvroFileTests {
    private static let codecs = [AvroCodec.null, .deflate(), .zstandard(), .bzip2(), .snappy, .xz(), .lzma]
    private static let schemaText =
        #"{"type": "record", "name": "R", "fields": [{"name": "n", "type": "long"}, {"name": "s", "type": "string"}]}"#

    private static func data(_ count: Int) throws -> [AvroBinary] {
        let schema = try AvroSchema(parsing: schemaText)
        return try (0..<count).map { number in
            try AvroBinary(
                encoding: .record([
                    AvroMember("n", .long(Int64(number))),
                    AvroMember("s", .string(String(repeating: "x", count: number % 37))),
                ]), schema: schema)
        }
    }

    private static func file(_ data: [AvroBinary], _ codec: AvroCodec, blockBytes: Int = 200) throws -> [UInt8] {
        var writer = try AvroFileWriter(
            schema: AvroSchema(parsing: schemaText), codec: codec, metadata: ["who": "test"],
            sync: Bytes((0..<16).map { UInt8($0 * 7) }), blockBytes: blockBytes)
        var bytes = Array(writer.header)
        for datum in data { if let block = try writer.append(datum) { bytes += Array(block) } }
        if let block = try writer.flush() { bytes += Array(block) }
        return bytes
    }

    /// What one stream gives, from a number on; and the error it ends with. So many data are taken at once.
    private static func read(
        _ bytes: [UInt8], pieces: Int = .max, atOnce: Int = 3, from goal: Int64 = 0, recovers: Bool = false,
        limits: AvroLimits = AvroLimits()
    ) -> (data: [AvroBinary], numbers: [Int64], error: CoderError?) {
        let stream = AvroFileStream(goal: goal, recovers: recovers, limits: limits)
        var data: [AvroBinary] = []
        var numbers: [Int64] = []
        var place = 0
        func take(from block: inout AvroBlockReader, _ first: Int64) {
            for number in first..<(first + Int64(atOnce)) {
                guard let datum = block.next() else { return }
                data.append(datum)
                numbers.append(number)
            }
        }
        do throws(CoderError) {
            repeat {
                let next = min(bytes.count, pieces == .max ? bytes.count : place + pieces)
                stream.append(Bytes(bytes[place..<next]))
                place = next
                repeat {
                    while try stream.give({ take(from: &$0, $1) }) {}
                } while place == bytes.count && stream.giveUp()
            } while place < bytes.count
            try stream.finish()
            return (data, numbers, nil)
        } catch {
            return (data, numbers, error)
        }
    }

    @Test(
        "What was written is read, whatever the codec and wherever the bytes are cut",
        arguments: codecs)
    func roundTrips(_ codec: AvroCodec) throws {
        let data = try Self.data(300)
        for blockBytes in [1, 200, 1 << 20] {
            let file = try Self.file(data, codec, blockBytes: blockBytes)
            for (pieces, atOnce) in [(1, 3), (7, 1), (4096, 1000), (.max, 2)] {
                let result = Self.read(file, pieces: pieces, atOnce: atOnce)
                #expect(result.error == nil)
                #expect(result.data == data)
                #expect(result.numbers == (0..<300).map { Int64($0) })
            }
        }
        #expect(try Self.read(Self.file([], codec)).data.isEmpty)
        #expect(try Self.read(Self.file([], codec)).error == nil)
    }

    @Test(
        "Reading goes on at any datum, and says where the file is too short for it",
        arguments: codecs)
    func resuming(_ codec: AvroCodec) throws {
        let data = try Self.data(100)
        let file = try Self.file(data, codec)
        for goal in 0...100 {
            let result = Self.read(file, pieces: 50, from: Int64(goal))
            #expect(result.error == nil)
            #expect(result.data == Array(data[goal...]))
            #expect(result.numbers.first == (goal == 100 ? nil : Int64(goal)))
        }
        #expect(Self.read(file, from: 101).error?.code == .truncated)
    }

    @Test("A file that was cut anywhere but between blocks is told, after the data before it")
    func cutFiles() throws {
        let data = try Self.data(40)
        let file = try Self.file(data, .null)
        var whole = 0
        for end in 0..<file.count {
            let result = Self.read(Array(file[..<end]))
            #expect(result.data == Array(data.prefix(result.data.count)))
            if result.error == nil { whole += 1 } else { #expect(result.error?.code == .truncated, "at \(end)") }
        }
        // Behind the header and behind each block but the last.
        #expect(whole > 2 && whole < 20)
    }

    @Test("What is wrong is refused")
    func wrongFiles() throws {
        let data = try Self.data(20)
        let file = try Self.file(data, .null)
        #expect(Self.read(Array("Obj\u{2}".utf8)).error?.code == .malformed)
        var wrongMark = file
        wrongMark[file.count - 1] ^= 1
        #expect(Self.read(wrongMark).error?.message.contains("mark") == true)
        var codec = file
        if let place = codec.firstRange(of: Array("null".utf8)) {
            codec.replaceSubrange(place, with: Array("nuII".utf8))
        }
        #expect(Self.read(codec).error?.message.contains("codec \"nuII\"") == true)
        let large = try AvroBinary(
            encoding: .record([
                AvroMember("n", .long(1)), AvroMember("s", .string(String(repeating: "x", count: 1_000_000))),
            ]), schema: AvroSchema(parsing: Self.schemaText))
        for codec in Self.codecs.dropFirst() {
            let bomb = try Self.file([large], codec)
            #expect(bomb.count < 60_000)
            #expect(Self.read(bomb, limits: AvroLimits(bytes: 100_000)).error?.code == .limitExceeded)
            #expect(Self.read(bomb).data == [large])
        }
        #expect(throws: CoderError.self) {
            try AvroFileWriter(schema: AvroSchema(parsing: "\"int\""), sync: Bytes([1]))
        }
        #expect(throws: CoderError.self) {
            try AvroFileWriter(schema: AvroSchema(parsing: "\"int\""), metadata: ["avro.x": Bytes()])
        }
    }

    @Test(
        "Damaged blocks are passed over where that is asked for, and reading goes on as before",
        arguments: codecs)
    func recovery(_ codec: AvroCodec) throws {
        let data = try Self.data(200)
        let file = try Self.file(data, codec)
        let head = try Self.file([], codec).count
        var recovered = 0
        for seed in seeds(40) {
            var random = SplitMix(seed: seed)
            var damaged = file
            for _ in 0...random.below(3) {
                damaged[head + random.below(file.count - head)] ^= UInt8(1 << random.below(8))
            }
            let result = Self.read(damaged, pieces: 64, recovers: true)
            #expect(result.error == nil, "seed \(seed)")
            if result.data.count > 150 { recovered += 1 }
            for goal in [1, 50, 120] where goal < result.data.count {
                let rest = Self.read(damaged, from: Int64(goal), recovers: true)
                #expect(rest.data == Array(result.data[goal...]), "seed \(seed)")
            }
        }
        #expect(recovered > 0)
    }

    @Test("Whatever is done to a file, nothing crashes")
    func mutations() throws {
        let files = try Self.codecs.map { try Self.file(Self.data(30), $0) }
        for seed in seeds(2000) {
            var random = SplitMix(seed: seed)
            var file = files[random.below(files.count)]
            for _ in 0...random.below(4) {
                let place = random.below(file.count)
                switch random.below(4) {
                case 0: file.remove(at: place)
                case 1: file[place] ^= UInt8(1 << random.below(8))
                case 2: file.insert(UInt8(random.below(256)), at: place)
                default: file.replaceSubrange(place..<place, with: Array(repeating: 0xFF, count: 9) + [0x01])
                }
            }
            let limits = AvroLimits(bytes: 1 << 20, elements: 10_000)
            for recovers in [false, true] {
                let result = Self.read(file, pieces: 100, recovers: recovers, limits: limits)
                for datum in result.data { try datum.validate() }
            }
        }
    }

    private static let program = """
        import sys, io, json, fastavro, avro.datafile, avro.io
        for line in open(sys.argv[1], encoding="utf-8"):
            ours, codec = line.split()
            data = bytes.fromhex(ours)
            fast = list(fastavro.reader(io.BytesIO(data)))
            # The official one knows no xz, and takes snappy from a package that is not there.
            official = fast
            if codec not in ("xz", "snappy"):
                official = list(avro.datafile.DataFileReader(io.BytesIO(data), avro.io.DatumReader()))
            schema = fastavro.reader(io.BytesIO(data)).writer_schema
            back = io.BytesIO()
            fastavro.writer(back, schema, fast, codec=codec, sync_interval=500)
            print("same" if fast == official else "DIFFERS", len(fast), fast[-1]["n"], back.getvalue().hex())
        """

    @Test("Python reads the files that are written here, and here are read those of Python, whatever the codec")
    func judged() async throws {
        let data = try Self.data(500)
        // The one that only libavro has is not known there.
        let codecs = Self.codecs.filter { $0 != .lzma }
        let lines = try codecs.map { [hexadecimal(try Self.file(data, $0)), $0.name] }
        let answers = try await PythonJudge().answers(Self.program, lines)
        try #require(answers.count == codecs.count)
        for (codec, answer) in zip(codecs, answers) {
            let words = answer.split(separator: " ")
            try #require(words.count == 4)
            #expect(words[0...2] == ["same", "500", "499"], "\(codec)")
            let bytes = Array(words[3].utf8)
            let back = stride(from: 0, to: bytes.count, by: 2).compactMap {
                UInt8(String(decoding: bytes[$0..<($0 + 2)], as: UTF8.self), radix: 16)
            }
            let result = Self.read(back, pieces: 1000)
            #expect(result.error == nil, "\(codec)")
            // The schema has another text.
            #expect(result.data.map(\.data) == data.map(\.data), "\(codec)")
        }
    }
}
