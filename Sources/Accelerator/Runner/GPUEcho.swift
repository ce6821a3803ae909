import AudioCore
import AudioGraph
import RealModule

/// A delay with feedback on a device, in one launch. All memory belongs to it from the beginning.
package final class GPUEcho: DeviceStage {
  // Of echo.h.
  private static let threads = 128
  private static let framesPerThread = 8
  private static let mostTaps = 32

  private let groups: Int
  private let launch: KernelLaunch
  private let line: DeviceBuffer
  private let state: DeviceBuffer
  private let place: DeviceBuffer
  // Held for the launch, whose arguments are handles only.
  private let memory: [DeviceBuffer]
  private let staging: HostBuffer
  // Feedback and mix.
  private let parameters: ParameterRamps
  private let rampFrames: Int
  private let design: EchoLowering
  private var feed: Mailbox<LoweringLetter>?

  init<S: Sample>(
    _ design: EchoLowering, format: StreamFormat, as type: S.Type, counters: DeviceBuffer, on context: ComputeContext
  ) throws(AcceleratorError) {
    let (channels, taps) = (format.channels, design.coefficients.count)
    let motion = design.motion
    self.design = design
    rampFrames = format.rampFrames
    precondition(
      motion == nil ? (1...Self.mostTaps).contains(taps) && design.distance >= taps : motion?.taps == Self.mostTaps,
      "\(taps) taps \(design.distance) back")
    groups = design.mode == .straight ? channels : 1
    let capacity = design.distance + Self.threads * Self.framesPerThread
    let words = Self.table(design)
    let table = try DeviceBuffer(bytes: words.count * 8, on: context)
    let motionWords = motion.map { [$0.center, $0.depth, $0.increment] + $0.table } ?? [0]
    let motionTable = try DeviceBuffer(bytes: motionWords.count * 8, on: context)
    line = try DeviceBuffer(bytes: channels * capacity * 8, on: context)
    state = try DeviceBuffer(bytes: 2 * channels * 8, on: context)
    place = try DeviceBuffer(bytes: 16, on: context)
    let control = try DeviceBuffer(bytes: 16, on: context)
    memory = [table, motionTable, control]
    staging = try HostBuffer(bytes: 2 * 8 * ParameterRamps.words, on: context)
    parameters = ParameterRamps([design.feedback, design.mix], table: table, staging: staging)
    let module = try context.module(.init(isDouble: S.sampleType == .float64, sections: 0))
    launch = try KernelLaunch("echo_kernel", of: module, threads: Self.threads, argumentCount: 23, on: context)
    try table.fill(words, on: context)
    try motionTable.fill(motionWords, on: context)

    for (index, buffer) in [line, state, table, motionTable, place, control, counters].enumerated() {
      launch.arguments.set(2 + index, memory: buffer.handle)
    }
    launch.groups = groups
    launch.arguments.set(14, capacity)
    launch.arguments.set(15, design.distance)
    launch.arguments.set(16, design.leastFramesBack)
    let mode: Int32 =
      switch design.mode {
      case .straight: 0
      case .cross: 1
      case .pingPong: 2
      }
    let isFiltered = design.lowPass != .identity || design.highPass != .identity
    let numbers = [Int32(taps), Int32(motion?.phases ?? 0), Int32(channels), mode, isFiltered ? 1 : 0]
    for (index, number) in numbers.enumerated() { launch.arguments.set(17 + index, number) }
  }

  /// Parameters, taps, and the filters with the powers of their poles.
  private static func table(_ design: EchoLowering) -> [Double] {
    // Parameters that stand still: a value, and no change.
    let still = [Double](repeating: 0, count: ParameterRamps.words - 1)
    var words = [design.feedback] + still + [design.mix] + still
    words += design.coefficients + [Double](repeating: 0, count: mostTaps - design.coefficients.count)
    for filter in [design.lowPass, design.highPass] {
      words += [filter.b0, filter.b1, filter.a1, filter.b1 - filter.a1 * filter.b0]
      words += (0..<7).map { Double.pow(-filter.a1, framesPerThread << $0) }
      words += (0...threads).map { Double.pow(-filter.a1, framesPerThread * $0) }
    }
    return words
  }

  func follow(_ source: any LoweringSource) throws(DesignError) {
    let present = design
    feed = try source.attachLowerings { present.parameters(of: $0) != nil }
  }

  func prepare(_ frames: Int) throws(AcceleratorError) -> Int {
    var settling = 0
    feed?.take()?._withUnsafeGuaranteedRef { letter in
      guard let (feedback, mix) = design.parameters(of: letter.lowering) else { return }
      parameters.move(0, to: feedback, over: rampFrames)
      parameters.move(1, to: mix, over: rampFrames)
      settling = rampFrames
    }
    try parameters.prepare(frames)
    return settling
  }

  package func reset() throws(AcceleratorError) {
    parameters.reset()
    try line.clear()
    try state.clear()
    try place.clear()
  }

  func run(_ sound: CheckedRows, key: CheckedRows, into target: DeviceRows, frames: Int) throws(AcceleratorError) {
    guard frames > 0 else { return }
    let arguments = launch.arguments
    arguments.set(0, memory: sound.rows.buffer.handle)
    arguments.set(1, memory: target.buffer.handle)
    arguments.set(9, sound.rows.offset)
    arguments.set(10, sound.rows.stride)
    arguments.set(11, target.offset)
    arguments.set(12, target.stride)
    arguments.set(13, frames)
    arguments.set(22, sound.check)
    try launch.run()
  }
}

extension EchoLowering {
  /// The frames that can be calculated side by side.
  fileprivate var leastFramesBack: Int {
    guard let motion else { return distance - coefficients.count + 1 }
    return Int(motion.center - motion.depth) - motion.taps / 2
  }

  /// What an echo of the same path feeds back and mixes; nil for another path. Without feedback and dry sound it is a plain delay.
  fileprivate func parameters(of other: Lowering) -> (feedback: Double, mix: Double)? {
    switch other {
    case .echo(let other):
      let isSame =
        mode == other.mode && distance == other.distance && coefficients == other.coefficients
        && motion == other.motion && lowPass == other.lowPass && highPass == other.highPass
      return isSame ? (other.feedback, other.mix) : nil
    case .delay(let frames):
      let isPlain = coefficients == [1] && lowPass == .identity && highPass == .identity
      return isPlain && frames == distance ? (0, 1) : nil
    default: return nil
    }
  }
}
