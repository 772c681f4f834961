import Connect
import ConnectAvro
import ConnectFiles
import ConnectSchemaRegistryServer
import ConnectTesting
import Foundation
import ProcessSupport
import Testing

@testable import ConnectSchemaRegistry

@Suite("The client of schema registries", .serialized)
struct ClientTests {
    private static let first = #"{"type":"record","name":"org.example.R","fields":[{"name":"n","type":"int"}]}"#
    private static let second =
        #"{"type":"record","name":"org.example.R","fields":[{"name":"n","type":"long"},{"name":"s","type":"string","default":"-"}]}"#

    private static func datum(_ number: Int32, _ schema: AvroSchema) throws -> AvroBinary {
        try AvroBinary(encoding: .record([AvroMember("n", .int(number))]), schema: schema)
    }

    /// Runs something with a registry in memory.
    private func withServer(
        _ server: SchemaRegistryServer? = nil, _ body: (String, SchemaRegistryServer) async throws -> Void
    ) async throws {
        let server = try server ?? SchemaRegistryServer(port: 0)
        let address = try await server.start()
        do {
            try await body(address, server)
        } catch {
            await server.stop()
            throw error
        }
        await server.stop()
    }

    private func client(_ urls: String...) throws -> SchemaRegistryClient {
        var configuration = SchemaRegistryConfiguration()
        configuration.urls = urls
        return try SchemaRegistryClient(configuration)
    }

    @Test("Schemas are registered, found and asked for once")
    func caching() async throws {
        let schema = try AvroSchema(parsing: Self.first)
        var kept: SchemaRegistryClient?
        try await withServer { address, _ in
            let writer = try client(address)
            let number = try writer.number(of: schema, subject: "a/b c-value")
            #expect(number == 1)
            #expect(try writer.number(of: schema, subject: "other", registers: true) == 1)
            let reader = try client(address + "/")
            #expect(try reader.schema(1) == schema)
            #expect(try reader.latest(of: "a/b c-value").number == 1)
            #expect(try reader.number(of: schema, subject: "a/b c-value", registers: false) == 1)
            kept = reader
        }
        // The registry is gone.
        #expect(try kept?.schema(1) == schema)
        #expect(throws: OutageError.self) { try kept?.schema(2) }
    }

