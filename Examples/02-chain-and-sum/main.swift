// Series is `|`, parallel is `+`. In Swift both have the same precedence, so that a sum in a chain stands in parentheses.
import Swiftlet

// Two bands side by side, summed, behind a high-pass.
let chain = HighPass(30) | (LowPass(200) + HighPass(2_000)) | Gain(decibels: -3)

// The same by name, for those who prefer words to operators.
let same = HighPass(30).then(LowPass(200).mixed(with: HighPass(2_000))).then(Gain(decibels: -3))
print("both spellings are one graph: \(chain.graph == same.graph)")

// Linkwitz-Riley bands sum to an all-pass: the split alone is not heard.
let bands = LinkwitzRiley(.lowPass(1_000), order: 4) + LinkwitzRiley(.highPass(1_000), order: 4)
let stereo = StreamFormat(sampleRate: 48_000, channels: 2)
let split = try Plan.compile(bands, for: stereo).frequencyResponse(at: [100, 1_000, 10_000])
print("crossover at 100 Hz, 1 kHz, 10 kHz: \(split.magnitudeDecibels.compactMap { $0 }.map { "\(($0 * 100).rounded() / 100) dB" })")

// A plan explains itself: stages, what was fused, latency, tail, memory.
print(try Plan.compile(chain, for: stereo).explain())
