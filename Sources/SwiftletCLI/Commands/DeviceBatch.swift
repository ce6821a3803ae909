import Accelerator
import AudioCore
import AudioGraph
import Streaming

/// The files of a batch on a GPU: those of one format through one cascade go together, in groups bounded by memory, the longest first; the
/// others one by one. A file has the bits that it has alone.
struct DeviceBatch {
  /// What ran where, for the report.
  struct Way: Sendable, Hashable {
    var device: String
    /// Files that went together, in how many groups, and the launches of these.
    var together = 0
    var groups = 0
    var launches = 0
    /// Files that ran by themselves.
    var alone = 0
  }

  var inputs: [String]
  var outputs: [String]
  var settings: JobSettings
  var pool: JobPool
  /// The most files of one group; nil for as many as fit.
  var most: Int?
  /// Told after each file. Any thread calls it.
  var finishOne: @Sendable () -> Void

  typealias Results = [Result<ProcessReport, any Error>]

  /// - Returns: what became of each file, and how it ran; without a device that is nil, and each file says why.
  func run() -> (results: Results, way: Way?) {
    settings.precision == .double ? run(as: Double.self) : run(as: Float.self)
  }

  private func run<S: Sample>(as type: S.Type) -> (results: Results, way: Way?) {
    guard let device = try? ComputeDevice.find(), let context = try? ComputeContext(device) else {
      return (alone(Array(inputs.indices), ContextShelf()), nil)
    }
    var way = Way(device: device.name)
    var results = [Result<ProcessReport, any Error>?](repeating: nil, count: inputs.count)
    let shelf = ContextShelf()
    var isLost = false
    for (format, files) in classes(as: S.self) {
      guard files.count > 1, !isLost, let batch = batch(format, context, as: S.self) else { continue }
      for run in batch.runs(of: files.map(\.frames), most: most ?? .max) where run.count > 1 && !isLost {
        let group = runTogether(run.map { files[$0] }, batch, context.device, &way)
        isLost = group == nil
        for (index, result) in group ?? [] { results[index] = result }
      }
    }
    // Where it failed, each file by itself says so, or runs on the processor.
    if !isLost { shelf.put(context) }
    let rest = inputs.indices.filter { results[$0] == nil }
    way.alone = rest.count
    for (index, result) in zip(rest, alone(rest, shelf)) { results[index] = result }
    return (results.map { $0 ?? .failure(CancellationError()) }, way)
  }

  /// A file and what its header says.
  private struct File: Sendable {
    var index: Int
    var format: StreamFormat
    var frames: Int
  }

  /// Files of known lengths by their formats, in the order of the inputs. What cannot be opened shows when it runs by itself.
  private func classes<S: Sample>(as type: S.Type) -> [(format: StreamFormat, files: [File])] {
    let found = pool.run(inputs.count) { index -> File? in
      guard inputs[index] != "-", !InputStream<S>.isPipe(inputs[index]) else { return nil }
      let stream = try InputStream<S>(path: inputs[index], raw: nil)
      return stream.expectedFrames.map { File(index: index, format: stream.format, frames: $0) }
    }
    var classes: [(format: StreamFormat, files: [File])] = []
    for case .success(let file?) in found {
      if let place = classes.firstIndex(where: { $0.format == file.format }) {
        classes[place].files.append(file)
      } else {
        classes.append((file.format, [file]))
      }
    }
    return classes
  }

  /// nil where files of this format run by themselves: another chain than one cascade, or one that is wrong for it.
  private func batch<S: Sample>(_ format: StreamFormat, _ context: ComputeContext, as type: S.Type)
    -> AcceleratedBatch<S>?
  {
    guard let plan = try? settings.processor(for: format, isPipe: false, as: S.self).plan(for: format) else {
      return nil
    }
    return (try? AcceleratedBatch<S>(plan, on: context, tail: settings.tail ? .runOut : .trim)) ?? nil
  }

  /// A file that is open at both ends.
  private struct Open<S: Sample>: @unchecked Sendable {
    // Sendable because one job at a time has it.
    var file: File
    var source: InputStream<S>
    var sink: OutputStream<S>
  }

  /// - Returns: what became of each file; those that are not there are to run by themselves. nil when the device failed: all are.
  private func runTogether<S: Sample>(
    _ files: [File], _ batch: AcceleratedBatch<S>, _ device: ComputeDevice, _ way: inout Way
  ) -> [(index: Int, result: Result<ProcessReport, any Error>)]? {
    let started = SystemCalls.seconds
    var results: [(index: Int, result: Result<ProcessReport, any Error>)] = []
    var open: [Open<S>] = []
    for file in files {
      do {
        let source = try InputStream<S>(path: inputs[file.index], raw: nil)
        let sink = try OutputStream<S>(
          path: outputs[file.index], format: batch.output, settings: settings.storage(for: source), from: source)
        open.append(Open(file: file, source: source, sink: sink))
      } catch {
        results.append((file.index, .failure(error)))
      }
    }
    let items = open.map { AcceleratedBatch<S>.Item(source: $0.source, frames: $0.file.frames, sink: $0.sink) }
    guard let (outcomes, pieces) = try? batch.run(items, on: pool) else { return nil }
    way.groups += 1
    way.launches += pieces
    let written = Written(open: open, outcomes: outcomes)
    let made = pool.run(open.count) { place -> ProcessReport? in
      let file = written.open[place]
      switch written.outcomes[place] {
      case .alone: return nil
      case .failed(let error): throw error
      case .done(let run):
        try file.sink.commit()
        return ProcessReport(
          input: inputs[file.file.index], output: outputs[file.file.index], format: file.file.format, run: run,
          expectedFrames: file.source.expectedFrames, clipped: file.sink.clippedSamples, losses: file.sink.losses,
          elapsed: SystemCalls.seconds - started, device: DeviceReport(device: device.name))
      }
    }
    for (file, result) in zip(open, made) {
      switch result {
      case .success(nil): continue
      case .success(let report?): results.append((file.file.index, .success(report)))
      case .failure(let error): results.append((file.file.index, .failure(error)))
      }
    }
    way.together += results.count
    for _ in results { finishOne() }
    return results
  }

  private struct Written<S: Sample>: @unchecked Sendable {
    // Sendable because each place belongs to one job.
    var open: [Open<S>]
    var outcomes: [AcceleratedBatch<S>.Outcome]
  }

  /// Runs files one by one, several at a time.
  private func alone(_ indices: [Int], _ shelf: ContextShelf) -> Results {
    pool.run(indices.count) { place in
      defer { finishOne() }
      let index = indices[place]
      return try FileJob(input: inputs[index], output: outputs[index], settings: settings, shelf: shelf).run()
    }
  }
}

/// Open devices that jobs use one after another: kernels are then loaded once for each that runs at the same time.
final class ContextShelf: Sendable {
  private struct Held: @unchecked Sendable {
    // Sendable because one job at a time has it.
    let context: ComputeContext
  }
  private let held = Locked<[Held]>([])

  /// Takes a device that is open, or opens one.
  /// - Throws: `AcceleratorError` that names the stages without a kernel, or what was looked for and how to get it.
  func take(for plan: Plan) throws(AcceleratorError) -> ComputeContext {
    try plan.requireAcceleratorCoverage()
    if let free = held.withLock({ $0.popLast() }) { return free.context }
    return try ComputeContext.open(for: plan)
  }

  /// Gives a device back that has done its work.
  func put(_ context: ComputeContext) {
    let free = Held(context: context)
    held.withLock { $0.append(free) }
  }
}
