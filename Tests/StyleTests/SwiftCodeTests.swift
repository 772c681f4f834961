import Testing

@Suite("Searching in code")
struct SwiftCodeTests {
    @Test(
        "Comments and the texts of literals are blanked, code between and inside them is not",
        arguments: [
            ("let a = 1 // try! it", "let a = 1           "),
            ("a /* as! /* b */ c */ d", "a                     d"),
            (#"let u = "https://x" + v"#, #"let u = "         " + v"#),
            (#"f("a \(g("b", try! h)) c")"#, #"f("   (g(" ", try! h))  ")"#),
            (##"#"a " \(b) \#(c)"# + d"##, ##"#"           (c)"# + d"##),
            ("\"\"\"\n a \"q\" \\(b)\n \"\"\" + c", "\"\"\"\n        (b)\n \"\"\" + c"),
            (#""\"" + a"#, #""  " + a"#),
        ])
    func blanks(_ text: String, _ expected: String) {
        #expect(SwiftCode.blanked(text) == expected)
    }

    @Test("Types at the left margin are found, whatever stands before them, and types inside others are not")
    func findsTypes() {
        let text = """
            public final class A: B {
                struct Inner {}
            }
            @usableFromInline
            struct C {}
            private enum D {}
            // struct E {}
            public protocol F {}
            extension G {}
            """
        let file = SourceFile(path: "Sources/Connect/Plan/A.swift", text: text, code: SwiftCode.blanked(text))
        let types = DeclaredType.all(in: file)
        #expect(types.map(\.name) == ["A", "C", "D", "F"])
        #expect(types.filter(\.isPrivate).map(\.name) == ["D"])
        #expect(file.words() == ["A": 1, "B": 1, "Inner": 2, "C": 5, "D": 6, "F": 8, "G": 9])
        #expect(file.folder == "Plan")
    }

    @Test("Words behind a dot are members of something else")
    func skipsMembers() {
        let text = "let a: Plan.Stage = .Other(Run)"
        let file = SourceFile(path: "Sources/Connect/Plan/A.swift", text: text, code: text)
        #expect(Set(file.words().keys) == ["Plan", "Run"])
    }

    @Test("The scan finds the repository and its files")
    func findsFiles() {
        #expect(SourceTree.core.contains { $0.path == "Sources/Connect/Declaration/Pipeline.swift" })
        #expect(SourceTree.tests.contains { $0.path == "Tests/StyleTests/SwiftCodeTests.swift" })
    }
}
