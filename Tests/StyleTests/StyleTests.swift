import Foundation
import Testing

@Suite("The style of the code")
struct StyleTests {
    @Test("No Swift file has more than 400 lines")
    func filesAreShort() {
        let offenders = (SourceTree.sources + SourceTree.tests).compactMap { file in
            let count = file.text.count { $0 == "\n" }
            return count > 400 ? "\(file.path): \(count) lines" : nil
        }
        expectNone(offenders, "Divide the file: it probably holds two things.")
    }

    @Test(
        "Nothing in the sources traps on purpose, prints, or hides sharing from the compiler",
        arguments: [
            (#"\btry!"#, "Throw a typed error instead."),
            (#"\bas!"#, "Use `as?`, or `unsafeDowncast` with a comment that says who fixes the type."),
            (#"\bfatalError\("#, "Throw a typed error instead."),
            (#"\bnonisolated\(unsafe\)"#, "Use `Mutex`, `Atomic` or `Guarded`."),
            (#"\bprint\("#, "Write bytes by checked `write(2)`: `print` loses errors. Messages go to the logger."),
            (#"\breadLine\("#, "It rewrites what is not UTF-8: read bytes."),
            (
                #"\b(Mutex|Guarded)<[^<>\[]*->"#,
                "A closure in generic storage is wrapped once more at each reading: put it into a struct."
            ),
        ])
    func sourcesAreSafe(_ pattern: String, _ advice: String) {
        expectNone(SourceTree.sources.flatMap { $0.places(of: pattern) }, advice)
    }

    @Test("No work is left undone in a comment")
    func nothingIsLeftUndone() {
        let places = SourceTree.sources.flatMap { $0.textPlaces(of: #"\b(TODO|FIXME|XXX|HACK)\b"#) }
        expectNone(places, "Do it, or describe it in an issue.")
    }

    @Test("Only files that are known for it take the check of Sendable upon themselves, each with a proof")
    func sendableIsProven() {
        let context = 8
        var unknown: [String] = []
        var unproven: [String] = []
        for file in SourceTree.sources {
            let lines = file.lines
            for (index, line) in file.codeLines.enumerated() where line.contains("@unchecked Sendable") {
                if !Allowed.uncheckedSendable.contains(file.path) { unknown.append("\(file.path):\(index + 1)") }
                let surroundings = lines[max(0, index - context)...min(lines.count - 1, index + context)]
                let isProven = surroundings.contains { $0.contains("//") && $0.contains("Proof") }
                if !isProven { unproven.append("\(file.path):\(index + 1): \(line)") }
            }
        }
        expectNone(unknown, "Build on `Mutex` or `Guarded`; if it cannot be helped, list the file in Allowed.swift.")
        expectNone(unproven, "Say right beside it why it is right: // Proof for `@unchecked Sendable`: …")
        let used = Set(SourceTree.sources.filter { $0.code.contains("@unchecked Sendable") }.map(\.path))
        expectNone(Allowed.uncheckedSendable.subtracting(used).sorted(), "Take what needs it no longer off the list.")
    }

    @Test("No source imports Foundation")
    func sourcesHaveNoFoundation() {
        let pattern =
            #"^\s*(@\w+(\(\w+\))?\s+)*((public|package|internal|private|fileprivate)\s+)?import\s+"#
            + #"((struct|class|enum|func|protocol|typealias|let|var)\s+)?Foundation"#
        expectNone(
            SourceTree.sources.flatMap { $0.places(of: pattern) },
            "It makes every static program tens of megabytes larger; use the C library or the standard library.")
    }

    @Test("Nothing but the seams starts threads, sleeps or reads a clock")
    func timeComesThroughTheScheduler() {
        let pattern =
            #"\bpthread_|\bThread\.|\bu?sleep\(\d|\b(usleep|nanosleep|clock_nanosleep|clock_gettime)\("#
            + #"|\bgettimeofday\(|\bTask\.(sleep|detached)|\bDispatchQueue\b|\b(Continuous|Suspending)Clock\b|\bDate\("#
        let places = SourceTree.sources.filter { file in
            !file.path.hasPrefix("Sources/Connect/Contracts/Seams/") && Allowed.waiting[file.path] == nil
        }.flatMap { $0.places(of: pattern) }
        expectNone(places, "Ask the run's `Scheduler`, so that a simulation can decide.")
    }

    // S-TRG-3
    @Test(
        "What the seams read is the monotonic clock; only metrics, the status and the tool's messages read the time of day"
    )
    func clocksAreMonotonic() {
        let seam = "Sources/Connect/Contracts/Seams/SystemScheduler.swift"
        let pattern = #"\bCLOCK_(?!MONOTONIC\b)|\b(gettimeofday|timespec_get|time\((nil|&))|\bDate\("#
        // Starts of a member are numbered by it, also across starts of the machine; nothing waits by it.
        let places = SourceTree.sources.filter { $0.path != "Sources/Network/Exchange/InstanceNumber.swift" }
            .flatMap { $0.places(of: pattern) }
        // The seam reads it once, for what tells it.
        #expect(places.count { $0.hasPrefix(seam) } == 1)
        expectNone(
            places.filter { !$0.hasPrefix(seam) }
                + SourceTree.sources.filter {
                    !$0.path.contains("/Seams/") && !$0.path.contains("/Runtime/Supervision/")
                        && !$0.path.contains("/Runtime/Status/")
                        && $0.path != "Sources/Tool/ToolLogHandler.swift"
                }.flatMap { $0.places(of: #"\.timeOfDay\b"#) },
            "Setting the time of day must change nothing: use the monotonic clock.")
    }

    @Test("Tests never sleep")
    func testsNeverSleep() {
        let pattern = #"\b(Task|Thread)\.sleep\b|\b(usleep|nanosleep|sleep)\(\s*[\d_]"#
        expectNone(
            SourceTree.tests.filter { Allowed.polling[$0.path] == nil }.flatMap { $0.places(of: pattern) },
            "Wait for an event, or let the manual clock go on.")
    }

    @Test("Tests start processes by what they share, not by Foundation")
    func testsShareProcesses() {
        expectNone(
            SourceTree.tests.flatMap { $0.places(of: #"(?<!\.)\bProcess\(\)"#) },
            "Use ChildProcess: Foundation waits for processes of other tests.")
    }

    @Test("Every Swift Testing test has a sentence for a name")
    func testsHaveSentences() {
        let places = SourceTree.tests.flatMap { file in
            let lines = file.codeLines.map { $0.trimmingCharacters(in: .whitespaces) }
            return lines.indices.compactMap { index -> String? in
                let line = lines[index]
                guard line.hasPrefix("@Test"), !line.hasPrefix("@Test(\""), line != "@Test(" else { return nil }
                let declaration = lines[index...].first { $0.contains("func ") } ?? ""
                return declaration.contains("func `") ? nil : "\(file.path):\(index + 1): \(line)"
            }
        }
        expectNone(places, #"Write @Test("What holds") or func `what holds`()."#)
    }
}

/// Fails with all offenders at once.
func expectNone(
    _ offenders: [String], _ advice: String, sourceLocation: SourceLocation = #_sourceLocation
) {
    let list = offenders.joined(separator: "\n  ")
    #expect(offenders.isEmpty, "\(advice)\n  \(list)", sourceLocation: sourceLocation)
}
