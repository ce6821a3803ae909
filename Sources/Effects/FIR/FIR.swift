import AudioCore
import FilterDesign

/// A finite impulse response filter: designed by one of the usual methods, or given by its taps.
///
/// A filter of linear phase reports its delay of `(taps - 1) / 2` frames as latency, rounded down where the count is even, so that
/// renderers take it out and parallel paths are aligned. A minimum-phase filter, and taps that are neither symmetric nor antisymmetric,
/// report none.
public struct FIR: Effect {
  public static let name = "fir"

  /// What the filter is to do.
  public enum Shape: Sendable, Hashable {
    /// A low-pass, high-pass, band-pass or band-stop.
    case response(Response)
    /// Bands that pass and stop in turn, from edge to edge.
    case multiband(edges: [Frequency], passesZero: Bool)
    /// Gains over frequencies: for least squares two edges a band and a gain at each, for equiripple two edges a band and a gain a band,
    /// for frequency sampling any frequencies from 0 Hz to half the sample rate and a gain at each.
    case bands([Frequency], gains: [Double], weights: [Double]?)
    /// Taps as they are.
    case taps(TapList)
  }

  /// How the taps are found.
  public enum Method: String, Sendable, Hashable, Codable, CaseIterable {
    /// The ideal response, cut to length by a window.
    case window
    /// A Kaiser window, whose length and shape follow from attenuation and transition width.
    case kaiser
    /// The least squared error.
    case leastSquares = "leastsquares"
    /// The least largest error: Parks and McClellan's exchange.
    case equiripple
    /// Gains at frequencies, transformed back and windowed.
    case sampling
  }

  /// The phase of the filter.
  public enum Phase: String, Sendable, Hashable, Codable, CaseIterable {
    /// All frequencies are delayed alike.
    case linear
    /// The least delay for the magnitude.
    case minimum
  }

  public var shape: Shape
  public var method: Method
  /// How many taps are designed; the Kaiser method finds it by itself.
  public var taps: Int
  /// For the window and sampling methods.
  public var window: Window
  /// For the Kaiser method, in decibels.
  public var attenuation: Double
  /// From pass band to stop band, around each edge: for Kaiser, and for least squares and equiripple on a response or multiband.
  public var width: Frequency
  public var phase: Phase

  /// Makes a filter from all that it can be told.
  public init(
    _ shape: Shape, method: Method = .window, taps: Int = 255, window: Window = .hamming, attenuation: Double = 60,
    width: Frequency = 200, phase: Phase = .linear
  ) {
    self.shape = shape
    self.method = method
    self.taps = taps
    self.window = window
    self.attenuation = attenuation
    self.width = width
    self.phase = phase
  }

  /// Makes a filter by the window method, as `scipy.signal.firwin` does.
  public init(_ response: Response, taps: Int, window: Window = .hamming, phase: Phase = .linear) {
    self.init(.response(response), taps: taps, window: window, phase: phase)
  }

  /// Makes a filter from its taps, the first one applied to the newest sample; 1 to 1 048 576 finite numbers.
  public init(taps: [Double]) { self.init(.taps(.numbers(taps))) }

  /// Makes a filter whose length and window follow from attenuation (in decibels) and transition width.
  public static func kaiser(
    _ response: Response, attenuation: Double, width: Frequency, phase: Phase = .linear
  ) -> FIR {
    FIR(.response(response), method: .kaiser, attenuation: attenuation, width: width, phase: phase)
  }

  /// The taps at a sample rate in hertz.
  /// - Throws: `DesignError` for every parameter outside its domain.
  public func design(sampleRate: Double) throws(DesignError) -> FIRTaps {
    let filter = try linear(sampleRate: sampleRate)
    return phase == .minimum ? try filter.minimumPhase() : filter
  }

  public func design(in context: DesignContext) throws(DesignError) -> ConvolutionDesign {
    let filter = try design(sampleRate: context.sampleRate)
    return ConvolutionDesign(
      responses: [filter.taps], routes: .alike(channels: context.format.channels), output: context.format,
      latencyFrames: phase == .minimum ? 0 : Self.latencyFrames(of: filter.taps), in: context)
  }

  /// Half the length of taps that read the same backwards, or the same with the sign turned; 0 for others.
  ///
  /// The rounding of whoever designed them may differ between the halves: a billionth of the largest tap turns no phase that matters.
  private static func latencyFrames(of taps: [Double]) -> Int {
    let limit = 1e-9 * taps.reduce(0) { max($0, abs($1)) }
    let pairs = zip(taps, taps.reversed())
    let isLinearPhase = pairs.allSatisfy { abs($0 - $1) <= limit } || pairs.allSatisfy { abs($0 + $1) <= limit }
    return isLinearPhase ? (taps.count - 1) / 2 : 0
  }

  public func makeProcessor<S: Sample>(
    _ design: ConvolutionDesign, in context: DesignContext, as type: S.Type
  ) -> any AudioProcessor<S, ConvolutionDesign> {
    ConvolutionProcessor<S>(design, in: context)
  }
}
