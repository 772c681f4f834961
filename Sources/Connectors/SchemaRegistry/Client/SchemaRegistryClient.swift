import Connect
public import ConnectAvro
import ConnectCatalog
import ConnectJSON
import Logging
import NIOHTTP1
import Synchronization

/// Asks a schema registry, and keeps what it has answered: a schema never changes under its number.
///
/// Calls wait for the answer, and must not come from the cooperative pool; stages of pipelines have threads of their own. Where
/// no address answers as a registry they throw an `OutageError`, with which a stage waits and tries again; what the registry
/// refuses is a ``SchemaRegistryError``, which meets the stage's error policy.
public final class SchemaRegistryClient: Sendable {
    /// A schema under a subject.
    private struct Entry: Hashable {
        let subject: String
        let schema: AvroSchema
    }

    private struct Cache: Sendable {
        var schemas: [Int32: AvroSchema] = [:]
        var numbers: [Entry: Int32] = [:]
        /// The address that has answered last.
        var place = 0
        /// Whether the last request has failed, and that was said.
        var isOut = false
    }

    /// More than a site has: then those who send data decide, and all is asked for again.
    private static let most = 10_000

    private let endpoints: [RegistryEndpoint]
    private let plain: RegistryTransport?
    private let secure: RegistryTransport?
    private let logger = Logger(label: "connect.schema-registry")
    private let cache = Mutex(Cache())

    /// Makes a client; reads certificates, and asks nothing yet.
    ///
    /// - Parameter configuration: where the registry is
    /// - Throws: `ConnectorError` with the code `configuration` where an address or certificate cannot be used
    public init(_ configuration: SchemaRegistryConfiguration) throws {
        endpoints = try configuration.urls.map { (url) throws(ConnectorError) in try RegistryEndpoint(url) }
        if endpoints.isEmpty {
            throw ConnectorError(
                .configuration, "there is no address of a registry; give one, such as http://localhost:8081")
        }
        plain = endpoints.contains { !$0.isSecure } ? try RegistryTransport(configuration, isSecure: false) : nil
        secure = endpoints.contains { $0.isSecure } ? try RegistryTransport(configuration, isSecure: true) : nil
    }

    /// Whether the last request has found no registry.
    var isOut: Bool { cache.withLock { $0.isOut } }

    /// The schema of a number.
    ///
    /// - Parameter number: what stands before a datum
    /// - Returns: the schema
    /// - Throws: ``SchemaRegistryError`` where there is none, or one that is not of Avro or names others; `CoderError` where it
    ///   cannot be read; `OutageError`
    public func schema(_ number: Int32) throws -> AvroSchema {
        if let known = cache.withLock({ $0.schemas[number] }) { return known }
        let answer = try ask(RegistryRequest(path: "/schemas/ids/\(number)"))
        let schema = try Self.schema(in: answer, "the schema \(number)")
        cache.withLock { cache in
            if cache.schemas.count >= Self.most { cache.schemas.removeAll() }
            cache.schemas[number] = schema
        }
        return schema
    }

    /// The number of a schema under a subject.
    ///
    /// - Parameters:
    ///   - schema: the schema
    ///   - subject: the subject
    ///   - registers: whether a schema that is not there is registered
    /// - Returns: what stands before data of it
    /// - Throws: ``SchemaRegistryError`` where it is not there, or is refused since it does not fit what is there; `OutageError`
    public func number(of schema: AvroSchema, subject: String, registers: Bool = true) throws -> Int32 {
        let entry = Entry(subject: subject, schema: schema)
        if let known = cache.withLock({ $0.numbers[entry] }) { return known }
        let path = "/subjects/\(PathText.escaped(subject))" + (registers ? "/versions" : "")
        let answer = try ask(RegistryRequest(method: .POST, path: path, body: Self.body(schema)))
        guard let number = answer["id"]?.integer(Int32.self) else { throw Self.unexpected("it gives no id") }
        cache.withLock { cache in
            if cache.numbers.count >= Self.most { cache.numbers.removeAll() }
            cache.numbers[entry] = number
        }
        return number
    }

    /// The latest schema of a subject; asked for each time.
    ///
    /// - Parameter subject: the subject
    /// - Returns: its number and the schema
    /// - Throws: ``SchemaRegistryError`` where there is none; `OutageError`
    public func latest(of subject: String) throws -> (number: Int32, schema: AvroSchema) {
        let answer = try ask(RegistryRequest(path: "/subjects/\(PathText.escaped(subject))/versions/latest"))
        guard let number = answer["id"]?.integer(Int32.self) else { throw Self.unexpected("it gives no id") }
        return (number, try Self.schema(in: answer, "the latest schema of \(subject)"))
    }

