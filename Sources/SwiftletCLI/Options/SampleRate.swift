import ArgumentParser
import AudioCore

/// A sample rate on the command line: `48000`, `48k`, `44.1kHz`.
struct SampleRate: ExpressibleByArgument, Hashable, Sendable {
  var hertz: Double

  init?(argument: String) {
    guard let value = Quantity.hertz(argument), StreamFormat.sampleRates.contains(value) else { return nil }
    hertz = value
  }

  init(hertz: Double) { self.hertz = hertz }

  var defaultValueDescription: String { NumberText.axisFrequency(hertz) }
}

/// Frequencies on the command line, between commas: `20,100,1k`.
struct FrequencyList: ExpressibleByArgument, Hashable, Sendable {
  var frequencies: [Double]

  init?(argument: String) {
    frequencies = []
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      guard let value = Quantity.hertz(String(part)), value >= 0 else { return nil }
      frequencies.append(value)
    }
  }

  init(_ frequencies: [Double]) { self.frequencies = frequencies }

  /// The frequencies of a table by default: 1, 2 and 5 in each decade from 20 Hz on, up to half the sample rate.
  static func standard(below nyquist: Double) -> FrequencyList {
    let list = (0...4).flatMap { decade in
      [1, 2, 5].map { $0 * NumberText.power(of: 10, decade) }
    }
    return FrequencyList(list.filter { $0 >= min(20, nyquist / 20) && $0 < nyquist })
  }

  /// Checks that the list lies between 0 and half the sample rate, both included.
  /// - Throws: `Failure` that names the first frequency outside.
  func validate(sampleRate: Double) throws(Failure) {
    guard let outside = frequencies.first(where: { $0 > sampleRate / 2 }) else { return }
    throw Failure(
      "--at \(NumberText.axisFrequency(outside)) is above half the sample rate, \(NumberText.frequency(sampleRate / 2))",
      status: .usage)
  }
}
