import ConnectNetwork
import Foundation

// member ENDPOINTS PREFIX OWN SECONDS: registers in etcd, writes every list and failure on a line, and takes the
// registration back at the end of its input.

func line(_ text: String) {
    FileHandle.standardOutput.write(Data((text + "\n").utf8))
}

let words = CommandLine.arguments
let membership = try EtcdMembership(
    endpoints: words[1], prefix: words[2], own: PeerAddress(words[3]), timeToLive: .seconds(Int(words[4]) ?? 10))
let first = try membership.start(changed: { line("\($0)") }, troubled: { line("\($0)") })
line("\(first)")
while let data = try? FileHandle.standardInput.read(upToCount: 1), !data.isEmpty {}
membership.stop()
