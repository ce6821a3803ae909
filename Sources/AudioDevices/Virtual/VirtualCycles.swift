import AudioCore
import CRealtime

/// The cycles of an open virtual device: its buffers, and what a cycle does. One thread at a time runs them.
final class VirtualCycles: @unchecked Sendable {
  // Sendable because only the device hands it from one thread to another, and runs it on one.
  private(set) var schedule: VirtualSchedule
  private let callback: DeviceCallback
  private let frames: Int
  private let source: (any AudioSource<Float>)?
  private let sink: (any AudioSink<Float>)?
  private let loopsBack: Bool
  private let input: SampleBuffer<Float>
  private let output: SampleBuffer<Float>
  private let inputTable: UnsafeMutablePointer<UnsafePointer<Float>>
  private let outputTable: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  private var sourceHasEnded = false

  init(
    _ request: DeviceRequest, callback: DeviceCallback, script: VirtualScript, source: (any AudioSource<Float>)?,
    sink: (any AudioSink<Float>)?, loopsBack: Bool
  ) {
    schedule = VirtualSchedule(script, frames: request.bufferFrames, sampleRate: request.sampleRate)
    self.callback = callback
    frames = request.bufferFrames
    self.source = source
    self.sink = sink
    self.loopsBack = loopsBack
    let input = SampleBuffer<Float>(channels: request.inputChannels, capacity: frames)
    let output = SampleBuffer<Float>(channels: request.outputChannels, capacity: frames)
    let inputTable = UnsafeMutablePointer<UnsafePointer<Float>>.allocate(capacity: max(1, input.channels))
    let outputTable = UnsafeMutablePointer<UnsafeMutablePointer<Float>>.allocate(capacity: max(1, output.channels))
    // SAFETY: the buffers live as long as the tables that name their channels.
    input.withBlock(frames: frames) { block in
      for channel in 0..<input.channels { inputTable[channel] = UnsafePointer(block.unsafeChannel(channel)) }
    }
    output.withBlock(frames: frames) { block in
      for channel in 0..<output.channels { outputTable[channel] = block.unsafeChannel(channel) }
    }
    self.input = input
    self.output = output
    self.inputTable = inputTable
    self.outputTable = outputTable
  }

  deinit {
    inputTable.deallocate()
    outputTable.deallocate()
  }

  /// Runs one cycle.
  /// - Throws: what source or sink throw.
  func run() throws {
    try readInput()
    var cycle = rt_cycle(
      input: input.channels > 0 ? UnsafePointer(inputTable) : nil,
      output: output.channels > 0 ? UnsafePointer(outputTable) : nil,
      input_channels: Int32(input.channels), output_channels: Int32(output.channels), frames: Int32(frames),
      flags: schedule.isLate
        ? UInt32(RT_DEVICE_INPUT_OVERFLOW | RT_DEVICE_OUTPUT_UNDERFLOW) : 0,
      time: schedule.next)
    rt_run_cycle(callback.function, callback.context, &cycle)
    if let sink { try output.withBlock(frames: frames) { try sink.write($0) } }
    schedule.advance()
  }

  private func readInput() throws {
    guard input.channels > 0 else { return }
    if loopsBack {
      input.withBlock(frames: frames) { into in
        output.withBlock(frames: frames) { out in
          for channel in 0..<min(into.channels, out.channels) {
            into.unsafeChannel(channel).update(from: out.unsafeChannel(channel), count: frames)
          }
        }
      }
      return
    }
    guard let source, !sourceHasEnded else { return }
    let read = try input.withBlock(frames: frames) { try source.read(into: $0) }
    guard read < frames else { return }
    input.withBlock(frames: frames) { block in block.withFrames(read..<frames) { $0.clear() } }
    // One more cycle clears what this one still brought.
    sourceHasEnded = read == 0
  }
}
