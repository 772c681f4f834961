import Connect
import ConnectWatch

/// Draws a running pipeline on the terminal, over and over in the same place.
final class LiveDisplay: Sendable {
    /// How often it is drawn.
    static let interval = Duration.milliseconds(500)

    private let watch: RunWatch
    private let hasColour: Bool
    private let isEnded: Guarded<Bool>
    private let ended: Monitor.Condition

    /// A display of a run; draws nothing yet.
    init(_ watch: RunWatch, hasColour: Bool) {
        self.watch = watch
        self.hasColour = hasColour
        isEnded = Guarded(false, scheduler: SystemScheduler.shared)
        ended = isEnded.monitor.makeCondition()
    }

    /// Draws from now on, on a thread of its own.
    func start() {
        SystemScheduler.shared.spawn(name: "display") {
            var next = SystemScheduler.shared.now
            while true {
                next = next.advanced(by: LiveDisplay.interval)
                let deadline = next
                let hasEnded = self.isEnded.waitWithLock { isEnded in
                    if isEnded || SystemScheduler.shared.now >= deadline { return .done(isEnded) }
                    return .wait(self.ended, until: deadline)
                }
                if hasEnded { return }
                self.draw()
            }
        }
    }

    /// Draws for the last time, how the run has ended.
    func end() {
        isEnded.withLock { isEnded in
            isEnded = true
            ended.broadcast()
        }
        draw()
    }

    private func draw() {
        let width = StandardErrorScreen.width ?? 80
        StandardErrorScreen.draw(LiveText(width: width, hasColour: hasColour).lines(watch.look()))
    }
}
