// A live session is logged and then repeated offline, bit for bit: a bug that was heard becomes a test.
import Swiftlet

let noise = GeneratorSource(format: StreamFormat(sampleRate: 48_000, channels: 2)) { _, _ in .random(in: -0.5...0.5) }
// By hand, so that the example takes no time: on a sound card nothing else differs.
let device = VirtualDevice(pace: .manual, source: noise)

let tone = Live(Peak(1_000, gain: 6))
var configuration = RealtimeConfiguration()
configuration.wake = .host
configuration.changing = .all
configuration.sessionLog = SessionLog(path: "heard.session")

let processor = try RealtimeProcessor(tone | Compressor().labelled("squeeze"), on: device, configuration: configuration)
try processor.run {
  device.advance(cycles: 100) { _ in processor.processPending() }
  try tone.update(over: 0.1) { $0.frequency = 3_000 }
  try processor.control?.bypass("squeeze", at: 40_000)
  device.advance(cycles: 100) { _ in processor.processPending() }
}

let session = try SessionReplay(path: "heard.session", effects: Catalog.standard.effectTypes)
let (wave, report) = try session.wave()
print("\(wave.duration) s in \(report.blocks) blocks with \(report.changes) changes, \(session.kernels) kernels")
print(report.isBitExact ? "bit for bit what was heard" : "differs from frame \(report.firstDifference ?? 0) on")
