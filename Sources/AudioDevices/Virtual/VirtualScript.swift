/// What goes wrong on a virtual device, and when.
public struct VirtualScript: Sendable, Hashable {
  /// A cycle that begins late.
  public struct Stall: Sendable, Hashable {
    /// The cycle, counted from 0.
    public var cycle: Int
    /// How late it is.
    public var seconds: Double

    public init(cycle: Int, seconds: Double) {
      self.cycle = cycle
      self.seconds = seconds
    }
  }

  /// By how much the device's clock is fast, in millionths; negative when it is slow.
  public var driftPPM: Double
  /// Each cycle is late by a random time from 0 to this.
  public var jitterSeconds: Double
  /// Cycles that are very late; those that they delay follow without a pause, and the first reports an xrun.
  public var stalls: [Stall]
  /// Before this cycle the device goes away.
  public var disconnectsAt: Int?
  /// Where the random numbers begin.
  public var seed: UInt64

  public init(
    driftPPM: Double = 0, jitterSeconds: Double = 0, stalls: [Stall] = [], disconnectsAt: Int? = nil, seed: UInt64 = 1
  ) {
    self.driftPPM = driftPPM
    self.jitterSeconds = jitterSeconds
    self.stalls = stalls
    self.disconnectsAt = disconnectsAt
    self.seed = seed
  }
}

/// When the cycles of a virtual device begin.
struct VirtualSchedule {
  private let script: VirtualScript
  private let periodNanoseconds: Double
  private var random: UInt64
  private(set) var cycle = 0
  /// The beginning of the next cycle, in nanoseconds since the start.
  private(set) var next: Int64 = 0
  /// Whether the next cycle reports that some were missed.
  private(set) var isLate = false

  init(_ script: VirtualScript, frames: Int, sampleRate: Double) {
    self.script = script
    periodNanoseconds = Double(frames) / (sampleRate * (1 + script.driftPPM * 1e-6)) * 1e9
    random = script.seed
    place()
  }

  /// How long a cycle lasts by the device's own clock.
  var period: Int64 { Int64(periodNanoseconds) }
  /// Whether the device goes away before the next cycle.
  var isDisconnected: Bool { script.disconnectsAt.map { cycle >= $0 } ?? false }

  mutating func advance() {
    cycle += 1
    place()
  }

  private mutating func place() {
    random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    let share = Double(random >> 11) * 0x1p-53
    var time = Double(cycle) * periodNanoseconds + share * script.jitterSeconds * 1e9
    isLate = false
    for stall in script.stalls where stall.cycle == cycle {
      time += stall.seconds * 1e9
      isLate = true
    }
    // A cycle never begins before the one that it follows.
    next = max(next, Int64(time))
  }
}
