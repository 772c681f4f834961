import Connect
import ConnectSchemaRegistry
import FuzzSupport

/// What has a number before it is written as it was read; all else is refused with a reason.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzRegistryFrame(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    var input = FuzzInput(data, size)
    let content = Bytes(input.remaining())
    do throws(CoderError) {
        let number = try ConfluentFrame.number(of: content)
        let rest = content[ConfluentFrame.byteCount..<content.count]
        require(ConfluentFrame.frame(number, rest) == content, "what is written is something else")
    } catch {
        require(content.count < ConfluentFrame.byteCount || content[0] != 0, "a number was refused")
        require((0...Int64(content.count)).contains(error.offset ?? 0), "the error is at no byte of it")
    }
    return 0
}
