public import Connect

/// The bytes of a ``ResourceURL``.
///
/// All numbers are big-endian: three fields, the scheme, the path and the name, each as a `UInt32` with the number of
/// its bytes and then the bytes; then one byte 0 (not known when it was changed), or one byte 1 and an `Int64` with the
/// nanoseconds from 1970-01-01T00:00:00Z to the change.
public struct URLEncoder: Coder {
    /// What it takes.
    public typealias Input = ResourceURL
    /// What it gives.
    public typealias Output = Bytes

    /// The most bytes that scheme, path and name may have, each.
    public var maxFieldBytes: Int

    /// An encoder of resource names.
    ///
    /// - Parameter maxFieldBytes: the most bytes that scheme, path and name may have, each; 1 ... 2³¹ - 1
    public init(maxFieldBytes: Int = 64 << 10) {
        self.maxFieldBytes = maxFieldBytes
    }

    /// `URL-ENCODE`
    public var name: String { "URL-ENCODE" }

    /// Makes the instance of a worker.
    ///
    /// - Throws: `CoderError` where ``maxFieldBytes`` is out of its range
    public func makeInstance() throws -> Instance {
        try checkFieldLimit(maxFieldBytes, coder: name)
        return Instance(name: name, limit: maxFieldBytes)
    }

    /// Encodes for one worker.
    public struct Instance: CoderInstance {
        let name: String
        let limit: Int

        /// The bytes of a resource's name.
        ///
        /// - Throws: `CoderError` where the scheme is none (`malformed`) or a field is too long (`limitExceeded`)
        public mutating func convert(_ input: ResourceURL) throws -> Bytes {
            guard ResourceURLRules.isScheme(input.scheme.utf8) else {
                throw CoderError(
                    .malformed, coder: name,
                    "the scheme is not one; \(ResourceURLRules.schemeAdvice)")
            }
            var output = BytesBuilder()
            try append(Bytes(input.scheme), "scheme", to: &output)
            try append(input.path, "path", to: &output)
            try append(input.name, "name", to: &output)
            output.append(input.modified == nil ? 0 : 1)
            if let modified = input.modified { append(modified.nanosecondsSinceEpoch, to: &output) }
            return output.take()
        }

        private func append(_ field: Bytes, _ title: String, to output: inout BytesBuilder) throws {
            guard field.count <= limit else {
                throw CoderError(
                    .limitExceeded, coder: name,
                    "the \(title) has \(field.count) bytes, but maxFieldBytes is \(limit); raise it on both sides if such "
                        + "names are expected")
            }
            append(UInt32(field.count), to: &output)
            output.append(field)
        }

        private func append(_ number: some FixedWidthInteger, to output: inout BytesBuilder) {
            withUnsafeBytes(of: number.bigEndian) { output.append($0) }
        }
    }
}

/// - Throws: `CoderError` where a limit on fields cannot be used
func checkFieldLimit(_ limit: Int, coder: String) throws {
    guard (1...Int(Int32.max)).contains(limit) else {
        throw CoderError(
            .configuration, coder: coder,
            "maxFieldBytes is \(limit), but must be 1 ... \(Int32.max); the default is \(64 << 10)")
    }
}
