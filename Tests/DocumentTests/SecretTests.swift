import ConnectCatalog
import ConnectDocuments
import Testing

/// What nobody is to see is in no message.
@Suite struct SecretTests {
    @Test(
        "A secret from a file is in no message, wherever it was put",
        arguments: [
            "  source: '${file:/secret}'", "  source: {type: '${file:/secret}', path: a}",
            "  source: {type: numbers, path: a, count: '${file:/secret}'}",
            "  source: 'numbers:a?count=${file:/secret}'", "  source: 'numbers:a?${file:/secret}'",
            "  source: {type: numbers, path: a, throttle: '${file:/secret}'}",
            "  source: {type: numbers, path: a, par: 'x${file:/secret}y'}",
        ])
    func fileSecrets(line: String) {
        let text = Samples.text.replacing(Samples.lines[4], with: line)
        let problems = Samples.problems(text, files: ["/secret": "hunter2\n"])
        #expect(!problems.isEmpty)
        #expect(!"\(ConfigurationError(problems))".contains("hunter2"), "\(problems)")
    }

    @Test("The value of a secret key is in no message, neither of the type nor of the component")
    func keySecrets() {
        for value in ["[hunter2]", "{hunter2: x}", "wrong-password"] {
            let line = "  source: {type: numbers, path: a, password: \(value)}"
            let problems = Samples.problems(Samples.text.replacing(Samples.lines[4], with: line))
            let message = "\(ConfigurationError(problems))"
            #expect(problems.count == 1, "\(message)")
            #expect(!message.contains("hunter2") && !message.contains("wrong-password"), "\(message)")
        }
    }

    @Test("What --set gives is in no message")
    func settings() {
        let problems = Samples.problems(
            Samples.text, settings: ["spec.source.count=hunter2", "spec.source.pasword=hunter2"])
        let problem = problems.first { $0.message.contains("pasword") }
        #expect(problem?.mend == "Did you mean password?")
        #expect(problems.allSatisfy { !"\($0.origin)".contains("hunter2") })
    }

    @Test("A value read from a file is marked as secret, and its place tells the file")
    func marks() throws {
        let line = "  source: 'numbers:${file:/secret}?count=${COUNT}'"
        let document = try Samples.read(
            Samples.text.replacing(Samples.lines[4], with: line), environment: ["COUNT": "3"],
            files: ["/secret": "hunter2\n"])
        #expect(document.secrets == ["hunter2"])
        #expect(document.declaration.source.unnamed?.isSecret == true)
    }

    @Test(
        "Keys of client libraries that hold secrets are known by their names",
        arguments: [
            ("sasl.password", true), ("ssl.key.pem", true), ("sasl.oauthbearer.client.secret", true), ("apiKey", true),
            ("bootstrap.servers", false), ("linger.ms", false), ("key", false),
        ])
    func names(name: String, isSecret: Bool) {
        #expect(ConfigurationKey.soundsSecret(name) == isSecret)
    }
}
