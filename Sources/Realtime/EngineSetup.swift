import AudioCore
import AudioDevices
import AudioGraph

/// What a processor plays between.
enum EngineEnds {
  /// One device for both directions, or for the one that it has.
  case device(any AudioDevice)
  /// Two devices with a clock each.
  case devices(input: any AudioDevice, output: any AudioDevice)
  /// A source that is played on a device.
  case source(SendableSource, output: any AudioDevice)
  /// A device whose sound, processed, goes to a sink.
  case sink(SendableSink, input: any AudioDevice)
}

/// A source that only the feeding thread uses.
struct SendableSource: @unchecked Sendable {
  // Sendable because whoever gives the source away does not use it until the processor has stopped.
  let source: any AudioSource<Float>
}

/// A sink that only the draining thread uses.
struct SendableSink: @unchecked Sendable {
  // Sendable as above.
  let sink: any AudioSink<Float>
}

/// What is to be opened for a run: devices, channels, rates. It is settled before anything is opened.
struct EngineSetup {
  let configuration: RealtimeConfiguration
  let clock: any AudioClock
  /// The device that brings input, and its channels; nil for none.
  let input: (device: any AudioDevice, channels: Int)?
  /// The device that takes output, and its channels; nil for none.
  let output: (device: any AudioDevice, channels: Int)?
  let source: SendableSource?
  let sink: SendableSink?
  let plan: Plan
  let outputRate: Double
  let graph: Graph
  /// The graph as it was written before it was compiled, where the session is logged: live handles may change meanwhile.
  let writtenGraph: WrittenTree?
  let accelerator: (any BlockAcceleratorProvider)?
  let probe: (@Sendable (Int) -> Void)?

  /// Settles everything.
  /// - Throws: `DesignError` for the graph, the configuration or channels that do not fit; `DeviceError` for devices that are not there.
  init(
    _ graph: Graph, ends: EngineEnds, configuration: RealtimeConfiguration, clock: any AudioClock,
    accelerator: (any BlockAcceleratorProvider)? = nil, probe: (@Sendable (Int) -> Void)?
  ) throws {
    try configuration.validate()
    guard accelerator == nil || configuration.changing == .live else {
      throw DesignError(
        .inconsistent, parameter: "changing", value: "\(configuration.changing)",
        problem: "is for a graph that the processor runs alone: an accelerator takes changes of live handles only",
        remedy: "Change parameters by live handles, or leave out the accelerator")
    }
    guard accelerator == nil || configuration.sessionLog == nil else {
      throw DesignError(
        .inconsistent, parameter: "sessionLog", problem: "cannot be replayed bit for bit with an accelerator",
        remedy: "Log the session on the processor, or leave the log out")
    }
    guard configuration.latencyFrames == nil || accelerator == nil else {
      throw DesignError(
        .inconsistent, parameter: "latencyFrames",
        problem: "is for graphs that are swapped in, which an accelerator rules out",
        remedy: "Leave it out, or run on the processor")
    }
    self.configuration = configuration
    self.clock = clock
    self.accelerator = accelerator
    self.probe = probe
    self.graph = graph
    writtenGraph = configuration.sessionLog == nil ? nil : try SessionHeader.written(GraphDocument(graph))
    var inputDevice: (any AudioDevice)?
    var outputDevice: (any AudioDevice)?
    switch ends {
    case .device(let device): (inputDevice, outputDevice, source, sink) = (device, device, nil, nil)
    case .devices(let from, let to): (inputDevice, outputDevice, source, sink) = (from, to, nil, nil)
    case .source(let source, let device): (outputDevice, self.source, sink) = (device, source, nil)
    case .sink(let sink, let device): (inputDevice, source, self.sink) = (device, nil, sink)
    }
    let inputOffer = try inputDevice?.capabilities()
    let outputOffer = try outputDevice?.capabilities()
    let inputRate =
      source?.source.format.sampleRate ?? configuration.sampleRate ?? inputOffer?.sampleRate ?? outputOffer?.sampleRate
      ?? 48_000
    let offered = source?.source.format.channels ?? inputOffer.map(\.inputChannels) ?? 0
    let channels =
      source?.source.format.channels ?? configuration.channels
      ?? max(1, min(2, offered > 0 ? offered : outputOffer?.outputChannels ?? 2))
    plan = try Plan.compile(
      graph, for: StreamFormat(sampleRate: inputRate, channels: channels),
      options: PlanOptions(
        maximumFrames: configuration.bufferFrames, precision: configuration.precision, mode: .invariant))
    if let latency = configuration.latencyFrames, latency < plan.latencyFrames {
      throw DesignError(
        .outOfRange, parameter: "latencyFrames", value: "\(latency) frames",
        problem: "is less than the graph's own \(plan.latencyFrames)", remedy: "Declare as much, or leave it out")
    }
    let isSplit = if case .devices = ends { true } else { false }
    outputRate = isSplit ? configuration.sampleRate ?? outputOffer?.sampleRate ?? inputRate : plan.output.sampleRate
    guard isSplit || plan.output.sampleRate == inputRate || sink != nil else {
      throw DesignError(
        .format, parameter: "sample rate", value: "\(plan.output)",
        problem: "leaves the graph, and the device runs at \(inputRate) Hz",
        remedy: "Use a graph that keeps the rate")
    }
    input =
      if let inputDevice, source == nil, offered > 0 {
        (inputDevice, configuration.inputChannels ?? min(offered, channels))
      } else { nil }
    let room = outputOffer?.outputChannels ?? 0
    output =
      if let outputDevice, room > 0 {
        (
          outputDevice,
          configuration.outputChannels ?? (plan.output.channels == 1 ? min(2, room) : min(room, plan.output.channels))
        )
      } else { nil }
    guard input != nil || output != nil else {
      throw DeviceError(
        .unsupported, device: inputDevice?.name ?? outputDevice?.name, problem: "has no channels for this",
        remedy: "Choose another device")
    }
  }

  /// Whether input and output have clocks of their own.
  var isSplit: Bool {
    guard let input, let output else { return false }
    return input.device !== output.device
  }

  /// Channels of the input ring; 0 for none.
  var inputChannels: Int { source?.source.format.channels ?? input?.channels ?? 0 }
  /// Channels of the output ring; 0 for none.
  var outputChannels: Int { sink != nil ? plan.output.channels : output?.channels ?? 0 }
}

/// Frames by which what is heard lags what was played, part by part.
public struct LatencyReport: Sendable, Hashable {
  /// The engine's own: the silence that the output ring began with.
  public var ringFrames: Int
  /// That of the graph.
  public var planFrames: Int
  /// What the device says of itself, both ways.
  public var deviceFrames: Int
  /// In hertz.
  public var sampleRate: Double

  public var totalFrames: Int { ringFrames + planFrames + deviceFrames }
  public var milliseconds: Double { Double(totalFrames) / sampleRate * 1_000 }
}
