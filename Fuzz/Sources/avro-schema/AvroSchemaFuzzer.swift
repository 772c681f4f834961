import Connect
import ConnectAvro
import FuzzSupport

/// A schema is taken or refused with a reason; one that is taken is the same as its canonical form to who reads data, and
/// fits itself.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzAvroSchema(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    var input = FuzzInput(data, size)
    let limits = AvroLimits(schemaBytes: 1 << 16)
    guard let schema = schema(Bytes(input.remaining()), limits) else { return 0 }
    // Names in namespaces may be longer in the canonical form.
    guard let canonical = reparsed(schema.canonicalForm) else { fatalError("the canonical form is refused") }
    require(canonical.canonicalForm == schema.canonicalForm, "the canonical form has another")
    require(canonical.fingerprint == schema.fingerprint, "the canonical form has another fingerprint")
    guard let own = try? AvroProjection(from: schema, to: schema) else { return 0 }
    _ = own.mismatches
    return 0
}

private func reparsed(_ text: String) -> AvroSchema? {
    try? AvroSchema(parsing: text, limits: AvroLimits(schemaBytes: 1 << 24, schemaDepth: 1024))
}

private func schema(_ text: Bytes, _ limits: AvroLimits) -> AvroSchema? {
    do {
        return try AvroSchema(parsing: text, limits: limits)
    } catch let error as CoderError {
        require(!error.message.isEmpty, "an error says nothing: \(error)")
        return nil
    } catch {
        fatalError("an error of another type: \(error)")
    }
}
