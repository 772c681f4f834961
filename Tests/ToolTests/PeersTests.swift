import Foundation
import ProcessSupport
import Testing

extension ToolTests {
    @Suite("Several instances")
    struct PeersTests {
        let scratch: Scratch
        let file: String
        let members: [String]

        init() throws {
            scratch = try Scratch()
            file = try scratch.file("in.log", (0..<20_000).map { "line \($0)\n" }.joined())
            members = try FreePorts.draw(3).map { "127.0.0.1:\($0)" }
        }

        private var words: [String] {
            ["--from", "file:\(file)", "--through", "lines", "--through", "upper:par=2", "--to", "stdout:"]
        }

        // S-NET-1, S-NET-3, S-PLAN-1
        @Test("run --peers prints on the last instance what one process prints, with a secret that all know")
        func shares() async throws {
            let alone = try await connectctl(["run"] + words, in: scratch)
            expectQuietSuccess(alone)
            let secret = try scratch.file("secret", String(repeating: "0123456789abcdef", count: 2) + "\n")
            let options = ["--peers", members.joined(separator: ","), "--peers-secret-file", secret]
            let names = ["first", "second", "third"]
            let processes = try members.indices.map { place in
                try ChildProcess(
                    .connectctl, ["run"] + words + options + ["--self", "\(place)"], in: scratch,
                    output: try Descriptor(scratch.path(names[place]), O_WRONLY | O_CREAT | O_TRUNC))
            }
            for process in processes {
                #expect(try await process.wait() == .exited(0))
                #expect(try process.standardError() == "")
            }
            #expect(try names.map { try scratch.data($0) } == [Data(), Data(), alone.output])
        }

        // S-PLAN-1, G53
        @Test("plan --peers shows what is put in, whoever asks, and plan alone does not")
        func plans() async throws {
            let list = ["--peers", "10.255.0.1:1,10.255.0.2:1"]
            let plan = try await connectctl(["plan"] + words + list, in: scratch)
            expectQuietSuccess(plan)
            for text in ["NET-SPLIT >> [Bytes]", "NET-MERGE-SORT >> [Bytes]", "on the first member"] {
                #expect(plan.text.contains(text), "\(plan.text)")
            }
            let same = try await connectctl(["plan"] + words + list + ["--self", "1"], in: scratch)
            #expect(same.output == plan.output)
            let alone = try await connectctl(["plan"] + words, in: scratch)
            #expect(!alone.text.contains("NET-"))
            let one = try await connectctl(["plan"] + words + ["--peers", "10.255.0.1:1"], in: scratch)
            #expect(one.output == alone.output)
        }

        // S-NET-1
        @Test("What is said of instances and does not fit is refused with status 2")
        func refused() async throws {
            let twice = ["--peers", "10.255.0.1:1,10.255.0.1:1"]
            for verb in ["run", "plan", "validate"] {
                expectFailure(
                    try await connectctl([verb] + words + twice, in: scratch), status: 2, says: "in the list twice")
            }
            expectFailure(
                try await connectctl(
                    ["run"] + words + ["--peers", "10.255.0.1:1,10.255.0.2:1", "--self", "0"], in: scratch),
                status: 78, says: "10.255.0.1:1")
        }
    }
}
