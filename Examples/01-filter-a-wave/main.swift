// A tone with mains hum under it: remove the hum, raise the tone.
import Foundation
import Swiftlet

let sampleRate = 48_000.0
let seconds = 1.0

func sine(_ frequency: Double, _ frame: Int) -> Float {
  Float(sin(2 * .pi * frequency * Double(frame) / sampleRate))
}

let recording = try Wave<Float>(
  [(0..<Int(seconds * sampleRate)).map { 0.25 * sine(1_000, $0) + 0.25 * sine(50, $0) }], sampleRate: sampleRate)

let cleaned = try (recording | Butterworth(.highPass(80), order: 4) | Peak(1_000, gain: 6)).render(.init(tail: .trim))

/// How strong one frequency is, in decibels of full scale: a one-line discrete Fourier transform.
func level(_ wave: Wave<Float>, at frequency: Double) -> Double {
  var real = 0.0
  var imaginary = 0.0
  for frame in 0..<wave.frames {
    let angle = 2 * .pi * frequency * Double(frame) / sampleRate
    real += Double(wave[0, frame]) * cos(angle)
    imaginary -= Double(wave[0, frame]) * sin(angle)
  }
  return 20 * log10(2 * hypot(real, imaginary) / Double(wave.frames))
}

for frequency in [50.0, 1_000.0] {
  let (before, after) = (level(recording, at: frequency), level(cleaned, at: frequency))
  print(String(format: "%5.0f Hz: %5.1f dB before, %5.1f dB after", frequency, before, after))
}
