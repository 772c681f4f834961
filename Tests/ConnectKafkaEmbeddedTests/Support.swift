import ConnectKafka
import ConnectKafkaEmbedded
import Foundation
import ProcessSupport
import Testing

/// All tests with clients: one after the other, since each starts processes.
@Suite(.serialized) enum EmbeddedKafkaTests {}

extension KafkaErrorCode {
    /// The connection was cut.
    static let transport = KafkaErrorCode(rawValue: -195)
    static let unknownTopic = KafkaErrorCode(rawValue: 3)
    static let messageTooLarge = KafkaErrorCode(rawValue: 10)
    static let wrongAcknowledgements = KafkaErrorCode(rawValue: 21)
    static let topicForbidden = KafkaErrorCode(rawValue: 29)
}

extension EmbeddedKafka {
    /// The ports of the brokers, in their order.
    var ports: [UInt16] {
        bootstrapServers.split(separator: ",").compactMap { $0.split(separator: ":").last.flatMap { UInt16($0) } }
    }
}

/// Whether somebody listens at a port of the loopback interface.
func isOpen(_ port: UInt16) -> Bool {
    guard let descriptor = connection(to: port) else { return false }
    close(descriptor)
    return true
}

/// Sends something and waits until the other side ends the connection.
func sendAndWaitForEnd(_ bytes: [UInt8], to port: UInt16) throws {
    let descriptor = try #require(connection(to: port))
    defer { close(descriptor) }
    #expect(write(descriptor, bytes, bytes.count) == bytes.count)
    var byte: UInt8 = 0
    while read(descriptor, &byte, 1) > 0 {}
}

/// A connection to a port of the loopback interface; nil where nobody listens.
private func connection(to port: UInt16) -> Int32? {
    #if canImport(Glibc)
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    #else
        let descriptor = socket(AF_INET, SOCK_STREAM, 0)
    #endif
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let result = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
    if result == 0 { return descriptor }
    close(descriptor)
    return nil
}

/// The code of the error that is thrown; nil where none is.
func code(_ body: () throws -> Void) -> EmbeddedKafkaError.Code? {
    do {
        try body()
        return nil
    } catch {
        return (error as? EmbeddedKafkaError)?.code
    }
}
