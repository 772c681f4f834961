import Connect

extension CoderError {
    /// A failure of gzip data, as an error of a coder; the offset is that of the compressed bytes.
    init(_ error: GzipError, coder: String, stream: String? = nil) {
        let code: Code
        switch error.code {
        case .truncated: code = .truncated
        case .outputLimitExceeded: code = .limitExceeded
        case .invalidLevel: code = .configuration
        default: code = error.isBadInput ? .malformed : Code(error.code.description)
        }
        let place = stream.map { "stream \($0): " } ?? ""
        self.init(
            code, coder: coder, offset: Int64(error.compressedOffset),
            "\(place)\(error.reason) (member \(error.member), unpacked offset \(error.uncompressedOffset)). \(error.remedy)"
        )
    }
}
