import AudioCore
import CSoxr
import Effects

/// Changes sample rates by libsoxr, in Double, with more than 24 bits of accuracy.
public struct SoxrResampler: ResponseResampler {
  public init() {}

  /// Whole recordings at another rate: as many frames as the ratio gives, rounded up, the delay of the filter taken out.
  ///
  /// - Throws: `DesignError` of reason `.format` for a rate outside 1 to 3 072 000 Hz, or when libsoxr refuses.
  public func resampled(_ channels: [[Double]], from rate: Double, to other: Double) throws(DesignError) -> [[Double]] {
    for rate in [rate, other] { try StreamFormat(sampleRate: rate, channels: 1).validate() }
    if rate == other { return channels }
    var result: [[Double]] = []
    for channel in channels { result.append(try resampled(channel, from: rate, to: other)) }
    return result
  }

  private func resampled(_ samples: [Double], from rate: Double, to other: Double) throws(DesignError) -> [Double] {
    guard !samples.isEmpty else { return [] }
    let length = Int((Double(samples.count) * other / rate).rounded(.up))
    var output = [Double](repeating: 0, count: length)
    var produced = 0
    let failure = samples.withUnsafeBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        // SAFETY: one channel of `samples.count` doubles is read, and at most `length` doubles are written.
        var form = soxr_io_spec(SOXR_FLOAT64_I, SOXR_FLOAT64_I)
        var quality = soxr_quality_spec(UInt(SOXR_VHQ), 0)
        return soxr_oneshot(
          rate, other, 1, input.baseAddress, input.count, nil, output.baseAddress, output.count, &produced, &form,
          &quality, nil)
      }
    }
    if let failure {
      throw DesignError(
        .format, parameter: "sample rate",
        value: "\(DesignError.shortest(rate)) to \(DesignError.shortest(other)) Hz",
        problem: "is refused by libsoxr: \(String(cString: failure))", remedy: "Resample in two steps")
    }
    return output
  }
}
