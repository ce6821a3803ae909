import AudioCore
import Effects
import FilterDesign

extension Catalog {
  /// The effects that Swiftlet brings: one line an effect.
  public static let standard = Catalog(filters + equalizers + levels + dynamics + times + convolutions)

  private static let filters: [CatalogEntry] = [
    .effect(
      Butterworth(.lowPass(1_000)), "Butterworth filter: flat pass-band, -3.01 dB at the cutoff", family: .filter,
      aliases: lowAndHigh("butterworth", order: 5), example: "butterworth:highpass,80Hz,order=4"),
    .effect(
      Chebyshev1(.lowPass(1_000)), "Chebyshev filter of type I: ripples in the pass-band, steeper", family: .filter,
      aliases: lowAndHigh("chebyshev1"), example: "chebyshev1:lowpass,8kHz,order=6,ripple=0.5dB"),
    .effect(
      Chebyshev2(.lowPass(1_000)), "Chebyshev filter of type II: flat pass-band, ripples in the stop-band",
      family: .filter,
      aliases: lowAndHigh("chebyshev2"), example: "chebyshev2:bandpass,200Hz,2kHz,order=4,attenuation=60dB"),
    .effect(
      Elliptic(.lowPass(1_000)), "elliptic (Cauer) filter: the steepest of its order", family: .filter,
      aliases: lowAndHigh("elliptic"), example: "elliptic:lowpass,4kHz,order=5,ripple=0.1dB,attenuation=60dB"),
    .effect(
      Bessel(.lowPass(1_000)), "Bessel filter: the flattest group delay", family: .filter,
      aliases: lowAndHigh("bessel"), example: "bessel:lowpass,2kHz,order=4,norm=magnitude"),
    .effect(
      LinkwitzRiley(.lowPass(1_000)), "Linkwitz-Riley crossover filter: -6.02 dB at the cutoff", family: .filter,
      aliases: lowAndHigh("linkwitzriley"), example: "linkwitzriley:lowpass,2kHz,order=4"),
    .effect(
      CrossoverAllPass(1_000), "the all-pass that a Linkwitz-Riley pair sums to", family: .filter,
      aliases: ["linkwitzrileyallpass"], example: "crossoverallpass:2kHz,order=4"),
    .effect(
      LowPass(1_000), "low-pass, 12 dB an octave; with an order, Butterworth", family: .filter,
      aliases: ["biquadlpf"], example: "lowpass:2kHz,q=0.7"),
    .effect(
      HighPass(1_000), "high-pass, 12 dB an octave; with an order, Butterworth", family: .filter,
      aliases: ["biquadhpf"], example: "highpass:80Hz,order=4"),
    .effect(
      BandPass(1_000), "band-pass with 0 dB at its centre", family: .filter,
      aliases: ["biquadbpf"], example: "bandpass:1kHz,q=2"),
    .effect(
      BandPassSkirt(1_000), "band-pass with constant skirts; its gain at the centre is Q", family: .filter,
      aliases: ["bandpasspeak", "biquadbpfpeak"], example: "bandpassskirt:1kHz,q=2"),
    .effect(
      Notch(1_000), "notch: removes one frequency", family: .filter,
      aliases: ["iirnotch", "biquadnotch"], example: "notch:50Hz,q=30"),
    .effect(
      AllPass(1_000), "all-pass: turns the phase around a frequency", family: .filter,
      aliases: ["iirallpass", "biquadallpass"], example: "allpass:1kHz,q=0.7"),
  ]

  private static let equalizers: [CatalogEntry] = [
    .effect(
      Peak(1_000, gain: 0), "peak or dip at a frequency", family: .equalizer,
      aliases: ["peaking", "parametriceq"], example: "peak:1kHz,q=1,gain=+6dB"),
    .effect(
      LowShelf(1_000, gain: 0), "raises or lowers what lies below a frequency", family: .equalizer,
      aliases: ["loshelving", "loshelf"], example: "lowshelf:120Hz,slope=1,gain=+3dB"),
    .effect(
      HighShelf(1_000, gain: 0), "raises or lowers what lies above a frequency", family: .equalizer,
      aliases: ["hishelving", "hishelf"], example: "highshelf:8kHz,q=0.7,gain=-2dB"),
  ]

  private static let levels: [CatalogEntry] = [
    .effect(Gain(decibels: 0), "louder or quieter, for all channels", family: .level, example: "gain:-6dB")
  ]

  private static let dynamics: [CatalogEntry] = [
    .effect(
      Compressor(), "turns down what is loud, above a threshold by a ratio", family: .dynamics,
      example: "compressor:-20dB,4,attack=5ms,release=100ms,knee=6dB")
  ]

  private static let times: [CatalogEntry] = [
    .effect(
      Delay(.seconds(0.25)), "repeats the sound: an echo with feedback, in time or in beats", family: .time,
      aliases: ["echo"], example: "delay:1/8,tempo=120,feedback=40%,mix=30%")
  ]

  private static let convolutions: [CatalogEntry] = [
    .effect(
      FIR(.lowPass(1_000), taps: 255),
      "FIR filter: windowed sinc, Kaiser, least squares, equiripple, or taps from a file",
      family: .filter, aliases: ["designablefir"], example: "fir:lowpass,1kHz,taps=255,window=hamming"),
    .effect(
      Convolution(.file("")), "convolution with an impulse response: rooms, cabinets, corrections",
      family: .convolution,
      aliases: ["convolution", "ir", "afir"], example: "convolve:hall.wav,mix=30%"),
  ]

  /// Names that decide the response: `lobutterworth` is a low-pass, `hibutterworth` a high-pass.
  private static func lowAndHigh(_ name: String, order: Int? = nil) -> [EffectAlias] {
    [("lo", "lowpass"), ("hi", "highpass")].map { prefix, response in
      EffectAlias(
        prefix + name, fixed: ["response": .choice(response)], defaults: order.map { ["order": .integer($0)] } ?? [:])
    }
  }
}
