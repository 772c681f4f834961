extension String {
    /// As much of it as a frame takes, on one line.
    var wireSentence: String {
        var sentence = ""
        for character in unicodeScalars {
            let isControl = character.value < 0x20 || (0x7F...0x9F).contains(character.value)
            sentence.unicodeScalars.append(isControl ? " " : character)
            if sentence.utf8.count > WireLimits.maximumTextLength - 8 { break }
        }
        return sentence
    }
}
