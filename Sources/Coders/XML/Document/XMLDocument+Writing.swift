public import Connect
import ConnectCatalog

extension XML {
    /// How a document is written. What it says is the same in every form.
    public enum Form: String, Sendable, Hashable {
        /// Without a declaration.
        case plain
        /// Without a declaration and, comments and instructions aside, without line breaks: those of texts are written as
        /// `&#10;`.
        case onOneLine
        /// With a declaration, and a line break behind it and behind each node that stands beside the root.
        case file
    }
}

extension XML.Document {
    /// The document as text, in UTF-8.
    ///
    /// - Parameter form: how it is written
    /// - Returns: the text
    public func bytes(_ form: XML.Form = .plain) -> Bytes {
        var output = BytesBuilder()
        write(form, to: &output)
        return output.takeExact()
    }

    func write(_ form: XML.Form, to output: inout BytesBuilder) {
        if form == .file {
            output.append("<?xml version=\"1.0\" encoding=\"UTF-8\"")
            if let isStandalone { output.append(isStandalone ? " standalone=\"yes\"" : " standalone=\"no\"") }
            output.append("?>\n")
        }
        withArena { arena in
            var writer = XMLWriter(arena: arena, form: form)
            writer.write(0, to: &output)
        }
    }
}

extension XML.Node {
    /// The node with all it holds, as text. Namespaces that are declared around it are declared in it where its names use
    /// them.
    public var bytes: Bytes { XML.Document(self)?.bytes() ?? written }

    /// What is no element needs no namespaces.
    private var written: Bytes {
        withArena { arena, _ in
            var output = BytesBuilder()
            var writer = XMLWriter(arena: arena, form: .plain)
            writer.write(index, to: &output)
            return output.takeExact()
        }
    }
}

extension XML.Node: CustomStringConvertible {
    /// The node as text.
    public var description: String { bytes.description }
}
