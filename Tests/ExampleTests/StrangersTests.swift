import ConnectTesting
import Foundation
import ProcessSupport
import Testing

extension ProcessTests {
    @Suite("Strangers at the ports of a pipeline", .enabled(if: Settings.hasProc, "skipped: needs /proc"))
    struct StrangersTests {
        /// How much more memory a process may have afterwards, in kilobytes.
        private static let room = TestBuild.isSanitized ? 400_000 : 32_000
        private static let connects = Settings.isSoak ? 10_000 : 500

        private static let noise: [UInt8] = {
            var numbers = SplitMix(seed: Settings.seed)
            return (0..<(1 << 20)).map { _ in UInt8.random(in: 0...255, using: &numbers) }
        }()

        /// Says what strangers say to a port; the connections stay open as long as the result is held.
        private static func attack(_ port: Int) throws -> [RawSocket] {
            var held: [RawSocket] = []
            for bytes in [
                noise, Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8), [255, 255, 255, 255, 1, 0], [],
            ] {
                let socket = try RawSocket(to: port)
                socket.write(bytes)
                held.append(socket)
            }
            for _ in 0..<connects { _ = try RawSocket(to: port) }
            return held
        }

        // S-NET-1
        @Test("Noise, HTTP, endless frames, silence and thousands of connects change neither output nor memory")
        func strangers() async throws {
            let scratch = try Scratch()
            let ports = try FreePorts.draw(3)
            let members = ports.map { "127.0.0.1:\($0)" }
            let processes = try members.indices.map { place in
                let file = place == 2 ? try Descriptor(scratch.path("out"), O_WRONLY | O_CREAT | O_TRUNC) : nil
                return try ChildProcess(
                    .splitMapMerge,
                    [
                        "--count", "100000000", "--rate", "20000", "--peers", members.joined(separator: ","), "--self",
                        members[place],
                    ], in: scratch, output: file)
            }
            try await eventually("some output") { scratch.length("out") > 100_000 }
            let before = try processes.map { try #require(ProcessStatus(of: $0)).memory }
            for port in ports {
                let held = try Self.attack(port)
                let size = scratch.length("out")
                try await eventually("more output") { scratch.length("out") > size + 50_000 }
                #expect(held.count == 4)
            }
            let after = try processes.map { try #require(ProcessStatus(of: $0)).peakMemory }
            for (before, after) in zip(before, after) {
                #expect(after - before < Self.room, "\(before) kB before, at most \(after) kB")
            }
            processes[0].send(SIGTERM)
            for process in processes { #expect(try await process.wait() == .exited(0)) }
            let output = try scratch.data("out")
            let lines = output.count { $0 == UInt8(ascii: "\n") }
            let alone = try await run(.splitMapMerge, ["--count", "\(lines + 10)"], in: scratch)
            #expect(lines > 10_000 && output == alone.output.prefix(output.count), "CONNECT_SEED=\(Settings.seed)")
        }
    }
}
