// A compressor whose bass does not pump, a dotted echo, a meter, and a whole batch of recordings on all cores.
import Swiftlet

// The level is taken behind a high-pass: the drum's bass is heard less than its stick.
let glue = Compressor(threshold: -24, ratio: 4, attack: 0.005, release: 0.12, makeUp: 4).keyed(by: HighPass(150))
let echo = Delay(.note(3, over: 16) ?? .seconds(0.375), feedback: 0.4, mix: 0.25, tempo: 96, mode: .pingPong)
let chain = glue.labelled("glue") | echo

let drum = try Wave<Float>(format: StreamFormat(sampleRate: 48_000, channels: 2), frames: 2 * 48_000) { block in
  for channel in 0..<block.channels {
    block.withChannel(channel) { samples in
      for frame in samples.indices {
        // A decaying 60 Hz beat, twice a second.
        let time = Float(frame % 24_000) / 48_000
        let phase = Float(frame % 800) / 800
        samples[frame] = 0.9 * (1 - 2 * abs(2 * phase - 1)) / (1 + 200 * time * time)
      }
    }
  }
}

let plan = try Plan.compile(chain, for: drum.format)
print(plan.explain())

// A block at a time, as a stream has it: any thread may read the meter meanwhile.
let runner = try PlanRunner<Float>(plan)
runner.tempo = 96
let output = SampleBuffer<Float>(channels: 2, capacity: drum.frames)
drum.withBlock { source in output.withBlock(frames: drum.frames) { target in _ = runner.process(source, into: target) }
}
for (stage, meter) in runner.meters {
  print("\(stage): \(meter.info.name) up to \((meter.takeLargest() * 10).rounded() / 10) dB")
}

// What cannot be rendered is named, and leaves the others alone.
let short = try Wave<Float>([[1, 0.5, 0.25]], sampleRate: 44_100)
for result in try Batch([.init("drum", drum), .init("click", short)], through: chain).render() {
  switch result {
  case .success(let wave): print("\(wave.frames) frames at \(wave.sampleRate) Hz, \(wave.channels) channels")
  case .failure(let error): print(error)
  }
}
