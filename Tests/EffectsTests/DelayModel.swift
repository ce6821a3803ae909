import SwiftletDSP

/// A delay as its definition says, sample by sample in Double: whole frames, any mode, filters in the loop.
struct DelayModel {
  var frames: Int
  var feedback: Double
  var mix: Double
  var mode = Delay.Mode.straight
  /// First-order sections in the loop.
  var filters: [Biquad] = []

  func run(_ input: [[Double]]) -> [[Double]] {
    let channels = input.count
    let count = input[0].count
    var line = [[Double]](repeating: [Double](repeating: 0, count: count), count: channels)
    var past = [[(x: Double, y: Double)]](
      repeating: [(x: Double, y: Double)](repeating: (0, 0), count: filters.count), count: channels)
    var output = input
    for n in 0..<count {
      var taps = (0..<channels).map { n >= frames ? line[$0][n - frames] : 0 }
      for channel in 0..<channels {
        for (index, section) in filters.enumerated() {
          let x = taps[channel]
          let y = section.b0 * x + section.b1 * past[channel][index].x - section.a1 * past[channel][index].y
          past[channel][index] = (x, y)
          taps[channel] = y
        }
      }
      for channel in 0..<channels {
        let before = (channel + channels - 1) % channels
        switch mode {
        case .straight: line[channel][n] = input[channel][n] + feedback * taps[channel]
        case .cross: line[channel][n] = input[channel][n] + feedback * taps[before]
        case .pingPong:
          let mean = input.reduce(0) { $0 + $1[n] } / Double(channels)
          line[channel][n] = (channel == 0 ? mean : 0) + feedback * taps[before]
        }
        output[channel][n] = input[channel][n] * (1 - mix) + taps[channel] * mix
      }
    }
    return output
  }
}