    /// Why a schema could not be registered as the next one of a subject; asked for each time.
    ///
    /// - Parameters:
    ///   - schema: the schema
    ///   - subject: the subject
    /// - Returns: what does not fit, maybe an empty text; nil where it could be registered
    /// - Throws: ``SchemaRegistryError``; `OutageError`
    public func incompatibility(of schema: AvroSchema, subject: String) throws -> String? {
        let path = "/compatibility/subjects/\(PathText.escaped(subject))/versions/latest?verbose=true"
        let answer: JSONDocument
        do {
            answer = try ask(RegistryRequest(method: .POST, path: path, body: Self.body(schema)))
        } catch let error as SchemaRegistryError
            where [SchemaRegistryError.subjectNotFound, SchemaRegistryError.versionNotFound].contains(error.code)
        {
            // The first one of a subject.
            return nil
        }
        guard let isCompatible = answer["is_compatible"]?.bool else {
            throw Self.unexpected("it does not say is_compatible")
        }
        if isCompatible { return nil }
        return answer["messages"]?.elements.compactMap(\.string).joined(separator: "; ") ?? ""
    }

    private static func body(_ schema: AvroSchema) -> String {
        JSONText.object([(name: "schema", value: JSONText.quoted(schema.text.description))])
    }

    private static func schema(in answer: JSONDocument, _ what: String) throws -> AvroSchema {
        let type = answer["schemaType"]?.string ?? "AVRO"
        guard type == "AVRO" else {
            throw SchemaRegistryError(status: 200, code: 200, "\(what) is of \(type), and not of AVRO")
        }
        if let references = answer["references"], references.count > 0 {
            throw SchemaRegistryError(status: 200, code: 200, "\(what) names other schemas, which are not followed")
        }
        guard let text = answer["schema"]?.string else { throw unexpected("it gives no schema") }
        return try AvroSchema(parsing: text)
    }

    private static func unexpected(_ what: String) -> OutageError {
        OutageError(
            ConnectorError(.malformed, "what answers is no schema registry: \(what); check the address"), mayPass: false
        )
    }

    /// Asks the addresses one after the other, from the one that has answered last.
    private func ask(_ request: RegistryRequest) throws -> JSONDocument {
        let first = cache.withLock { $0.place }
        var failures: [String] = []
        var mayPass = false
        for step in endpoints.indices {
            let place = (first + step) % endpoints.count
            let endpoint = endpoints[place]
            guard let transport = endpoint.isSecure ? secure : plain else { continue }
            do {
                let answer = try Self.read(try transport.send(request, to: endpoint))
                let wasOut = cache.withLock { cache in
                    defer { cache.isOut = false }
                    cache.place = place
                    return cache.isOut
                }
                if wasOut { logger.info("the schema registry answers again", metadata: ["url": "\(endpoint)"]) }
                return answer
            } catch let error as SchemaRegistryError {
                cache.withLock { cache in
                    cache.place = place
                    cache.isOut = false
                }
                throw error
            } catch let outage as OutageError {
                mayPass = mayPass || outage.mayPass
                failures.append("\(endpoint): \((outage.cause as? ConnectorError)?.message ?? "\(outage)")")
            } catch {
                let isUntrusted = "\(error)".contains("CERTIFICATE_VERIFY_FAILED")
                mayPass = mayPass || !isUntrusted
                failures.append(
                    "\(endpoint): " + (isUntrusted ? "its certificate is not trusted; name the authority" : "\(error)"))
            }
        }
        let text = failures.joined(separator: "; ")
        let isNew = cache.withLock { cache in
            defer { cache.isOut = true }
            return !cache.isOut
        }
        if isNew, mayPass { logger.warning("the schema registry does not answer; trying again: \(text)") }
        throw OutageError(ConnectorError(.unavailable, "no schema registry answers: \(text)"), mayPass: mayPass)
    }

    /// What an answer says.
    ///
    /// - Throws: ``SchemaRegistryError`` where the registry refuses, `OutageError` where it cannot answer or is none
    private static func read(_ response: RegistryResponse) throws -> JSONDocument {
        let answer = try? JSONDocument(parsing: response.body)
        let message = answer?["message"]?.string ?? "status \(response.status)"
        switch response.status {
        case 200..<300:
            guard let answer else { throw unexpected("its answer is no JSON") }
            return answer
        case 401, 403:
            throw OutageError(ConnectorError(.notPermitted, "\(message); check user and password"), mayPass: false)
        case 408, 429, 500...:
            throw OutageError(ConnectorError(.unavailable, message), mayPass: true)
        default:
            // Another server's words are no verdict on a schema, nor is it one that there is no such call.
            guard let code = answer?["error_code"]?.integer(Int.self), code > 999 || [409, 422].contains(code) else {
                throw unexpected(message)
            }
            throw SchemaRegistryError(status: response.status, code: code, message)
        }
    }
}
