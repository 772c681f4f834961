import Connect
import ConnectCatalog
import ConnectText

private let alphabetKey = ConfigurationKey(
    "alphabet", .choice(["standard", "url"]), "With + and /, or with - and _ as in URLs and file names.",
    default: "standard")
private let paddingKey = ConfigurationKey(
    "padding", .boolean, "Whether = fills the last group up to four digits.", default: "true")

extension Base64 {
    fileprivate init(_ configuration: Configuration) {
        self.init(isForURLs: configuration.text("alphabet") == "url", isPadded: configuration.flag("padding"))
    }

    fileprivate func decodeRecord(_ text: UnsafeRawBufferPointer, _ output: inout BytesBuilder) throws {
        do throws(Malformed) {
            try decode(text, &output)
        } catch {
            throw CoderError(.malformed, coder: "unbase64", offset: Int64(error.offset), error.message)
        }
    }
}

extension StageComponent {
    static let base64 = StageComponent(
        ComponentDescription(
            "base64", "Writes bytes as base64 (RFC 4648), on one line.",
            keys: [alphabetKey, paddingKey, Field.configurationKey],
            examples: ["connectctl run --from file:a.txt --through lines --through base64 --to stdout:"])
    ) { configuration, chain in
        let form = Base64(configuration)
        return chain.mapBytes(on: try Field(configuration)) {
            { span, output in span.withUnsafeBytes { form.encode($0, &output) } }
        }
    }

    static let unbase64 = StageComponent(
        ComponentDescription(
            "unbase64", "Reads base64 (RFC 4648), strictly.",
            details:
                "Other characters, white space, missing or superfluous padding and bits that are not 0 behind the last "
                + "byte are errors, so that each text that is read is the only one for its bytes.",
            keys: [alphabetKey, paddingKey, Field.configurationKey],
            examples: [
                "connectctl run --from file:a.b64 --through lines --through unbase64:onError=skip --to stdout:"
            ])
    ) { configuration, chain in
        let form = Base64(configuration)
        return chain.mapBytes(on: try Field(configuration)) {
            { span, output in try span.withUnsafeBytes { try form.decodeRecord($0, &output) } }
        }
    }
}
