import AudioCore
import AudioGraph
import RealModule

/// A compressor on a device: a launch for the gains and one for the sound. All memory belongs to it from the beginning.
package final class GPUCompressor: DeviceStage {
  // Of compressor_envelope.h.
  private static let threads = 128
  private static let framesPerThread = 8
  private static var tileFrames: Int { threads * framesPerThread }
  private static var parameterWords: Int { 5 * ParameterRamps.words }
  private static let tableWords = parameterWords + 3 * (2 + 7 + threads + 1)

  private let envelopes: Int
  private let channels: Int
  private let delay: Int
  private let isAlone: Bool
  private let maximumFrames: Int
  private let envelope: KernelLaunch
  private let gain: KernelLaunch
  private let state: DeviceBuffer
  private let history: DeviceBuffer
  private let peak: DeviceBuffer
  // Held for the launches, whose arguments are handles only: gains, what tiles hand on, control words.
  private let memory: [DeviceBuffer]
  private let table: DeviceBuffer
  private let staging: HostBuffer
  private let parameters: ParameterRamps
  private let rampFrames: Int
  private var design: CompressorLowering
  private var feed: Mailbox<LoweringLetter>?
  private let groupLimit = 4_096

  /// - Parameters:
  ///   - maximumFrames: The most frames of one launch.
  ///   - isAlone: Whether one group runs all tiles of an envelope, for devices whose groups must not wait for one another.
  ///   - meterWord: The word of the counters that shows the largest reduction of a block, in octaves as a Float.
  init<S: Sample>(
    _ design: CompressorLowering, format: StreamFormat, maximumFrames: Int, as type: S.Type, isAlone: Bool,
    counters: DeviceBuffer, meterWord: Int, on context: ComputeContext
  ) throws(AcceleratorError) {
    let channels = format.channels
    self.design = design
    self.channels = channels
    rampFrames = format.rampFrames
    self.maximumFrames = maximumFrames
    self.isAlone = isAlone
    delay = design.delayFrames
    envelopes = design.isLinked ? 1 : channels
    let keys = design.isLinked ? (design.keyChannels == 0 ? channels : design.keyChannels) : 1
    let tiles = max(1, (maximumFrames + Self.tileFrames - 1) / Self.tileFrames)
    let slots = tiles * envelopes * (keys + 2)
    let module = try context.module(.init(isDouble: S.sampleType == .float64, sections: 0))
    table = try DeviceBuffer(bytes: Self.tableWords * 8, on: context)
    staging = try HostBuffer(bytes: Self.tableWords * 8, on: context)
    parameters = ParameterRamps(
      (0..<5).map(design.parameter), table: table, staging: staging)
    state = try DeviceBuffer(bytes: 2 * envelopes * (keys + 2) * 8, on: context)
    history = try DeviceBuffer(bytes: 2 * channels * delay * MemoryLayout<S>.stride, on: context)
    let gains = try DeviceBuffer(bytes: envelopes * maximumFrames * 8, on: context)
    let prefixes = try DeviceBuffer(bytes: slots * 8, on: context)
    let flags = try DeviceBuffer(bytes: slots * 4, on: context)
    let control = try DeviceBuffer(bytes: 16, on: context)
    let gainControl = try DeviceBuffer(bytes: 16, on: context)
    let peak = try DeviceBuffer(bytes: 16, on: context)
    self.peak = peak
    memory = [gains, prefixes, flags, control, gainControl]
    envelope = try KernelLaunch(
      "compressor_envelope_kernel", of: module, threads: Self.threads, argumentCount: 19, on: context)
    gain = try KernelLaunch("compressor_gain_kernel", of: module, threads: 128, argumentCount: 17, on: context)
    try writeFilters()

    for (index, buffer) in [gains, state, table, prefixes, flags, control, counters, peak].enumerated() {
      envelope.arguments.set(1 + index, memory: buffer.handle)
    }
    envelope.arguments.set(12, Int32(envelopes))
    envelope.arguments.set(13, Int32(keys))
    envelope.arguments.set(14, Int32(design.isLinked || design.keyChannels == 1 ? 0 : 1))
    envelope.arguments.set(16, Int32(design.window == nil ? 0 : 1))
    envelope.arguments.set(17, Int32(isAlone ? 1 : 0))
    for (index, buffer) in [history, gains, gainControl, counters, peak].enumerated() {
      gain.arguments.set(2 + index, memory: buffer.handle)
    }
    gain.arguments.set(12, delay)
    gain.arguments.set(13, Int32(channels))
    gain.arguments.set(14, Int32(design.isLinked ? 1 : 0))
    gain.arguments.set(16, Int32(meterWord))
  }

  /// Writes the recursions with the powers of their poles behind the parameters.
  private func writeFilters() throws(AcceleratorError) {
    // SAFETY: the staging memory holds the table, whose words are all written here and in `ParameterRamps`.
    var words = staging.start.assumingMemoryBound(to: Double.self) + Self.parameterWords
    func write(_ filter: OnePole) {
      words[0] = filter.pole
      words[1] = filter.rest
      for j in 0..<7 { words[2 + j] = Double.pow(filter.pole, Self.framesPerThread << j) }
      for t in 0...Self.threads { words[9 + t] = Double.pow(filter.pole, Self.framesPerThread * t) }
      words += 9 + Self.threads + 1
    }
    write(design.window ?? OnePole(pole: 0, rest: 1))
    write(design.release)
    write(design.attack)
    try table.write(staging.start, bytes: Self.tableWords * 8)
  }

  func follow(_ source: any LoweringSource) throws(DesignError) {
    let present = design
    feed = try source.attachLowerings { lowering in
      guard case .compressor(let new) = lowering else { return false }
      return new.keyChannels == present.keyChannels && new.isLinked == present.isLinked
        && (new.window == nil) == (present.window == nil) && new.delayFrames == present.delayFrames
    }
  }

  func prepare(_ frames: Int) throws(AcceleratorError) -> Int {
    var settling = 0
    var hasNewTimes = false
    feed?.take()?._withUnsafeGuaranteedRef { letter in
      guard case .compressor(let new) = letter.lowering else { return }
      for index in 0..<5 { parameters.move(index, to: new.parameter(index), over: rampFrames) }
      hasNewTimes = new.attack != design.attack || new.release != design.release || new.window != design.window
      design = new
      settling = rampFrames
    }
    // Times count at once, and the reduction is kept: what the CPU fades to. While it fades, live, the device is not heard.
    if hasNewTimes { try writeFilters() }
    try parameters.prepare(frames)
    return settling
  }

  package func reset() throws(AcceleratorError) {
    try state.clear()
    try history.clear()
    try peak.clear()
    parameters.reset()
  }

  func run(_ sound: CheckedRows, key: CheckedRows, into target: DeviceRows, frames: Int) throws(AcceleratorError) {
    guard frames > 0 else { return }
    precondition(frames <= maximumFrames, "\(frames) frames in a compressor for \(maximumFrames)")
    let tiles = (frames + Self.tileFrames - 1) / Self.tileFrames
    let first = envelope.arguments
    first.set(0, memory: key.rows.buffer.handle)
    first.set(9, key.rows.offset)
    first.set(10, key.rows.stride)
    first.set(11, frames)
    first.set(15, Int32(tiles))
    first.set(18, key.check)
    envelope.groups = isAlone ? envelopes : envelopes * tiles
    try envelope.run()
    let second = gain.arguments
    second.set(0, memory: sound.rows.buffer.handle)
    second.set(1, memory: target.buffer.handle)
    second.set(7, sound.rows.offset)
    second.set(8, sound.rows.stride)
    second.set(9, target.offset)
    second.set(10, target.stride)
    second.set(11, frames)
    second.set(15, sound.check)
    gain.groups = min(groupLimit, (frames * channels + 127) / 128)
    try gain.run()
  }
}

extension CompressorLowering {
  static let decibelsPerOctave = 20 * Double.log10(2)

  /// Those that move, in the order of compressor_envelope.h.
  fileprivate func parameter(_ index: Int) -> Double {
    switch index {
    case 0: threshold
    case 1: knee
    case 2: slope
    case 3: makeUp
    default: mix
    }
  }
}

extension DeviceBuffer {
  /// Copies a list of numbers to the device, and waits until it is there.
  func fill<T: BitwiseCopyable>(_ values: [T], at offset: Int = 0, on context: ComputeContext)
    throws(AcceleratorError)
  {
    let size = MemoryLayout<T>.stride
    let staging = try HostBuffer(bytes: values.count * size, on: context)
    for (index, value) in values.enumerated() {
      staging.start.storeBytes(of: value, toByteOffset: index * size, as: T.self)
    }
    try write(staging.start, at: offset, bytes: values.count * size)
    try context.finish()
  }
}
