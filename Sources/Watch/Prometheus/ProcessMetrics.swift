#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// What Prometheus' clients tell of every process, under the names that they use.
enum ProcessMetrics {
    /// The lines, as Prometheus reads them; what the system does not tell is left out.
    static func text(version: String) -> String {
        var families = [family("build_info", .gauge, 1, [("version", version)])]
        if let seconds = processorSeconds { families.append(family("process_cpu_seconds_total", .counter, seconds)) }
        if let bytes = residentBytes { families.append(family("process_resident_memory_bytes", .gauge, bytes)) }
        if let count = openDescriptors { families.append(family("process_open_fds", .gauge, count)) }
        return families.joined()
    }

    private static func family(
        _ name: String, _ kind: PrometheusFamily.Kind, _ value: Double, _ labels: [(String, String)] = []
    ) -> String {
        var family = PrometheusFamily(name: name, kind: kind)
        let member = PrometheusValue()
        member.record(value)
        family.members[PrometheusFamily.labels(labels)] = member
        return family.text
    }

    private static var processorSeconds: Double? {
        var usage = rusage()
        // 0 is RUSAGE_SELF, which the C libraries declare with different types.
        guard getrusage(0, &usage) == 0 else { return nil }
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1e6 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }

    /// Of Linux: the second number of `/proc/self/statm`, in pages (proc(5)).
    private static var residentBytes: Double? {
        let descriptor = open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = read(descriptor, &bytes, bytes.count)
        guard count > 0 else { return nil }
        let words = String(decoding: bytes[..<count], as: UTF8.self).split(separator: " ")
        guard words.count > 1, let pages = Double(words[1]) else { return nil }
        return pages * Double(sysconf(Int32(_SC_PAGESIZE)))
    }

    private static var openDescriptors: Double? {
        guard let directory = opendir("/proc/self/fd") else { return nil }
        defer { closedir(directory) }
        var count = 0
        while readdir(directory) != nil { count += 1 }
        // Without `.`, `..` and the directory itself.
        return Double(max(0, count - 3))
    }
}