    @Test("What the registry refuses is told with its code")
    func refusals() async throws {
        try await withServer { address, _ in
            let client = try client(address)
            func code(_ body: () throws -> Void) -> Int? {
                do {
                    try body()
                } catch let error as SchemaRegistryError {
                    return error.code
                } catch {
                    Issue.record("\(error)")
                }
                return nil
            }
            let schema = try AvroSchema(parsing: Self.first)
            #expect(code { _ = try client.schema(7) } == SchemaRegistryError.schemaNotFound)
            #expect(code { _ = try client.latest(of: "s") } == SchemaRegistryError.subjectNotFound)
            #expect(
                code { _ = try client.number(of: schema, subject: "s", registers: false) }
                    == SchemaRegistryError.subjectNotFound)
            #expect(try client.incompatibility(of: schema, subject: "s") == nil)
            _ = try client.number(of: schema, subject: "s")
            let other = try AvroSchema(parsing: "\"string\"")
            #expect(code { _ = try client.number(of: other, subject: "s") } == 409)
            #expect(
                code { _ = try client.number(of: other, subject: "s", registers: false) }
                    == SchemaRegistryError.schemaNotFound)
            #expect(try client.incompatibility(of: other, subject: "s")?.contains("is not") == true)
            #expect(try client.incompatibility(of: AvroSchema(parsing: Self.second), subject: "s") == nil)
        }
    }

    @Test("Several addresses are tried in turn; one that is no registry does not pass for one")
    func addresses() async throws {
        let dead = try FreePorts.draw(1)[0]
        try await withServer { address, _ in
            let client = try client("http://127.0.0.1:\(dead)", address)
            #expect(try client.number(of: AvroSchema(parsing: Self.first), subject: "s") == 1)
            // That there is no such path is no verdict on a schema.
            let lost = try self.client(address + "/elsewhere")
            let error = #expect(throws: OutageError.self) { try lost.schema(1) }
            #expect(error?.mayPass == false)
        }
        for url in [
            "localhost:8081", "ftp://x", "http://", "http://a:b@host", "http://host:0", "http://host?x",
            "http://host:x",
        ] {
            #expect(throws: ConnectorError.self, "\(url)") { try client(url) }
        }
        #expect(throws: ConnectorError.self) { try SchemaRegistryClient(SchemaRegistryConfiguration()) }
        #expect(try RegistryEndpoint("https://[::1]/a/b/").description == "https://[::1]:8081/a/b")
    }

    @Test(
        "Subjects are named by topic, record or both",
        arguments: [
            (SubjectStrategy.topicName("t"), "t-key", "t-value"), (.recordName, "org.example.R", "org.example.R"),
            (.topicRecordName("t"), "t-org.example.R", "t-org.example.R"), (.subject("s"), "s", "s"),
        ] as [(SubjectStrategy, String, String)])
    func strategies(_ strategy: SubjectStrategy, _ key: String, _ value: String) throws {
        let schema = try AvroSchema(parsing: Self.first)
        #expect(try strategy.subject(schema, isKey: true) == key)
        #expect(try strategy.subject(schema, isKey: false) == value)
        let isByRecord = strategy == .recordName || strategy == .topicRecordName("t")
        #expect((try? strategy.subject(AvroSchema(parsing: "\"int\""), isKey: false)) == (isByRecord ? nil : value))
    }

    // S-ERR-1
    @Test("A pipeline goes from one registry to another, key and value; what is bad meets the policy")
    func pipeline() async throws {
        try await withServer { from, _ in
            try await withServer { to, _ in
                let (one, other) = (try client(from), try client(to))
                let (first, second) = (try AvroSchema(parsing: Self.first), try AvroSchema(parsing: Self.second))
                _ = try other.number(of: AvroSchema(parsing: "\"boolean\""), subject: "x")
                let key = try AvroBinary(encoding: .string("k"), schema: AvroSchema(parsing: "\"string\""))
                var encoder = SchemaRegistryMessageEncoder(one, .topicName("t")).makeInstance()
                var messages = try (0..<50).map { number in
                    try encoder.convert(
                        AvroMessage(key: .datum(key), value: .datum(Self.datum(Int32(number), first))))
                }
                messages[10].value = "text"
                messages[20].value = ConfluentFrame.frame(99, "\0")
                messages[30].value = ConfluentFrame.frame(2, "\u{80}")
                messages[40].value = nil
                let sink = CollectSink<KeyValue>()
                try await Pipeline("move").root(ListSource(messages))
                    .as(AvroMessage.self, via: SchemaRegistryMessageDecoder(one, parts: [.key, .value])).onError(.skip)
                    .as(AvroMessage.self, via: AvroMessageProjector(to: second))
                    .as(KeyValue.self, via: SchemaRegistryMessageEncoder(other, .topicName("t")))
                    .to(sink).run(.quiet())
                #expect(sink.elements.count == 47)
                #expect(sink.elements.count { $0.value == nil } == 1)
                var decoder = SchemaRegistryMessageDecoder(try client(to), parts: [.key, .value]).makeInstance()
                let last = try decoder.convert(try #require(sink.elements.last))
                #expect(last.key?.datum?.schema.text == "\"string\"")
                #expect(try last.value?.datum?.json(.plain) == #"{"n":49,"s":"-"}"#)
                #expect(try sink.elements.last?.value.map { try ConfluentFrame.number(of: $0) } == 3)
            }
        }
    }

    // S-ERR-1
    @Test("While the registry is away a pipeline waits, and goes on when it is there; nothing is skipped")
    func outage() async throws {
        let port = try FreePorts.draw(1)[0]
        let client = try client("http://127.0.0.1:\(port)")
        let schema = try AvroSchema(parsing: Self.first)
        let data = try (0..<20).map { try Self.datum(Int32($0), schema) }
        let sink = CollectSink<Bytes>()
        let run = try PipelineRun(
            Pipeline("wait").root(ListSource(data))
                .as(Bytes.self, via: SchemaRegistryEncoder(client, .subject("s"))).onError(.skip).to(sink), .quiet())
        try await eventually("the first try") { client.isOut }
        try await withServer(SchemaRegistryServer(port: port)) { _, _ in
            try await eventually("the end") { sink.elements.count == 20 }
            #expect(!client.isOut)
        }
        _ = run
        #expect(sink.elements == data.map { ConfluentFrame.frame(1, $0.data) })
    }

    @Test("TLS, certificates of clients and passwords: who lacks one is refused, and told what is missing")
    func security() async throws {
        let scratch = try Scratch()
        try certificates(in: scratch)
        let server = try SchemaRegistryServer(
            port: 0,
            security: SchemaRegistryServer.Security(
                user: (name: "me", password: "it's: secret"), certificate: scratch.path("server.pem"),
                key: scratch.path("server.key"), clientAuthorities: scratch.path("root.pem")))
        try await withServer(server) { address, _ in
            var right = SchemaRegistryConfiguration(
                address.replacing("127.0.0.1", with: "localhost"), user: "me", password: "it's: secret",
                trustRoots: scratch.path("root.pem"), certificate: scratch.path("client.pem"),
                key: scratch.path("client.key"), keyPassword: "key password")
            let schema = try AvroSchema(parsing: Self.first)
            #expect(try SchemaRegistryClient(right).number(of: schema, subject: "s") == 1)
            func outage(_ change: (inout SchemaRegistryConfiguration) -> Void) throws -> OutageError? {
                var wrong = right
                change(&wrong)
                let client = try SchemaRegistryClient(wrong)
                return #expect(throws: OutageError.self) { try client.schema(1) }
            }
            for change in [
                { $0.password = "x" }, { $0.user = nil }, { $0.trustRoots = nil },
            ] as [(inout SchemaRegistryConfiguration) -> Void] {
                #expect(try outage(change)?.mayPass == false)
            }
            #expect(try outage { $0.password = "x" }.map { "\($0)" }?.contains("check user and password") == true)
            #expect(try outage { $0.trustRoots = nil }.map { "\($0)" }?.contains("not trusted") == true)
            _ = try outage {
                $0.certificate = nil
                $0.keyPassword = nil
            }
            right.keyPassword = "wrong"
            #expect(throws: ConnectorError.self) { try SchemaRegistryClient(right) }
            #expect(!"\(right)".contains("secret"))
        }
        #expect(throws: ConnectorError.self) { try SchemaRegistryServer(host: "0.0.0.0", port: 0) }
    }

    /// An authority, a certificate of a server for localhost, and one of a client whose key is encrypted.
    private func certificates(in scratch: Scratch) throws {
        let newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1"]
        func path(_ name: String) -> String { scratch.path(name) }
        try openssl(
            ["req", "-x509", "-nodes"] + newKey
                + ["-keyout", path("root.key"), "-out", path("root.pem"), "-days", "30", "-subj", "/CN=root"])
        try scratch.file("names", "subjectAltName=DNS:localhost,IP:127.0.0.1")
        for (name, key) in [("server", ["-nodes"]), ("client", ["-passout", "pass:key password"])] {
            try openssl(
                ["req"] + newKey + key
                    + ["-keyout", path("\(name).key"), "-out", path("\(name).csr"), "-subj", "/CN=\(name)"])
            try openssl([
                "x509", "-req", "-in", path("\(name).csr"), "-CA", path("root.pem"), "-CAkey", path("root.key"),
                "-CAcreateserial", "-out", path("\(name).pem"), "-days", "30", "-extfile", path("names"),
            ])
        }
    }

    private func openssl(_ arguments: [String]) throws {
        guard try ChildProcess.status(of: ["openssl"] + arguments) == 0 else {
            throw TestFailure("openssl \(arguments) failed")
        }
    }
}
