import AudioCore

/// Long responses on a device, in partitions, in one launch. All memory belongs to it from the beginning.
package final class GPUConvolution: DeviceStage {
  private let routes: ConvolutionRoutes
  private let room: Int
  private let isPhased: Bool
  private let maximumFrames: Int
  private let launch: KernelLaunch
  private let history: DeviceBuffer
  private let spectra: DeviceBuffer
  private let place: DeviceBuffer
  // Held for the launch, whose arguments are handles only.
  private let memory: [DeviceBuffer]

  /// - Parameters:
  ///   - maximumFrames: The most frames of one launch.
  ///   - isPhased: Whether transforms, sums and transforms back are a launch each, for devices whose groups must not wait for one another.
  /// - Throws: `AcceleratorError` of reason `.unsupported` for more than 2^31 frames of response and block.
  package init<S: Sample>(
    _ design: ConvolutionLowering, maximumFrames: Int, as type: S.Type, isPhased: Bool, counters: DeviceBuffer,
    on context: ComputeContext
  ) throws(AcceleratorError) {
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
    let responses = try DeviceBuffer(
      bytes: design.responses.count * partitions * 2 * size * bytes, isZeroed: false, on: context)
    let tables = try DeviceBuffer(bytes: ResponseSpectra.tables.count * bytes, on: context)
    let words = Self.table(routes)
    let routeTable = try DeviceBuffer(bytes: words.count * 4, on: context)
    history = try DeviceBuffer(bytes: 2 * routes.inputs * 2 * size * bytes, on: context)
    spectra = try DeviceBuffer(bytes: routes.inputs * ring * 2 * size * bytes, on: context)
    let sums = try DeviceBuffer(bytes: routes.outputs * room * 2 * size * bytes, isZeroed: false, on: context)
    let flags = try DeviceBuffer(
      bytes: (routes.inputs + routes.outputs * ResponseSpectra.slices) * room * 4, on: context)
    place = try DeviceBuffer(bytes: 16, on: context)
    let control = try DeviceBuffer(bytes: 16, on: context)
    memory = [responses, tables, routeTable, sums, flags, control]
    let module = try context.module(.init(isDouble: S.sampleType == .float64, sections: 0))
    launch = try KernelLaunch("convolution_kernel", of: module, threads: 128, argumentCount: 25, on: context)
    for (index, response) in design.responses.enumerated() {
      try responses.fill(
        ResponseSpectra.spectra(response, delay: design.delayFrames).map { S($0) },
        at: index * partitions * 2 * size * bytes, on: context)
    }
    try tables.fill(ResponseSpectra.tables.map { S($0) }, on: context)
    try routeTable.fill(words, on: context)

    let buffers = [history, spectra, responses, sums, tables, routeTable, flags, place, control, counters]
    for (index, buffer) in buffers.enumerated() { launch.arguments.set(2 + index, memory: buffer.handle) }
    let numbers = [routes.inputs, routes.outputs, design.delayFrames / size, partitions, ring, room]
    for (index, number) in numbers.enumerated() { launch.arguments.set(17 + index, Int32(number)) }
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

  /// Begins again at the start of the grid.
  package func reset() throws(AcceleratorError) {
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
    arguments.set(12, sound.rows.offset)
    arguments.set(13, sound.rows.stride)
    arguments.set(14, target.offset)
    arguments.set(15, target.stride)
    arguments.set(16, frames)
    arguments.set(24, sound.check)
    let cells = Self.cells(frames)
    let sums = routes.outputs * ResponseSpectra.slices
    if isPhased {
      try run(phase: 1, groups: routes.inputs * cells)
      try run(phase: 2, groups: sums * cells)
      try run(phase: 3, groups: routes.outputs * cells)
    } else {
      try run(phase: 0, groups: (routes.inputs + sums + routes.outputs) * cells)
    }
  }

  private func run(phase: Int32, groups: Int) throws(AcceleratorError) {
    launch.arguments.set(23, phase)
    launch.groups = groups
    try launch.run()
  }
}
