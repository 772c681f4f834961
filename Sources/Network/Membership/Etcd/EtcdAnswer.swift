/// A part of etcd's answer.
struct EtcdAnswer: Sendable {
    enum Part: Sendable {
        /// One line of the body, which is one JSON value.
        case line(String, status: Int)
        /// Nothing more comes; the reason where it ended too early.
        case ended(String?)
    }

    /// The number of the request that it answers.
    let request: Int
    let part: Part

    var isLast: Bool {
        if case .ended = part { true } else { false }
    }
}
