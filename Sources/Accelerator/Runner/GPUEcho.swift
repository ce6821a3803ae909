import AudioCore
import AudioGraph
import RealModule

/// A delay with feedback on a device, in one launch. All memory belongs to it from the beginning.
package final class GPUEcho: DeviceStage {
  // Of echo.h.
  private static let threads = 128
  private static let framesPerThread = 8
  private static let mostTaps = EchoPaths.mostTaps

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
  private let paths: EchoPaths
  private let rampFrames: Int
  private let channels: Int
  private let design: EchoLowering
  private var feed: Mailbox<LoweringLetter>?

  /// - Parameter isLive: Whether the time may change, to up to two seconds or what it is now.
  init<S: Sample>(
    _ design: EchoLowering, format: StreamFormat, as type: S.Type, isLive: Bool, counters: DeviceBuffer,
    on context: ComputeContext
  ) throws(AcceleratorError) {
    let (channels, taps) = (format.channels, design.coefficients.count)
    let motion = design.motion
    self.design = design
    self.channels = channels
    rampFrames = format.rampFrames
    precondition(
      motion == nil
        ? (1...Self.mostTaps).contains(taps) && design.distance >= taps : motion?.taps == Self.mostTaps,
      "\(taps) taps \(design.distance) back")
    groups = design.mode == .straight ? channels : 1
    let room = isLive ? max(design.distance, Int(2 * format.sampleRate) + Self.mostTaps) : design.distance
    let capacity = room + Self.threads * Self.framesPerThread
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
    launch = try KernelLaunch("echo_kernel", of: module, threads: Self.threads, argumentCount: 22, on: context)
    try table.fill(words, on: context)
    try motionTable.fill(motionWords, on: context)
    paths = try EchoPaths(
      design, least: motion == nil ? nil : design.leastFramesBack, room: room, echoTable: table, on: context)

    let buffers = [line, state, table, motionTable, paths.table, paths.fade.table, place, control, counters]
    for (index, buffer) in buffers.enumerated() { launch.arguments.set(2 + index, memory: buffer.handle) }
    launch.groups = groups
    launch.arguments.set(16, capacity)
    let mode: Int32 =
      switch design.mode {
      case .straight: 0
      case .cross: 1
      case .pingPong: 2
      }
    let isFiltered = design.lowPass != .identity || design.highPass != .identity
    let numbers = [Int32(motion?.phases ?? 0), Int32(channels), mode, isFiltered ? 1 : 0]
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
    let (present, room, channels) = (design, paths.room, channels)
    feed = try source.attachLowerings { present.goes(to: $0, room: room, channels: channels) }
  }

  func prepare(_ frames: Int) throws(AcceleratorError) -> Int {
    var settling = 0
    var hasNewPath: Result<Bool, AcceleratorError> = .success(false)
    feed?.take()?._withUnsafeGuaranteedRef { letter in
      guard let (feedback, mix) = letter.lowering.repeats else { return }
      parameters.move(0, to: feedback, over: rampFrames)
      parameters.move(1, to: mix, over: rampFrames)
      hasNewPath = Result { () throws(AcceleratorError) in try paths.go(to: letter.lowering, over: rampFrames) }
      settling = rampFrames + paths.settling(feedback: feedback)
    }
    if try !hasNewPath.get() { settling = min(settling, rampFrames) }
    try paths.prepare(frames, ramp: rampFrames)
    try parameters.prepare(frames)
    return settling
  }

  package func reset() throws(AcceleratorError) {
    parameters.reset()
    try paths.reset()
    try line.clear()
    try state.clear()
    try place.clear()
  }

  func run(_ sound: CheckedRows, key: CheckedRows, into target: DeviceRows, frames: Int) throws(AcceleratorError) {
    guard frames > 0 else { return }
    let arguments = launch.arguments
    arguments.set(0, memory: sound.rows.buffer.handle)
    arguments.set(1, memory: target.buffer.handle)
    arguments.set(11, sound.rows.offset)
    arguments.set(12, sound.rows.stride)
    arguments.set(13, target.offset)
    arguments.set(14, target.stride)
    arguments.set(15, frames)
    arguments.set(21, sound.check)
    try launch.run()
  }
}

extension EchoLowering {
  /// The frames that can be calculated side by side.
  fileprivate var leastFramesBack: Int {
    guard let motion else { return distance - coefficients.count + 1 }
    return Int(motion.center - motion.depth) - motion.taps / 2
  }

  /// Whether an echo that runs can go over to another: to other feedback, mix and time, while what is between them stays.
  fileprivate func goes(to lowering: Lowering, room: Int, channels: Int) -> Bool {
    switch lowering {
    case .echo(let other):
      guard channels == 1 || mode == other.mode, lowPass == other.lowPass, highPass == other.highPass,
        motion == other.motion
      else { return false }
      return motion == nil
        ? EchoPaths.fits(distance: other.distance, taps: other.coefficients.count, in: room)
        : distance == other.distance
    // Without feedback and dry sound it is a plain delay.
    case .delay(let frames):
      return lowPass == .identity && highPass == .identity && motion == nil
        && EchoPaths.fits(distance: frames, taps: 1, in: room)
    default: return false
    }
  }
}

extension Lowering {
  /// What an echo feeds back and mixes, of which a plain delay is one; nil for something else.
  fileprivate var repeats: (feedback: Double, mix: Double)? {
    switch self {
    case .echo(let echo): (echo.feedback, echo.mix)
    case .delay: (0, 1)
    default: nil
    }
  }

  /// An echo, or a plain delay as one. [control]
  var echo: EchoLowering? {
    switch self {
    case .echo(let echo): echo
    case .delay(let frames):
      EchoLowering(
        mode: .straight, distance: frames, coefficients: [1], feedback: 0, mix: 1, lowPass: .identity,
        highPass: .identity)
    default: nil
    }
  }
}
