import Connect

/// What is wrong with data, as plain numbers: most of those who meet it only want to know that something is.
struct AvroFault: Error {
    enum Kind: Sendable {
        case truncated
        case wrongBoolean
        case longNumber
        case wideInteger
        case wrongLength
        case invalidText
        case unknownSymbol
        case unknownBranch
        case wrongBlock
        case tooDeep
        case tooManyElements
        case tooLarge
        case trailing
        case unresolvable
    }

    let kind: Kind
    /// Where, in bytes from the beginning of the datum.
    let offset: Int
    /// The type that was read; or, of what cannot be resolved, the message.
    let node: Int

    /// The error for those outside.
    func error(_ program: AvroProgram, messages: [String] = []) -> CoderError {
        let type = AvroType(schema: AvroSchema(program), index: min(max(0, node), program.nodes.count - 1)).name
        let offset = Int64(offset)
        func malformed(_ message: String) -> CoderError {
            CoderError(.malformed, coder: AvroError.coder, offset: offset, message)
        }
        func limit(_ message: String) -> CoderError {
            CoderError(
                .limitExceeded, coder: AvroError.coder, offset: offset, message + "; raise the limit if expected")
        }
        switch kind {
        case .truncated:
            return CoderError(
                .truncated, coder: AvroError.coder, offset: offset, "the datum ends inside of a value of \(type)")
        case .wrongBoolean: return malformed("a boolean is neither 0 nor 1")
        case .longNumber: return malformed("a number has more than 64 bits")
        case .wideInteger: return malformed("an int has more than 32 bits")
        case .wrongLength: return malformed("a length is negative or beyond what a datum may have")
        case .invalidText: return malformed("a string is not UTF-8")
        case .unknownSymbol: return malformed("the enum \(AvroError.quoted(type)) has no symbol of this number")
        case .unknownBranch: return malformed("the union has no branch of this number")
        case .wrongBlock: return malformed("a block of items says a wrong count or size")
        case .tooDeep: return limit("values stand too deep in each other")
        case .tooManyElements: return limit("the datum has too many values")
        case .tooLarge: return limit("what becomes of the datum has too many bytes")
        case .trailing: return malformed("more bytes follow behind the datum")
        case .unresolvable:
            return malformed(messages.indices.contains(node) ? messages[node] : "the types do not fit")
        }
    }
}
