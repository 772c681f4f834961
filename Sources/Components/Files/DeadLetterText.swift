import Connect
import ConnectCatalog
import ConnectFiles

/// A dead letter as a line of JSON.
enum DeadLetterText {
    static func line(_ letter: DeadLetter) -> Bytes {
        var members = [
            (name: "pipeline", value: JSONText.quoted(letter.pipeline)),
            (name: "stage", value: JSONText.quoted(letter.stage)),
            (name: "position", value: letter.position.map { JSONText.quoted("\($0)") } ?? "null"),
            (name: "error", value: JSONText.quoted(letter.error)),
            (name: "attempts", value: "\(letter.attempts)"),
        ]
        if let message = letter.message {
            members.append(member("key", message.key))
            members.append(
                (
                    name: "headers",
                    value: "["
                        + message.headers.map {
                            JSONText.object([
                                (name: "name", value: JSONText.quoted($0.name)), member("value", $0.value),
                            ])
                        }.joined(separator: ",") + "]"
                ))
        }
        members.append(member("value", letter.bytes))
        return Bytes(JSONText.object(members))
    }

    /// Bytes as text where they are UTF-8; else their name ends in `_hex` and two digits stand for each.
    private static func member(_ name: String, _ bytes: Bytes?) -> (name: String, value: String) {
        guard let bytes else { return (name: name, value: "null") }
        if let text = String(validating: Array(bytes), as: UTF8.self) {
            return (name: name, value: JSONText.quoted(text))
        }
        let digits = bytes.map { byte in
            let text = String(byte, radix: 16)
            return text.count == 1 ? "0" + text : text
        }
        return (name: name + "_hex", value: JSONText.quoted(digits.joined()))
    }
}
