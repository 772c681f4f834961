import NIOPosix

/// Why there is no connection.
enum ConnectionFailure {
    /// Why a connection failed, in few words.
    static func reason(_ error: any Error) -> String {
        guard let error = error as? NIOConnectionError else { return "\(error)" }
        if let first = error.connectionErrors.first { return "\(first.error)" }
        return error.dnsAError == nil && error.dnsAAAAError == nil ? "\(error)" : "the name is not known"
    }
}
