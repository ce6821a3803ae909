import Accelerator
import ArgumentParser
import AudioCore
import AudioFiles
import AudioGraph
import EffectCatalog
import Swiftlet

/// `swiftlet batch`: many files through one chain, on all cores.
struct BatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "batch",
    abstract: "Send many files through one chain of effects, on all cores.",
    discussion: """
      Each result has the name of its input, in the folder of --to, and appears only when all of it was written. A file \
      that fails is reported, the others are still processed, and the exit status is that of the first failure. Nothing \
      is written when two results would have one name, or one would replace an input.

      On a GPU files of one format go through a chain of filters together, the longest first, as many as fit into 128 MB \
      and at most 64 or --jobs; other chains, formats with one file, pipes and lossy files run one by one. A file has the \
      bits that swiftlet process --device gives it. How it ran is in the report of --json, under "gpu".

        swiftlet batch takes/*.wav --to clean -e "highpass:80Hz | compressor:-20dB,4"
        swiftlet batch *.wav --to out --format flac --suffix -wet --jobs 2 -e "delay:1/8,tempo=96" --tail --json
      """)

  @Argument(help: "The files to process.", completion: .file())
  var inputs: [String]

  @Option(
    help: ArgumentHelp("The folder for the results; it is made where it is missing.", valueName: "folder"),
    completion: .directory)
  var to: String

  @Option(
    name: [.customShort("e"), .customLong("effect")], parsing: .unconditionalSingleValue,
    help: ArgumentHelp("A chain of effects; several stand in series, each as if in parentheses.", valueName: "expr"))
  var effects: [String]

  @Option(
    help: ArgumentHelp(
      "The container of all results, by its extension: wav, flac, …; by default as the inputs.",
      valueName: "ext"))
  var format: String?

  @Option(
    parsing: .unconditional,
    help: ArgumentHelp("What is put behind each name, before its extension.", valueName: "text"))
  var suffix = ""

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "How many files are processed at a time; by default as many as there are cores, on a GPU 64.", valueName: "n")
  )
  var jobs: Int?

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

  @Option(help: "Where to process: cpu, gpu, or auto (a GPU where there is one and it can run the whole chain).")
  var device: ProcessingDevice = .cpu

  @Flag(help: "Write the tails too: what sounds on after the end of each input.")
  var tail = false

  @Flag(name: .shortAndLong, help: "No progress and no warnings.")
  var quiet = false

  @Flag(help: "Print a report as JSON on standard output.")
  var json = false

  func run() throws {
    let settings = JobSettings(
      graph: try Expressions(effects).graph(), precision: precision, encoding: encoding,
      dither: dither, mode: mode,
      tail: tail, streamsInBackground: false, device: device)
    guard !to.isEmpty, !suffix.contains("/") else {
      throw Failure("--to names no folder, or --suffix has a slash in it", status: .usage)
    }
    let pool: JobPool
    do throws(DesignError) {
      pool = try JobPool(workers: jobs)
    } catch {
      throw Failure("--jobs: \(error)", status: .usage)
    }
    let targets = BatchTargets(folder: to, suffix: suffix, container: format)
    let outputs = try targets.paths(for: inputs)
    try targets.makeFolder()
    Interrupt.install()

    let meter = BatchMeter(total: inputs.count, isShown: !quiet && StandardError.isTerminal)
    let started = SystemCalls.seconds
    let results: DeviceBatch.Results
    var way: DeviceBatch.Way?
    if device == .cpu {
      results = pool.run(inputs.count) { index in
        defer { meter.finishOne() }
        return try FileJob(input: inputs[index], output: outputs[index], settings: settings).run()
      }
    } else {
      (results, way) = DeviceBatch(
        inputs: inputs, outputs: outputs, settings: settings, pool: pool, most: jobs, finishOne: { meter.finishOne() }
      ).run()
    }
    meter.clear()
    let report = BatchReport(
      inputs: inputs, folder: to, results: results, workers: pool.workers, elapsed: SystemCalls.seconds - started,
      way: way)
    try tell(report)
    if let failure = report.firstFailure {
      throw ExitCode((Ending.describe(failure)?.status ?? .ioError).rawValue)
    }
  }

  private func tell(_ report: BatchReport) throws {
    for message in report.failures { StandardError.message(message) }
    if !quiet { report.warnings.forEach(StandardError.warning) }
    if json {
      try StandardOutput.print(report.document)
    } else if !quiet, StandardError.isTerminal {
      StandardError.write(report.summary + "\n")
    }
  }
}

/// The line on a terminal that says how many files are done.
private final class BatchMeter: Sendable {
  private let total: Int
  private let isShown: Bool
  private let done = Locked(0)

  init(total: Int, isShown: Bool) {
    self.total = total
    self.isShown = isShown
  }

  /// Counts a file. Any thread may call it.
  func finishOne() {
    done.withLock { done in
      done += 1
      if isShown { StandardError.write("\r\(done) of \(NumberText.counted(total, "file"))") }
    }
  }

  func clear() {
    guard isShown else { return }
    StandardError.write("\r" + String(repeating: " ", count: 2 * String(total).count + 10) + "\r")
  }
}
