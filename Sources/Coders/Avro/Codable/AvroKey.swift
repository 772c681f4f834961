/// A name or a place, for paths in errors and for the members of base classes.
struct AvroKey: CodingKey {
    let stringValue: String
    let intValue: Int?

    static let superKey = AvroKey(stringValue: "super")

    init(stringValue: String) {
        self.stringValue = stringValue
        intValue = nil
    }

    init(intValue: Int) {
        stringValue = "\(intValue)"
        self.intValue = intValue
    }
}
