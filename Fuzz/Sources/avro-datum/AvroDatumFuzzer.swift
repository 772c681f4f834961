import Connect
import ConnectAvro
import FuzzSupport

/// What one way of reading a datum takes, all take, and what is written of it is read as the same.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzAvroDatum(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
    var input = FuzzInput(data, size)
    let choice = Int(input.byte())
    let content = Bytes(input.remaining())
    guard let schema = try? AvroSchema(parsing: schemas[choice % schemas.count]) else { fatalError("no schema") }
    let limits = AvroLimits(bytes: 1 << 16, elements: 10_000)
    let binary = AvroBinary(schema: schema, data: content)
    let isValid = (try? binary.validate(limits: limits)) != nil
    let tree = try? binary.decode(limits: limits)
    require(isValid == (tree != nil), "checking and decoding differ")
    for other in schemas {
        guard let reader = try? AvroSchema(parsing: other),
            let projection = try? AvroProjection(from: schema, to: reader),
            let projected = try? projection.project(binary, limits: limits)
        else { continue }
        require(isValid, "a wrong datum was projected")
        require((try? projected.validate()) != nil, "a projection has made a wrong datum")
    }
    let text = try? AvroJSONDecoder(schema: schema, .plain, limits: limits).makeInstance()
    if var text { _ = try? text.convert(content) }
    guard let tree else { return 0 }
    let wide = AvroLimits()
    guard let again = try? AvroBinary(encoding: tree, schema: schema) else { fatalError("a tree cannot be written") }
    require((try? again.decode()) == tree || "\(tree)".contains("nan"), "what is written says something else")
    for form in [AvroJSONForm.tagged, .plain] {
        guard let json = try? binary.json(form, limits: wide) else { fatalError("a datum has no JSON") }
        if form == .plain { continue }
        guard let read = try? AvroBinary(json: json, form, schema: schema) else {
            fatalError("its JSON is refused: \(json)")
        }
        require(
            read.data == again.data || "\(tree)".contains("nan") || "\(json)".contains("NaN"),
            "its JSON says something else")
    }
    return 0
}

private let schemas = [
    #""string""#, #""bytes""#, #"["null","long","double"]"#,
    #"{"type":"record","name":"N","fields":[{"name":"next","type":["null","N"]},{"name":"v","type":"float"}]}"#,
    #"{"type":"record","name":"N","fields":[{"name":"v","type":"double"},{"name":"next","type":["N","null"]},{"name":"d","type":"string","default":"x"}]}"#,
    #"{"type":"array","items":{"type":"map","values":"int"}}"#, #"{"type":"array","items":"null"}"#,
    #"{"type":"enum","name":"E","symbols":["A","B","C"]}"#,
    #"{"type":"enum","name":"E","symbols":["C","A"],"default":"A"}"#,
    #"{"type":"record","name":"R","fields":[{"name":"f","type":{"type":"fixed","name":"F","size":3}},{"name":"b","type":"boolean"},{"name":"u","type":["null","string","R"]}]}"#,
]
