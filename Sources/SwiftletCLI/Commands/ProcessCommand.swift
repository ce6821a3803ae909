import Accelerator
import ArgumentParser
import AudioCore
import AudioFiles
import AudioGraph
import EffectCatalog
import Swiftlet

/// `swiftlet process`: sound through a chain of effects.
struct ProcessCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "process",
    abstract: "Send sound through a chain of effects, in constant memory.",
    discussion: """
      The container of OUT follows its extension, its encoding and tags those of IN. The output has the input's length, \
      with latency taken out. It appears under its name only when all of it was written, so IN and OUT may be one file.

      - is standard input or output: WAV, or headerless samples with --raw. With --raw, a file whose extension names no \
      container (.raw, .pcm, none) is headerless too.

        swiftlet process in.wav out.wav -e "highpass:80Hz,order=4 | peak:1k,gain=+6dB"
        swiftlet process in.flac out.wav -e "lowpass:200 + highpass:2k" -e gain:-3dB
        arecord -f S16_LE -r 48000 | swiftlet process - - -e notch:50Hz,q=30 | aplay
        swiftlet process - - --raw f32le -r 48k -c 2 -e highpass:20 < a.f32 > b.f32

      Effects are listed by: swiftlet effects
      """)

  @Argument(help: ArgumentHelp("The sound to process; - is standard input.", valueName: "in"), completion: .file())
  var input: String

  @Argument(help: ArgumentHelp("Where the result goes; - is standard output.", valueName: "out"), completion: .file())
  var output: String

  @Option(
    name: [.customShort("e"), .customLong("effect")], parsing: .unconditionalSingleValue,
    help: ArgumentHelp("A chain of effects; several stand in series, each as if in parentheses.", valueName: "expr"))
  var effects: [String]

  @OptionGroup(title: "Raw data") var raw: RawArguments

  @Option(help: "The arithmetic: double, mixed (Float samples, Double inside) or single.")
  var precision: Precision = .mixed

  @Option(
    help: ArgumentHelp(
      "How to store samples: s16, s24, s32, f32, f64, vorbis, …; by default as the input does.", valueName: "name"))
  var encoding: SampleEncoding?

  @Option(help: "Noise before rounding: auto (when the depth shrinks), tpdf or none.")
  var dither: Dither.Mode = .auto

  @Option(help: "How kernels are chosen: fast, or invariant (any block sizes give the same bits).")
  var mode: KernelMode = .fast

  @Option(help: ArgumentHelp("Frames in one piece.", valueName: "frames"))
  var chunk = 8_192

  @Option(
    help: "Where it runs: cpu, gpu, or auto (a GPU where there is one and it has a kernel for every effect).")
  var device: ProcessingDevice = .cpu

  @Flag(help: "Write the tail too: what sounds on after the end of the input.")
  var tail = false

  @Flag(name: .shortAndLong, help: "No progress and no warnings.")
  var quiet = false

  @Flag(help: "Print a report as JSON: on standard output, or on standard error when the sound goes there.")
  var json = false

  func run() throws {
    let chain = Expressions(effects)
    let graph = try chain.graph()
    _ = try raw.form()
    try raw.validate(input: input, output: output)
    if encoding != nil, raw.applies(to: output) {
      throw Failure("--encoding has no place in raw output: its form is that of --raw", status: .usage)
    }
    try JobSettings.validate(chunk: chunk)
    var settings = JobSettings(
      graph: graph, precision: precision, encoding: encoding, dither: dither, mode: mode, chunk: chunk, tail: tail)
    settings.device = device
    Interrupt.install()
    let report = try chain.placing(graph) { try process(settings) }
    if !quiet { report.warnings.forEach(StandardError.warning) }
    if json {
      let text = report.document.text + "\n"
      output == "-" ? StandardError.write(text) : try StandardOutput.write(text)
    } else if !quiet, StandardError.isTerminal {
      StandardError.write(report.summary + "\n")
    }
  }

  private func process(_ settings: JobSettings) throws -> ProcessReport {
    var job = FileJob(input: input, output: output, settings: settings)
    if let form = try raw.form() {
      if raw.applies(to: input) { job.raw.input = (form, try raw.inputFormat()) }
      if raw.applies(to: output) { job.raw.output = form }
    }
    var meter: ProgressMeter?
    defer { meter?.clear() }
    return try job.run(
      begin: { format in
        guard !quiet, StandardError.isTerminal else { return }
        meter = ProgressMeter(sampleRate: format.sampleRate, style: Style.of(descriptor: 2))
      }, progress: { meter?.update($0) })
  }
}
