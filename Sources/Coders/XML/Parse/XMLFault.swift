import CConnectXML2
import Connect

/// Why a document is refused.
struct XMLFault {
    var code: CoderError.Code
    var message: String
    var offset: Int64?

    init(_ code: CoderError.Code, _ message: String, _ offset: Int64?) {
        self.code = code
        self.message = message
        self.offset = offset
    }

    static func limit(_ message: String, _ offset: Int64?) -> XMLFault {
        XMLFault(.limitExceeded, message + "; raise the limit if that is expected", offset)
    }

    static func attributes(_ limits: XML.Limits, _ offset: Int64?) -> XMLFault {
        .limit("an element has more than \(limits.attributes) attributes", offset)
    }

    static func depth(_ limits: XML.Limits, _ offset: Int64?) -> XMLFault {
        .limit("more than \(limits.depth) elements stand in each other", offset)
    }

    static func doctype(_ offset: Int64?) -> XMLFault {
        XMLFault(
            .malformed,
            "it has a <!DOCTYPE, which is refused; allow an internal subset if whoever writes the documents is trusted",
            offset)
    }

    static func external(_ offset: Int64?) -> XMLFault {
        XMLFault(
            .malformed, "its <!DOCTYPE names something outside of the document, which is never read", offset)
    }

    /// libxml2 resolves these without end where many stand in each other.
    static func parameter(_ offset: Int64?) -> XMLFault {
        XMLFault(
            .malformed, "its <!DOCTYPE declares a parameter entity, which is not taken; write out what it stands for",
            offset)
    }

    /// A mistake that libxml2 found, in words of our own: its messages quote the document.
    init(code: Int32, at offset: Int64?, of count: Int) {
        self.offset = offset.map { min(max($0, 0), Int64(count)) }
        let isAtEnd = self.offset.map { $0 >= Int64(count) } ?? false
        self.code = isAtEnd && XMLFault.endings.contains(code) ? .truncated : .malformed
        if count == 0 {
            message = "there is nothing, where a document should be"
        } else if self.code == .truncated {
            message = "it ends before the root element does"
        } else {
            message =
                XMLFault.messages[code]
                ?? (XMLFault.isOfDoctype(code)
                    ? "its document type is malformed" : "it is not well-formed (error \(code) of libxml2)")
        }
    }

    /// Whether a mistake can be made in a document type only.
    private static func isOfDoctype(_ code: Int32) -> Bool {
        switch code {
        case 24...26, 28...30, 36, 37, 47...61, 67, 69, 70, 82...90: true
        default: false
        }
    }

    private static let endings: Set<Int32> = Set(
        [
            XML_ERR_DOCUMENT_EMPTY, XML_ERR_DOCUMENT_END, XML_ERR_TAG_NOT_FINISHED, XML_ERR_GT_REQUIRED,
            XML_ERR_COMMENT_NOT_FINISHED, XML_ERR_CDATA_NOT_FINISHED, XML_ERR_PI_NOT_FINISHED,
            XML_ERR_LTSLASH_REQUIRED, XML_ERR_ATTRIBUTE_NOT_FINISHED, XML_ERR_DOCTYPE_NOT_FINISHED,
            XML_ERR_NAME_REQUIRED, XML_ERR_SPACE_REQUIRED,
        ].map { Int32($0.rawValue) })

    private static let messages: [Int32: String] = [
        (XML_ERR_DOCUMENT_EMPTY, "a root element is expected"),
        (XML_ERR_DOCUMENT_END, "more follows behind the root element"),
        (XML_ERR_INVALID_HEX_CHARREF, "a reference to a character has no hexadecimal number"),
        (XML_ERR_INVALID_DEC_CHARREF, "a reference to a character has no number"),
        (XML_ERR_INVALID_CHARREF, "a reference to a character names none"),
        (XML_ERR_INVALID_CHAR, "a character that XML 1.0 does not have, such as a control character"),
        (XML_ERR_ENTITYREF_SEMICOL_MISSING, "an & is written &amp;, and references end with a semicolon"),
        (XML_ERR_UNDECLARED_ENTITY, "a reference to an entity that is not declared"),
        (XML_WAR_UNDECLARED_ENTITY, "a reference to an entity that is not declared"),
        (XML_ERR_ENTITY_LOOP, "entities refer to each other, or become too large"),
        (XML_ERR_UNKNOWN_ENCODING, "its declaration names an unknown encoding"),
        (XML_ERR_UNSUPPORTED_ENCODING, "its declaration names an unsupported encoding"),
        (
            XML_ERR_INVALID_ENCODING,
            "bytes that are not valid in its encoding, which is UTF-8 where nothing else is said"
        ),
        (XML_ERR_STRING_NOT_STARTED, "a quote is missing"),
        (XML_ERR_STRING_NOT_CLOSED, "a quote does not end"),
        (XML_ERR_ENCODING_NAME, "its declaration names an encoding that can be none"),
        (XML_ERR_ATTRIBUTE_NOT_STARTED, "the value of an attribute has to begin with a quote"),
        (XML_ERR_ATTRIBUTE_NOT_FINISHED, "the value of an attribute does not end"),
        (XML_ERR_ATTRIBUTE_WITHOUT_VALUE, "an attribute has no value"),
        (XML_ERR_ATTRIBUTE_REDEFINED, "an element has two attributes of one name"),
        (XML_ERR_LT_IN_ATTRIBUTE, "a < in the value of an attribute is written &lt;"),
        (XML_ERR_COMMENT_NOT_FINISHED, "a comment does not end"),
        (XML_ERR_HYPHEN_IN_COMMENT, "a comment has -- in it"),
        (XML_ERR_PI_NOT_STARTED, "an instruction has no target"),
        (XML_ERR_PI_NOT_FINISHED, "an instruction does not end"),
        (XML_ERR_XMLDECL_NOT_STARTED, "the declaration is malformed"),
        (XML_ERR_XMLDECL_NOT_FINISHED, "the declaration does not end as it must"),
        (
            XML_ERR_RESERVED_XML_NAME,
            "a declaration stands anywhere but at the beginning, or an instruction is called xml"
        ),
        (XML_ERR_MISPLACED_CDATA_END, "a ]]> in text is written ]]&gt;"),
        (XML_ERR_CDATA_NOT_FINISHED, "a section of character data does not end"),
        (XML_ERR_SPACE_REQUIRED, "white space is missing"),
        (XML_ERR_NAME_REQUIRED, "a name is missing"),
        (XML_ERR_NAME_TOO_LONG, "a name is too long"),
        (XML_ERR_GT_REQUIRED, "a tag does not end with >"),
        (XML_ERR_LTSLASH_REQUIRED, "an end tag is missing"),
        (XML_ERR_EQUAL_REQUIRED, "an equals sign is missing"),
        (XML_ERR_TAG_NAME_MISMATCH, "an end tag has not the name of the element that is open"),
        (XML_ERR_TAG_NOT_FINISHED, "an element does not end"),
        (XML_ERR_VERSION_MISSING, "the declaration says no version"),
        (XML_ERR_UNKNOWN_VERSION, "the declaration says a version that is none"),
        (XML_ERR_STANDALONE_VALUE, "standalone is yes or no"),
        (XML_ERR_INTERNAL_ERROR, "one part of it is beyond what libxml2 takes"),
    ].reduce(into: [:]) { all, one in all[Int32(one.0.rawValue)] = one.1 }
}
