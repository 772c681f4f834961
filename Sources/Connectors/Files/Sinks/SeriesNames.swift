import Connect

/// The names of the files of an output.
///
/// A single file has its own name and the number 0. The files of a series are numbered from 1 and have `.partial`
/// behind their names while they are written.
struct SeriesNames: Sendable {
    let path: FilePath
    let isRolled: Bool

    /// One file of a series, by its name.
    struct Member: Hashable {
        let number: Int
        let isPartial: Bool
    }

    /// The number of the first file.
    var firstNumber: Int { isRolled ? 1 : 0 }

    /// The name of a file that is whole.
    func complete(_ number: Int) -> FilePath {
        guard isRolled else { return path }
        let digits = String(number)
        return path.adding("." + String(repeating: "0", count: max(0, 6 - digits.count)) + digits)
    }

    /// The name of a file while it is written.
    func working(_ number: Int) -> FilePath {
        isRolled ? complete(number).adding(".partial") : path
    }

    /// The name of the lock file.
    var lock: FilePath { path.adding(".lock") }

    /// The name of the file that keeps the positions.
    var positions: FilePath { path.adding(".positions") }

    /// The files of the series that are there, by number.
    func members(in fileSystem: any FileSystem) throws(ConnectorError) -> [Member] {
        guard isRolled else { return [] }
        return try fileSystem.names(in: path.directory).compactMap(member).sorted { $0.number < $1.number }
    }

    private func member(_ name: FilePath) -> Member? {
        let base = path.lastComponent.bytes + [UInt8(ascii: ".")]
        guard name.bytes.starts(with: base) else { return nil }
        let isPartial = name.hasSuffix(".partial")
        let digits = name.bytes.dropFirst(base.count).dropLast(isPartial ? 8 : 0)
        guard (6...18).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }),
            let number = Int(String(decoding: digits, as: UTF8.self)), number > 0
        else { return nil }
        let member = Member(number: number, isPartial: isPartial)
        // Other spellings of the number are somebody else's files.
        return (isPartial ? working(number) : complete(number)).lastComponent == name ? member : nil
    }
}
