// A filter can be looked at without any audio: response, delay, poles, and what order a task needs.
import Foundation
import Swiftlet

let sampleRate = 48_000.0
let elliptic = try SectionCascade.elliptic(
  .lowPass(3_000), order: 5, ripple: 0.5, attenuation: 60, sampleRate: sampleRate)

print("     Hz       dB  delay")
for frequency: Frequency in [100, 1_000, 3_000, 4_000, 8_000] {
  let gain = elliptic.magnitudeInDecibels(at: frequency, sampleRate: sampleRate)
  let delay = elliptic.groupDelay(at: frequency, sampleRate: sampleRate) ?? .nan
  print(String(format: "%7.0f  %7.2f  %.3f ms", frequency.hertz, gain, delay * 1_000))
}
print("largest pole radius: \(elliptic.poles.map(\.length).max() ?? 0)")

let needed = try FilterOrder.butterworth(
  pass: .lowPass(3_000), stop: .lowPass(4_000), ripple: 0.5, attenuation: 60, sampleRate: sampleRate)
print("a Butterworth filter for the same task needs order \(needed.order)")

// Mistakes are found before a sample is touched, and say what would be right.
do {
  _ = try Plan.compile(LowPass(30_000), for: StreamFormat(sampleRate: sampleRate, channels: 1))
} catch {
  print(error)
}
