import Foundation
import ProcessSupport

/// A program of its own, on the Python client: writes numbered records to a topic as far as it is told, and watches
/// another topic for them.
final class Judge {
    /// What it has found.
    struct Verdict: Decodable, CustomStringConvertible {
        var lost: Int
        var duplicated: Int
        var altered: Int
        var seen: Int

        var description: String { "\(seen) seen: \(lost) lost, \(duplicated) duplicated, \(altered) altered" }
    }

    private let scratch: Scratch
    private let process: ChildProcess
    private let orders: Descriptor

    /// Starts it.
    ///
    /// A record has as many bytes of payload behind its number. It writes a number of records ahead of those that have
    /// arrived: few make small batches, through all of which the embedded broker goes at each fetch, so long runs want more.
    init(
        _ brokers: String, from source: String, to target: String, payload: Int = 0, ahead: Int = 1000,
        in scratch: Scratch
    ) throws {
        self.scratch = scratch
        let fifo = try scratch.fifo("orders")
        orders = try Descriptor(fifo, O_RDWR)
        process = try ChildProcess(
            Program(at: "/usr/bin/python3"),
            ["-c", Judge.program, brokers, source, target, fifo, scratch.path("seen"), "\(payload)", "\(ahead)"],
            in: scratch)
    }

    /// Has it write records up to a number.
    func write(upTo count: Int) {
        orders.write("\(count)\n")
    }

    /// How many different records have arrived.
    var seen: Int { (try? scratch.text("seen")).flatMap { Int($0.prefix { $0 != "\n" }) } ?? 0 }

    /// Waits until as many different records have arrived.
    func wait(for count: Int, within limit: Duration = .seconds(120)) async throws {
        try await eventually(within: limit, "\(count) records; \(self.seen) have arrived") {
            if let ending = process.poll() {
                throw TestFailure("the judge has ended: \(ending) \(try process.standardError())")
            }
            return seen >= count
        }
    }

    /// Ends it.
    ///
    /// - Returns: what it has found
    func verdict() async throws -> Verdict {
        orders.write("end\n")
        let ending = try await process.wait()
        if ending != .exited(0) { throw TestFailure("the judge: \(ending) \(try process.standardError())") }
        return try JSONDecoder().decode(Verdict.self, from: scratch.data("seen.verdict"))
    }

    private static let program = """
        import json, os, sys, threading, time
        from confluent_kafka import Consumer, Producer, TopicPartition, OFFSET_BEGINNING
        brokers, source, target, fifo, place, payload, ahead = sys.argv[1:]
        limits = {"wanted": 0, "end": False}
        def listen():
            for line in open(fifo):
                if line == "end\\n":
                    limits["end"] = True
                    return
                limits["wanted"] = int(line)
        threading.Thread(target=listen, daemon=True).start()
        producer = Producer({"bootstrap.servers": brokers, "linger.ms": 5, "queue.buffering.max.messages": 2000000})
        consumer = Consumer({
            "bootstrap.servers": brokers, "group.id": "judge", "enable.auto.commit": False,
            "auto.offset.reset": "error", "fetch.wait.max.ms": 10})
        partitions = consumer.list_topics(target, 60).topics[target].partitions
        consumer.assign([TopicPartition(target, number, OFFSET_BEGINNING) for number in partitions])
        rest = b"." * int(payload)
        undelivered = []
        def reported(error, message):
            if error: undelivered.append(str(error))
        written, seen, duplicated, altered = 0, bytearray(), 0, 0
        distinct, shown, since = 0, -1, time.monotonic()
        quiet = 0
        while True:
            # Not all at once: so there is always something under way, and nothing that is long done.
            while written < min(limits["wanted"], distinct + int(ahead)):
                producer.produce(
                    source, key=b"%d" % (written % 1000), value=b"%d" % written + rest, on_delivery=reported)
                written += 1
                if written % (int(ahead) // 2) == 0: break
            producer.poll(0)
            if undelivered: sys.exit("not written: " + undelivered[0])
            if len(seen) < written: seen.extend(bytes(written - len(seen)))
            messages = consumer.consume(2000, 0.01)
            for message in messages:
                if message.error(): sys.exit("cannot read: " + str(message.error()))
                value = message.value()
                number = int(value[:len(value) - len(rest)])
                if value[len(value) - len(rest):] != rest or message.key() != b"%d" % (number % 1000): altered += 1
                if seen[number]: duplicated += 1
                else:
                    seen[number] = 1
                    distinct += 1
            if distinct != shown:
                shown = distinct
                with open(place + ".new", "w") as file: file.write("%d\\n" % distinct)
                os.rename(place + ".new", place)
            # What is still on its way may be there twice.
            quiet = 0 if messages or not limits["end"] else quiet + 1
            if quiet > 20: break
        verdict = {"lost": written - distinct, "duplicated": duplicated, "altered": altered, "seen": distinct}
        with open(place + ".verdict", "w") as file: json.dump(verdict, file)
        """
}
