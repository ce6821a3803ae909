import ArgumentParser
import AudioCore
import AudioFiles

extension SampleEncoding: ExpressibleByArgument {}
extension Dither.Mode: ExpressibleByArgument {}

/// What headerless data holds.
struct RawArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Headerless interleaved samples, at - and at files whose extension names no container: f32le, f64le, s16le, s24le or s32le.",
      valueName: "form"),
    completion: .list(PCMFormat.allCases.map(\.rawValue)))
  var raw: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The sample rate of raw input: 48000, 48k, 44.1kHz; 1 Hz to 3.072 MHz.", valueName: "rate"))
  var rate: SampleRate?

  @Option(name: .shortAndLong, help: ArgumentHelp("The channels of raw input.", valueName: "n"))
  var channels: Int?

  /// The form that was named.
  /// - Throws: `AudioFileError` for half precision and for unknown names.
  func form() throws(AudioFileError) -> PCMFormat? {
    guard let raw else { return nil }
    return try PCMFormat.named(raw)
  }

  /// Whether an end of the job is headerless.
  func applies(to path: String) -> Bool {
    guard raw != nil else { return false }
    if path == "-" { return true }
    do throws(AudioFileError) {
      _ = try Container.forPath(path)
      return false
    } catch {
      return true
    }
  }

  /// The format of raw input.
  /// - Throws: `Failure` when rate or channels are missing.
  func inputFormat() throws(Failure) -> StreamFormat {
    guard let rate, let channels else {
      throw Failure("raw input says nothing about itself: give --rate and --channels", status: .usage)
    }
    return StreamFormat(sampleRate: rate.hertz, channels: channels)
  }

  /// Checks what was given against the ends of a job.
  /// - Throws: `Failure` for options that apply to nothing.
  func validate(input: String, output: String) throws(Failure) {
    if raw != nil, !applies(to: input), !applies(to: output) {
      throw Failure(
        "--raw applies to - and to files whose extension names no container: here to neither IN nor OUT", status: .usage
      )
    }
    if rate != nil || channels != nil, !applies(to: input) {
      throw Failure(
        "--rate and --channels describe raw input, and \(input) describes itself: leave them out", status: .usage)
    }
  }
}
