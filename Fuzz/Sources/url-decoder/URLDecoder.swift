import Connect
import ConnectText
import FuzzSupport

/// What is taken for a resource's name is exactly what the encoder makes of it, and all else is refused.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzURLDecoder(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    var input = FuzzInput(data, size)
    let limit = input.byte() % 2 == 0 ? 64 << 10 : 1 + Int(input.byte())
    let content = Bytes(input.remaining())
    do {
        var decoder = try URLDecoder(maxFieldBytes: limit).makeInstance()
        let name = try decoder.convert(content)
        require(max(name.scheme.utf8.count, name.path.count, name.name.count) <= limit, "a field passes the limit")
        var encoder = try URLEncoder(maxFieldBytes: limit).makeInstance()
        require(try encoder.convert(name) == content, "the name does not come back")
    } catch let error as CoderError {
        require(error.coder == "URL-DECODE", "what was decoded is refused by the encoder: \(error)")
    } catch {
        fatalError("an error of another type: \(error)")
    }
    return 0
}
