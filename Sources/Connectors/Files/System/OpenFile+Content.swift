package import Connect

extension OpenFile {
    /// Reads a small file whole, from where the last read ended.
    ///
    /// - Parameter size: how many bytes it is said to have
    /// - Returns: what it holds; one byte more than expected where it has grown since, so that it does not look whole
    /// - Throws: where it cannot be read
    package func content(expecting size: Int) throws(ConnectorError) -> Bytes {
        try BytesBuffer.filled(capacity: size + 1) { (memory) throws(ConnectorError) in
            var count = 0
            while count < memory.count {
                let read = try read(into: UnsafeMutableRawBufferPointer(rebasing: memory[count...])) ?? 0
                if read == 0 { break }
                count += read
            }
            return count
        }
    }
}
