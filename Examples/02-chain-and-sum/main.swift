// Series is `|`, parallel is `+`. In Swift both have the same precedence, so that a sum in a chain stands in parentheses.
import Foundation
import Swiftlet

// Two bands side by side, summed, behind a high-pass.
let chain = HighPass(30) | Gain(decibels: -3) | (LowPass(200) + HighPass(2_000))

// The same by name, for those who prefer words to operators.
let same = HighPass(30).then(Gain(decibels: -3)).then(LowPass(200).mixed(with: HighPass(2_000)))
print("both spellings are one graph: \(chain.graph == same.graph)")

// Linkwitz-Riley bands sum to an all-pass: the split alone is not heard.
let bands = LinkwitzRiley(.lowPass(1_000), order: 4) + LinkwitzRiley(.highPass(1_000), order: 4)
let stereo = StreamFormat(sampleRate: 48_000, channels: 2)
let split = try Plan.compile(bands, for: stereo).frequencyResponse(at: [100, 1_000, 10_000])
let levels = split.magnitudeDecibels.map { String(format: "%.2f dB", abs($0 ?? -.infinity)) }
print("crossover at 100 Hz, 1 kHz and 10 kHz, away from 0 dB by:", levels.joined(separator: ", "))

// A plan explains itself: stages, what was fused, latency, tail, memory.
print(try Plan.compile(chain, for: stereo).explain())
