/// What is done with a value of the writer so that it becomes one of the reader; plain numbers, as the types are.
struct AvroOperation: Sendable {
    enum Kind: Sendable {
        /// Nothing is changed.
        case copy
        /// It cannot be done; `first` is the message.
        case refuse
        case intToFloat
        case intToDouble
        case longToFloat
        case longToDouble
        case floatToDouble
        case bytesToString
        /// `first` is where the reader's symbols begin in the table, `count` how many the writer has.
        case enumeration
        /// The writer has a union, the operations of its branches begin at `first` in the table.
        case branches
        /// The reader has a union: its branch is `first`, and `count` is the operation on the value in it.
        case wrap
        /// `first` is the operation on each item.
        case array
        case map
        /// The actions begin at `first`, in the order of the writer's fields.
        case record
        /// The same in the order of the reader's fields, where that is another one.
        case reorder
    }

    var kind: Kind
    /// The writer's type.
    var writer: Int32
    var first: Int32 = 0
    var count: Int32 = 0
    /// Whether the reader's value has the same bytes.
    var isCopy = false
}

/// What is done for one field, or several in a row.
struct AvroAction: Sendable {
    enum Kind: Sendable {
        /// The operation `value` on the writer's field `field`.
        case resolve
        /// `value` fields of the writer from `field` on are copied.
        case copy
        /// The writer's field `field` is left out.
        case skip
        /// The default `value` is put in.
        case insert
    }

    var kind: Kind
    var field: Int32 = 0
    var value: Int32 = 0
}
