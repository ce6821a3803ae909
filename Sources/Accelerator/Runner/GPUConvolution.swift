import AudioCore
import AudioGraph

/// Long responses on a device, in partitions, in one launch. All memory belongs to it from the beginning. Live ones fade to others of the
/// same lengths in 20 ms, with all past input.
package final class GPUConvolution: DeviceStage {
  private let routes: ConvolutionRoutes
  private let room: Int
  private let isPhased: Bool
  private let lists: Int
  private let maximumFrames: Int
  private let design: ConvolutionLowering
  private let channels: Int
  private let rampFrames: Int
  // Of responses that change: two lists on the device, and the one that comes next.
  private let responses: DeviceBuffer
  private let pending: HostBuffer?
  private let listBytes: Int
  private let fade: SlotFade
  private var isWaiting = false
  private var feed: Mailbox<LoweringLetter>?
  private let isDouble: Bool
  private let launch: KernelLaunch
  private let history: DeviceBuffer
  private let spectra: DeviceBuffer
  private let place: DeviceBuffer
  // Held for the launch, whose arguments are handles only.
  private let memory: [DeviceBuffer]

  /// - Parameters:
  ///   - maximumFrames: The most frames of one launch.
  ///   - isLive: Whether the responses may change.
  ///   - isPhased: Whether transforms, sums and transforms back are a launch each, for devices whose groups must not wait for one another.
  /// - Throws: `AcceleratorError` of reason `.unsupported` for more than 2^31 frames of response and block.
  package init<S: Sample>(
    _ design: ConvolutionLowering, format: StreamFormat, maximumFrames: Int, as type: S.Type, isLive: Bool,
    isPhased: Bool, counters: DeviceBuffer, on context: ComputeContext
  ) throws(AcceleratorError) {
    self.design = design
    channels = format.channels
    rampFrames = format.rampFrames
    isDouble = S.sampleType == .float64
    let lists = isLive ? 2 : 1
    self.lists = lists
    routes = design.routes
    self.isPhased = isPhased
    self.maximumFrames = maximumFrames
    let size = ResponseSpectra.partition
    let taps = design.delayFrames + (design.responses.first?.count ?? 0)
    let partitions = ResponseSpectra.partitions(taps: taps)
    room = Self.cells(maximumFrames)
    let ring = partitions + room
    // The place in the ring is a 32-bit word.
    guard ring < Int(Int32.max) / size else {
      throw AcceleratorError(
        .unsupported, subject: "\(taps) taps by \(maximumFrames) frames", problem: "are too many for one launch",
        remedy: "Process shorter pieces at a time")
    }
    let bytes = MemoryLayout<S>.stride
    let responseBytes = partitions * 2 * size * bytes
    listBytes = design.responses.count * responseBytes
    responses = try DeviceBuffer(bytes: lists * listBytes, isZeroed: isLive, on: context)
    pending = isLive ? try HostBuffer(bytes: listBytes, on: context) : nil
    fade = try SlotFade(on: context)
    let tables = try DeviceBuffer(bytes: ResponseSpectra.tables.count * bytes, on: context)
    let words = Self.table(routes)
    let routeTable = try DeviceBuffer(bytes: words.count * 4, on: context)
    history = try DeviceBuffer(bytes: 2 * routes.inputs * 2 * size * bytes, on: context)
    spectra = try DeviceBuffer(bytes: routes.inputs * ring * 2 * size * bytes, on: context)
    let sums = try DeviceBuffer(bytes: lists * routes.outputs * room * 2 * size * bytes, isZeroed: false, on: context)
    let flags = try DeviceBuffer(
      bytes: (routes.inputs + lists * routes.outputs * ResponseSpectra.slices) * room * 4, on: context)
    place = try DeviceBuffer(bytes: 16, on: context)
    let control = try DeviceBuffer(bytes: 16, on: context)
    memory = [tables, routeTable, sums, flags, control]
    let module = try context.module(.init(isDouble: S.sampleType == .float64, sections: 0))
    launch = try KernelLaunch("convolution_kernel", of: module, threads: 128, argumentCount: 28, on: context)
    for (index, response) in design.responses.enumerated() {
      try responses.fill(
        ResponseSpectra.spectra(response, delay: design.delayFrames).map { S($0) },
        at: index * responseBytes, on: context)
    }
    try tables.fill(ResponseSpectra.tables.map { S($0) }, on: context)
    try routeTable.fill(words, on: context)

    let buffers = [history, spectra, responses, sums, tables, routeTable, flags, place, control, counters, fade.table]
    for (index, buffer) in buffers.enumerated() { launch.arguments.set(2 + index, memory: buffer.handle) }
    launch.arguments.set(18, listBytes / bytes)
    let numbers = [routes.inputs, routes.outputs, design.delayFrames / size, partitions, ring, room, lists]
    for (index, number) in numbers.enumerated() { launch.arguments.set(19 + index, Int32(number)) }
  }

  /// The most cells of the grid that a block touches, wherever it begins.
  private static func cells(_ frames: Int) -> Int {
    let size = ResponseSpectra.partition
    return max(1, (frames + 2 * size - 2) / size)
  }

  /// Where each output's routes begin, and then their inputs and responses.
  private static func table(_ routes: ConvolutionRoutes) -> [UInt32] {
    var starts: [UInt32] = [0]
    var pairs: [UInt32] = []
    for output in 0..<routes.outputs {
      for route in routes.routes where route.output == output {
        pairs += [UInt32(route.input), UInt32(route.response)]
      }
      starts.append(UInt32(pairs.count / 2))
    }
    return starts + pairs
  }

  /// Spectra of all responses, one after the other, in the device's type.
  private final class Spectra: Sendable {
    let floats: [Float]
    let doubles: [Double]

    init(_ design: ConvolutionLowering, isDouble: Bool) {
      let all = design.responses.flatMap { ResponseSpectra.spectra($0, delay: design.delayFrames) }
      floats = isDouble ? [] : all.map { Float($0) }
      doubles = isDouble ? all : []
    }
  }

  func follow(_ source: any LoweringSource) throws(DesignError) {
    let (present, channels, isDouble) = (design, channels, isDouble)
    feed = try source.attachLowerings { lowering in
      guard let new = lowering.convolution(channels: channels) else { return false }
      return new.routes == present.routes && new.delayFrames == present.delayFrames
        && new.responses.map(\.count) == present.responses.map(\.count)
    } prepare: { lowering in
      lowering.convolution(channels: channels).map { Spectra($0, isDouble: isDouble) }
    }
  }

  func prepare(_ frames: Int) throws(AcceleratorError) -> Int {
    guard lists > 1, let pending else { return 0 }
    var settling = 0
    feed?.take()?._withUnsafeGuaranteedRef { letter in
      guard let spectra = letter.prepared as? Spectra else { return }
      // SAFETY: responses of the same lengths have spectra of the same size, and what was copied from here before is done.
      spectra.floats.withUnsafeBytes { pending.copy($0) }
      spectra.doubles.withUnsafeBytes { pending.copy($0) }
      isWaiting = true
      settling = fade.left + frames + rampFrames
    }
    if isWaiting && fade.left == 0 {
      isWaiting = false
      try responses.write(pending.start, at: fade.begin(over: rampFrames) * listBytes, bytes: listBytes)
    }
    try fade.prepare(frames)
    return settling
  }

  /// Begins again at the start of the grid.
  package func reset() throws(AcceleratorError) {
    fade.reset()
    try history.clear()
    try spectra.clear()
    try place.clear()
  }

  func run(_ sound: CheckedRows, key: CheckedRows, into target: DeviceRows, frames: Int) throws(AcceleratorError) {
    guard frames > 0 else { return }
    precondition(frames <= maximumFrames, "\(frames) frames in a convolution for \(maximumFrames)")
    let arguments = launch.arguments
    arguments.set(0, memory: sound.rows.buffer.handle)
    arguments.set(1, memory: target.buffer.handle)
    arguments.set(13, sound.rows.offset)
    arguments.set(14, sound.rows.stride)
    arguments.set(15, target.offset)
    arguments.set(16, target.stride)
    arguments.set(17, frames)
    arguments.set(27, sound.check)
    let cells = Self.cells(frames)
    let sums = lists * routes.outputs * ResponseSpectra.slices
    if isPhased {
      try run(phase: 1, groups: routes.inputs * cells)
      try run(phase: 2, groups: sums * cells)
      try run(phase: 3, groups: routes.outputs * cells)
    } else {
      try run(phase: 0, groups: (routes.inputs + sums + routes.outputs) * cells)
    }
  }

  private func run(phase: Int32, groups: Int) throws(AcceleratorError) {
    launch.arguments.set(26, phase)
    launch.groups = groups
    try launch.run()
  }
}

extension Lowering {
  /// Responses, of which one list of taps for all channels is a case.
  fileprivate func convolution(channels: Int) -> ConvolutionLowering? {
    switch self {
    case .convolution(let design): design
    case .taps(let taps): ConvolutionLowering(responses: [taps], routes: .alike(channels: channels))
    default: nil
    }
  }
}

extension HostBuffer {
  fileprivate func copy(_ bytes: UnsafeRawBufferPointer) {
    precondition(bytes.count <= byteCount, "\(bytes.count) bytes into \(byteCount)")
    if let source = bytes.baseAddress { start.copyMemory(from: source, byteCount: bytes.count) }
  }
}
