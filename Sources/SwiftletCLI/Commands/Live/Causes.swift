import Realtime

/// What a run saw, as far as it tells of causes; times in milliseconds.
package struct RunFacts {
  package var deadline = 0.0
  /// What the worker takes for a block: in all but one of twenty, and at worst.
  package var usualBlock = 0.0
  package var worstBlock = 0.0
  package var worstCallback = 0.0
  package var metrics = RealtimeMetrics()
  package var hasRealtimePriority = true
  package var locksMemory = true
  package var bufferFrames = 256
  package var ringBlocks = 4
  /// Times that two devices' clocks had to be set right at once; the first is the start.
  package var driftJumps = 0
  /// The stage that takes longest, and its share of the worker's time; nil where stages were not timed.
  package var slowestStage: (name: String, share: Double)?
  /// Whether the output goes to storage and not to a device.
  package var recordsToStorage = false
  /// What else the processors did while it ran.
  package var otherLoad = OtherLoad()
  /// How long it ran, in seconds.
  package var elapsed = 0.0

  package init() {}

  init(_ report: LiveReport, configuration: RealtimeConfiguration) {
    deadline = report.deadlineMilliseconds
    usualBlock = report.worker.map { Double($0.p95) / 1e6 } ?? 0
    worstBlock = report.worker.map { Double($0.maximum) / 1e6 } ?? 0
    worstCallback = report.callback.map { Double($0.maximum) / 1e6 } ?? 0
    metrics = report.metrics
    hasRealtimePriority = report.grants?.hasRealtimePriority ?? false
    locksMemory = report.grants?.locksMemory ?? false
    bufferFrames = configuration.bufferFrames
    ringBlocks = configuration.ringBlocks
    driftJumps = report.drift?.jumps ?? 0
    otherLoad = report.otherLoad ?? otherLoad
    elapsed = report.elapsed
    let total = report.stages.reduce(0) { $0 + $1.statistics.mean }
    if let slowest = report.stages.max(by: { $0.statistics.mean < $1.statistics.mean }), total > 0 {
      slowestStage = (slowest.stage, slowest.statistics.mean / total)
    }
  }
}

extension RunFacts {
  /// The frames of the device's own period, where it asks for several blocks at once as a rule; nil where it does not.
  fileprivate var devicePeriod: Int? {
    let (calls, bursts) = (metrics.callbackCount, metrics.burstCount)
    guard calls > bursts, 3 * bursts >= calls else { return nil }
    return bufferFrames * Int((Double(calls) / Double(calls - bursts)).rounded())
  }
}

/// Why there were gaps, and what to do.
package struct Cause: Equatable {
  /// What it lies in.
  package enum Subject: String {
    case graph, priority, memory, governor, throttling, timer, machine, load, ring, storage, clocks, callback, server,
      period
  }
  package var subject: Subject
  package var text: String
}

extension Doctor {
  /// The likely causes of what a run saw, the likeliest first; empty when it saw nothing wrong.
  package static func causes(_ run: RunFacts, machine: MachineFacts) -> [Cause] {
    ringCauses(run, machine) + clockCauses(run) + deviceCauses(run, machine)
  }

  /// Warns of them on standard error.
  static func tellCauses(of run: RunFacts) {
    for cause in causes(run, machine: MachineFacts.look()) {
      StandardError.warning("likely cause of the gaps: \(cause.text)")
    }
  }

  private static func ms(_ value: Double) -> String { NumberText.fixed(value, 2) + " ms" }

  /// Gaps in the rings: the worker was late, or what takes its output.
  private static func ringCauses(_ run: RunFacts, _ machine: MachineFacts) -> [Cause] {
    let metrics = run.metrics
    guard metrics.xrunCount + metrics.deadlineMissCount > 0 else { return [] }
    if let period = run.devicePeriod, metrics.outputUnderflowCount > 0 {
      return [
        Cause(
          subject: .period,
          text:
            "the device asks for several blocks at once: its own period is about \(period) frames, longer than the block of \(run.bufferFrames). Use --buffer \(period)"
        )
      ]
    }
    if run.usualBlock > run.deadline * 0.7 {
      var text =
        "the chain is too slow: its blocks take \(ms(run.usualBlock)) of the \(ms(run.deadline)) that they last"
      if let slowest = run.slowestStage {
        text += ", \(NumberText.fixed(slowest.share * 100, 0)) % of it for \(slowest.name)"
      }
      return [Cause(subject: .graph, text: text + ". Take stages out, or use a longer --buffer")]
    }
    if metrics.inputOverflowCount > 0, metrics.outputUnderflowCount == 0, metrics.deadlineMissCount == 0,
      run.recordsToStorage
    {
      return [
        Cause(
          subject: .storage,
          text: "what takes the output is too slow, such as a full or a busy disk: write to a faster one")
      ]
    }
    if metrics.deadlineMissCount > 0 {
      let what =
        "the worker was interrupted: one block took \(ms(run.worstBlock)), where others take \(ms(run.usualBlock))"
      guard metrics.xrunCount > 0 else {
        return interruptions(run, machine, "\(what), which the ring bridged without a gap")
      }
      return interruptions(run, machine, what)
    }
    return interruptions(
      run, machine, "the worker woke too late, though its blocks are short (\(ms(run.worstBlock)) at most)")
      + [
        Cause(
          subject: .ring,
          text:
            metrics.inputOverflowCount > 0
            ? "\(run.ringBlocks) blocks of \(run.bufferFrames) frames bridge \(ms(run.deadline * Double(run.ringBlocks - 1))) at most: a deeper ring (--depth) or a longer --buffer bridges more"
            : "one block of \(run.bufferFrames) frames is made ahead, which bridges \(ms(run.deadline)) at most: a longer --buffer bridges more"
        )
      ]
  }

