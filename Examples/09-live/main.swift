// A chain live, on a clock without hardware: put `PortAudioDevice()` in the place of the virtual device to hear it.
import Swiftlet

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

let hum = GeneratorSource(format: StreamFormat(sampleRate: 48_000, channels: 2)) { frame, _ in
  Float(0.5 * sin(2 * Double.pi * 50 * Double(frame) / 48_000))
}
let device = VirtualDevice(source: hum)

let tone = Live(Peak(1_000, gain: 6))
let chain = Notch(50, q: 5) | tone

let processor = try RealtimeProcessor(chain, on: device)
try processor.run {
  usleep(500_000)
  try tone.update { $0.gain = -6 }
  usleep(500_000)

  // Any thread may look, at any time, while it plays.
  let levels = processor.takeLevels()
  print("state: \(processor.state), xruns: \(processor.xrunCount)")
  print("input peak \(levels.input), output peak \(levels.output)")
  if let callback = processor.latencyStatistics(), let worker = processor.workerStatistics() {
    print("callback p99 \(callback.p99) ns, worker p99 \(worker.p99) ns of \(Int(processor.deadlineNanoseconds))")
  }
  if let latency = processor.latency { print("latency: \(latency.totalFrames) frames, \(latency.milliseconds) ms") }
}
print("after the stop: \(processor.state)")
