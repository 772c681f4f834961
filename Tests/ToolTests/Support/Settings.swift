import Foundation

/// What the tests run under.
enum Settings {
    /// Sanitizers need memory of their own and many times as long.
    static let isSanitized = ["__tsan_init", "__asan_init"].contains { (name: String) in
        dlsym(dlopen(nil, RTLD_NOW), name) != nil
    }
}
