import AudioCore

/// Carries frames from one device's clock to another's: a resampler, and a controller that holds the frames between them.
///
/// What lies between the clocks is measured in time, not in blocks: positions are carried on from the last callback of each side to the
/// same moment. Counting blocks instead would see a saw-tooth of a whole block, as slow as the drift itself.
final class DriftCompensator {
  private let inputClock: ClockStamp
  private let outputClock: ClockStamp
  private let inputRate: Double
  private let outputRate: Double
  private let target: Double
  private let output: SampleBuffer<Float>
  private let addresses: ChannelAddresses
  private var resampler: AsyncResampler
  private var controller: DriftController
  private var smoother: GapSmoother
  private var taken = 0
  private var produced = 0
  private var lastTime: Int64?
  private var jumps = false
  /// The correction in millionths, for whoever wants to see it. [worker]
  private(set) var correctionPPM = 0.0
  /// Frames between the clocks above the target, as last measured. [worker]
  private(set) var errorFrames = 0.0
  /// Times that the frames between the clocks were set right at once. [worker]
  private(set) var jumpCount = 0

  /// The most frames that a block makes, and that a jump may add.
  let maximumOutputFrames: Int

  /// - Parameter targetFrames: What is to lie between the clocks, in output frames.
  init(
    channels: Int, inputRate: Double, outputRate: Double, blockFrames: Int, targetFrames: Int, primedFrames: Int,
    inputClock: ClockStamp, outputClock: ClockStamp
  ) {
    self.inputClock = inputClock
    self.outputClock = outputClock
    self.inputRate = inputRate
    self.outputRate = outputRate
    target = Double(targetFrames)
    let most = Int(Double(blockFrames) * outputRate / inputRate * (1 + 2 * DriftController.limit)) + 4
    maximumOutputFrames = most + targetFrames
    output = SampleBuffer(channels: channels, capacity: most)
    addresses = ChannelAddresses(output)
    resampler = AsyncResampler(channels: channels, ratio: outputRate / inputRate, blockFrames: blockFrames)
    controller = DriftController(rate: outputRate)
    smoother = GapSmoother(channels: channels)
    produced = primedFrames
  }

  /// Takes a block of the input's clock and writes what it makes for the output's. [worker]
  func process(
    _ source: UnsafePointer<UnsafePointer<Float>>, frames: Int, into ring: inout RingProducer
  ) {
    measure(into: &ring)
    taken += frames
    let step = inputRate / (outputRate * (1 + controller.correction))
    let table = UnsafePointer(addresses.table)
    let made = resampler.process(source, frames: frames, step: step, into: table, room: output.capacity)
    smoother.process(table, frames: made, jumps: jumps && made > 0)
    if made > 0 { jumps = false }
    // SAFETY: the two pointer types differ only in what they allow.
    let readable = UnsafeRawPointer(table).assumingMemoryBound(to: UnsafePointer<Float>.self)
    if ring.write(readable, frames: made) { produced += made }
  }

  private func measure(into ring: inout RingProducer) {
    guard let input = inputClock.load(), let consumed = outputClock.load() else { return }
    let now = max(input.time, consumed.time)
    guard lastTime.map({ now > $0 }) ?? true else { return }
    let interval = lastTime.map { Double(now - $0) * 1e-9 } ?? 0
    lastTime = now
    let ratio = outputRate / inputRate
    let came = Double(input.position) + Double(now - input.time) * 1e-9 * inputRate
    let went = Double(consumed.position) + Double(now - consumed.time) * 1e-9 * outputRate
    // In the input ring (the block at hand included), in the resampler, in the output ring.
    let between = (came - Double(taken) + resampler.waitingFrames) * ratio + Double(produced) - went
    errorFrames = between - target
    // The first measurement sets the level, later ones hold it.
    if jumpCount == 0 || abs(errorFrames) > target / 2 {
      jump(over: Int(errorFrames), ratio: ratio, into: &ring)
    } else {
      controller.update(error: errorFrames, after: interval)
    }
    correctionPPM = controller.correction * 1e6
  }

  /// After a start, an xrun or a stall: silence goes in, or late frames go out.
  private func jump(over frames: Int, ratio: Double, into ring: inout RingProducer) {
    jumpCount += 1
    jumps = true
    controller.jumped()
    if frames > 0 {
      resampler.skip(inputFrames: Double(frames) / ratio)
    } else if ring.writeSilence(frames: -frames) {
      produced -= frames
    }
  }
}