  /// Why a worker whose blocks are short is late: each reason that this machine has, the likeliest first.
  private static func interruptions(_ run: RunFacts, _ machine: MachineFacts, _ what: String) -> [Cause] {
    var causes: [Cause] = []
    func add(_ subject: Cause.Subject, _ text: String) {
      causes.append(Cause(subject: subject, text: causes.isEmpty ? "\(what). \(text)" : text))
    }
    if !run.hasRealtimePriority {
      add(.priority, "It has normal priority: allow it realtime priority (limit rtprio), as swiftlet doctor says")
    }
    if let share = machine.realtimeShare, share < 0.9, run.hasRealtimePriority {
      add(
        .throttling,
        "The kernel leaves realtime threads \(NumberText.fixed(share * 100, 0)) % of the time: raise kernel.sched_rt_runtime_us"
      )
    }
    if !run.locksMemory {
      add(.memory, "Its memory is not locked, so that it may have waited for a page: raise the limit memlock")
    }
    if let governor = machine.governor, governor != "performance" {
      add(
        .governor, "The governor \(governor) slows the processor between blocks: cpupower frequency-set -g performance")
    }
    let others = run.otherLoad
    if others.host >= 0.02 {
      add(
        .machine,
        "The host of this virtual machine took \(NumberText.fixed(others.host, 2)) s of its processors' time meanwhile: give it processors of its own"
      )
    } else if machine.isVirtualMachine {
      add(.machine, "This is a virtual machine, whose host may have stopped it: give it processors of its own")
    }
    if others.programs > max(0.1, 0.2 * run.elapsed) {
      add(
        .load,
        "Other programs had \(NumberText.fixed(others.programs, 2)) s of the processors' time meanwhile: close what keeps them busy"
      )
    }
    if let lateness = machine.sleepLateness, lateness >= 1 {
      add(
        .timer,
        "A sleep of 1 ms is late by \(NumberText.fixed(lateness, 1)) ms at worst: close what keeps the processors busy")
    }
    if causes.isEmpty { add(.load, "Close what else keeps the processors busy") }
    return causes
  }

  /// Two devices whose clocks ran apart by more than what lies between them.
  private static func clockCauses(_ run: RunFacts) -> [Cause] {
    guard run.driftJumps > 1 else { return [] }
    return [
      Cause(
        subject: .clocks,
        text:
          "the two devices' clocks had to be set right \(NumberText.counted(run.driftJumps - 1, "time")): one of them stalls or has another rate than it says. Use one device for both directions, or a deeper ring (--depth)"
      )
    ]
  }

  /// Cycles that the device lost by itself.
  private static func deviceCauses(_ run: RunFacts, _ machine: MachineFacts) -> [Cause] {
    let lost = run.metrics.deviceXrunCount
    guard lost > 0 else { return [] }
    let period = run.devicePeriod ?? run.bufferFrames
    if run.worstCallback > run.deadline / 2 {
      return [
        Cause(
          subject: .callback,
          text:
            "the device's thread was held up in the callback for \(ms(run.worstCallback)): the machine was busy, or its host stopped it"
        )
      ]
    }
    let cycles =
      "lost \(NumberText.counted(lost, "cycle")) by itself (the callback took \(ms(run.worstCallback)) at most)"
    guard let server = machine.servers.first else {
      return [
        Cause(
          subject: .period,
          text:
            "the device \(cycles): its period of \(period) frames is too short, use --buffer \(2 * period)"
        )
      ]
    }
    let remedy =
      switch server {
      case "jackd", "jackdbus": "start it with realtime priority and a longer period (-R -p \(2 * period))"
      case "pipewire": "give it a longer period (PIPEWIRE_QUANTUM=\(2 * period)/48000)"
      default: "it is made for playing back: use JACK or PipeWire, or a longer --buffer"
      }
    return [Cause(subject: .server, text: "the sound server \(server) \(cycles): \(remedy)")]
  }
}
