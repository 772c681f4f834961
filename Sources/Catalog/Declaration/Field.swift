public import Connect

/// The part of a message that a stage works on: `value` (the default), `key` or `header.NAME`.
public enum Field: Sendable, Hashable {
    /// The payload.
    case value
    /// The key.
    case key
    /// The first header of a name.
    case header(String)

    /// The key of stages that can work on one of these.
    public static let configurationKey = ConfigurationKey(
        "on", .text, "Which part of a message with key and headers: value, key or header.NAME.", default: "value")

    /// Reads what a stage was told.
    ///
    /// - Parameters:
    ///   - configuration: what the stage was told
    ///   - key: the key that names the part
    /// - Throws: ``ConfigurationError`` where it names no part
    public init(_ configuration: Configuration, key: String = "on") throws(ConfigurationError) {
        let text = configuration.text(key) ?? "value"
        switch text {
        case "value": self = .value
        case "key": self = .key
        default:
            guard text.hasPrefix("header."), text.count > 7 else {
                throw configuration.problem(
                    key, "\"\(text)\" is no part of a message", mend: "Write value, key or header.NAME.")
            }
            self = .header(String(text.dropFirst(7)))
        }
    }

    /// The part of a message; nil where it has none.
    public func get(_ message: KeyValue) -> Bytes? {
        switch self {
        case .value: message.value
        case .key: message.key
        case .header(let name): message.header(name)?.value
        }
    }

    /// Puts bytes in the place of the part; a header that is not there is added.
    public func set(_ message: inout KeyValue, _ bytes: Bytes) {
        switch self {
        case .value: message.value = bytes
        case .key: message.key = bytes
        case .header(let name):
            if let index = message.headers.firstIndex(where: { $0.name == name }) {
                message.headers[index].value = bytes
            } else {
                message.headers.append(KeyValue.Header(name, bytes))
            }
        }
    }
}

extension Chain {
    /// Changes bytes, or a part of messages; messages without the part stay as they are.
    ///
    /// - Parameters:
    ///   - field: which part of messages
    ///   - makeTransform: called once per worker; its closure gets the bytes and appends the output
    /// - Returns: a chain of bytes, or of messages where it is one of these
    public func mapBytes(
        on field: Field,
        perWorker makeTransform: @escaping @Sendable () throws -> (RawSpan, inout BytesBuilder) throws -> Void
    ) -> Chain {
        guard gives(KeyValue.self) else { return Chain(of(Bytes.self).mapBytes(perWorker: makeTransform)) }
        return Chain(
            of(KeyValue.self).map(perWorker: {
                let transform = try makeTransform()
                return { message in
                    guard let bytes = field.get(message) else { return message }
                    var builder = BytesBuilder()
                    try bytes.withSpan { try transform($0, &builder) }
                    var changed = message
                    field.set(&changed, builder.takeExact())
                    return changed
                }
            }))
    }

    /// Changes each byte of bytes, or of a part of messages; messages without the part stay as they are.
    ///
    /// - Parameters:
    ///   - field: which part of messages
    ///   - transform: a pure function of the byte
    /// - Returns: a chain of bytes, or of messages where it is one of these
    public func mapEachByte(on field: Field, _ transform: @escaping @Sendable (UInt8) -> UInt8) -> Chain {
        guard gives(KeyValue.self) else { return Chain(of(Bytes.self).mapEachByte(transform)) }
        return mapBytes(on: field) {
            { span, output in
                span.withUnsafeBytes { bytes in for byte in bytes { output.append(transform(byte)) } }
            }
        }
    }

    /// Lets bytes pass, or messages by a part of them; messages without the part do not pass.
    ///
    /// - Parameters:
    ///   - field: which part of messages
    ///   - makeTest: called once per worker; its closure gets the bytes
    /// - Returns: a chain of bytes, or of messages where it is one of these
    public func filterBytes(
        on field: Field, perWorker makeTest: @escaping @Sendable () throws -> (RawSpan) throws -> Bool
    ) -> Chain {
        guard gives(KeyValue.self) else { return Chain(of(Bytes.self).filterBytes(perWorker: makeTest)) }
        return Chain(
            of(KeyValue.self).flatMap(perWorker: {
                let test = try makeTest()
                return { message, emit in
                    guard let bytes = field.get(message), try bytes.withSpan({ try test($0) }) else { return }
                    try emit(message)
                }
            }))
    }
}

extension Chain {
    /// Changes bytes, or a part of messages, or leaves the element out; messages without the part are left out.
    ///
    /// - Parameters:
    ///   - field: which part of messages
    ///   - makeTransform: called once per worker; its closure gets the bytes, appends the output and says whether the
    ///     element stays
    /// - Returns: a chain of bytes, or of messages where it is one of these
    public func filterMapBytes(
        on field: Field,
        perWorker makeTransform: @escaping @Sendable () throws -> (RawSpan, inout BytesBuilder) throws -> Bool
    ) -> Chain {
        guard gives(KeyValue.self) else {
            return Chain(
                of(Bytes.self).flatMap(perWorker: { () -> (Bytes, Emitter<Bytes>) throws -> Void in
                    let transform = try makeTransform()
                    return { bytes, emit in
                        var builder = BytesBuilder()
                        if try bytes.withSpan({ try transform($0, &builder) }) { try emit(builder.takeExact()) }
                    }
                }))
        }
        return Chain(
            of(KeyValue.self).flatMap(perWorker: { () -> (KeyValue, Emitter<KeyValue>) throws -> Void in
                let transform = try makeTransform()
                return { message, emit in
                    guard let bytes = field.get(message) else { return }
                    var builder = BytesBuilder()
                    guard try bytes.withSpan({ try transform($0, &builder) }) else { return }
                    var changed = message
                    field.set(&changed, builder.takeExact())
                    try emit(changed)
                }
            }))
    }
}

extension BytesBuilder {
    /// What was appended, in memory of its own size: a builder begins with a page, which a short value would hold.
    package mutating func takeExact() -> Bytes {
        let bytes = take()
        return bytes.count < 2048 ? bytes.withUnsafeBytes { Bytes(copying: $0) } : bytes
    }
}
