// Parameters move while the sound runs, block by block, as they would in an audio callback's worker. Nothing clicks.
import Foundation
import Swiftlet

let tone = Live(Peak(1_000, gain: 0))
let format = StreamFormat(sampleRate: 48_000, channels: 1)
let plan = try Plan.compile(
  HighPass(30).labelled("rumble") | tone, for: format, options: PlanOptions(maximumFrames: 480))
// By `changing: .all` every stage can be changed by its label, not only what is Live.
let runner = try PlanRunner<Float>(plan, changing: .all)

// At these frames, whatever the blocks; any thread but the worker may say so.
try runner.control.schedule("frequency", of: "rumble", to: .number(60), at: 1_000, ramp: 0.05)
try runner.control.mute("rumble", at: 4_800)

let input = SampleBuffer<Float>(channels: 1, capacity: 480)
let output = SampleBuffer<Float>(channels: 1, capacity: 480)
for frame in 0..<480 { input[0, frame] = Float(0.1 * sin(2 * .pi * Double(frame) / 48)) }

for block in 0..<14 {
  if block == 3 {
    // Checked against every running plan before any of them hears it; heard by a fade of 20 ms.
    try tone.update { $0.gain = 6 }
  }
  input.withBlock(frames: 480) { source in
    output.withBlock(frames: 480) { target in _ = runner.process(source, into: target) }
  }
  let peak = (0..<480).map { abs(output[0, $0]) }.max() ?? 0
  print("block \(block): gain \(tone.value.gain) dB, peak \((peak * 1_000).rounded() / 1_000)")
}

do {
  try tone.update { $0.frequency = 30_000 }
} catch {
  print("refused, and the sound goes on: \(error)")
}
