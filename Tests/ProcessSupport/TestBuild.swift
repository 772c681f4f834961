import Foundation

/// How the tests were built.
package enum TestBuild {
    /// Sanitizers need memory of their own and many times as long.
    package static let isSanitized = ["__tsan_init", "__asan_init"].contains { (name: String) in
        dlsym(dlopen(nil, RTLD_NOW), name) != nil
    }
}
