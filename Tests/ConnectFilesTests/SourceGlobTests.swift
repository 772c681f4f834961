import Testing

@testable import Connect
@testable import ConnectFiles

@Suite struct `Glob patterns` {
    @Test(arguments: [
        ("*", "", true), ("*", "a", true), ("*", ".a", false), (".*", ".a", true), ("a*", "a", true),
        ("*.log", "a.log", true), ("*.log", "a.logs", false), ("*.log", ".log", false), ("a*b*c", "aXbYbZc", true),
        ("a*b*c", "aXbYbZ", false), ("?", "a", true), ("?", "", false), ("?", "ab", false), ("[abc]", "b", true),
        ("[abc]", "d", false), ("[a-c]x", "bx", true), ("[!a-c]", "d", true), ("[!a-c]", "b", false),
        ("[^a]", "b", true), ("[]a]", "]", true), ("[a-]", "-", true), ("[", "[", true), ("a[", "a[", true),
        ("[z-a]", "m", false), (#"\*"#, "*", true), (#"\*"#, "a", false), (#"a\"#, #"a\"#, true), ("-*", "-n", true),
        ("a", "A", false), ("*a*a*a*a*a*a*a*a*b", String(repeating: "a", count: 200), false),
    ])
    func `match whole names, byte by byte`(pattern: String, name: String, expected: Bool) {
        #expect(GlobPattern.matches(Array(pattern.utf8)[...], Array(name.utf8)[...]) == expected)
    }

    @Test func `match bytes that are no text`() {
        #expect(GlobPattern.matches([0x3F, 0x2A], [0xFF, 0x80, 0x0A]))
        #expect(GlobPattern.matches([0x5B, 0xF0, 0x2D, 0xFF, 0x5D], [0xFE]))
    }

    @Test func `find files in byte-wise order, through any number of directories`() throws {
        let directory = try SourceDirectory()
        for name: FilePath in ["a", "b", "a/c", ".d"] { try directory.createDirectory(name) }
        for name: FilePath in ["x.log", "a/x.log", "a/c/y.log", "b/z.log", "b/z.txt", ".d/h.log", "a/[1].log"] {
            try directory.write("", to: name)
        }
        try directory.link("link", to: "b")
        try directory.link("loop", to: "loop")
        try directory.createDirectory("dir.log")
        let cases: [(String, [String])] = [
            ("*.log", ["x.log"]),
            ("*/*.log", ["a/[1].log", "a/x.log", "b/z.log", "link/z.log"]),
            ("**/*.log", ["a/[1].log", "a/c/y.log", "a/x.log", "b/z.log", "x.log"]),
            ("a/**", []),
            ("a/**/y.log", ["a/c/y.log"]),
            ("**/**/z.log", ["b/z.log"]),
            ("*/x.log", ["a/x.log"]),
            (".d/*", [".d/h.log"]),
            (#"a/\[1\].log"#, ["a/[1].log"]),
            ("nothing*", []),
            ("x.log", ["x.log"]),
        ]
        for (pattern, expected) in cases {
            let glob = GlobPattern(path: directory.file(FilePath(pattern)))
            #expect(
                try glob.files(in: POSIXFileSystem()) == expected.map { directory.file(FilePath($0)) }, "\(pattern)")
        }
    }

    @Test func `say where the part before the first wildcard leads nowhere`() throws {
        let directory = try SourceDirectory()
        for pattern: FilePath in ["missing/*.log", "missing/a/*.log", "missing.log"] {
            let glob = GlobPattern(path: directory.file(pattern))
            let error = #expect(throws: ConnectorError.self) { try glob.files(in: POSIXFileSystem()) }
            #expect(error?.code == .notFound)
        }
    }
}
