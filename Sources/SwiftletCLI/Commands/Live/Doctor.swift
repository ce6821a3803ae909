import AudioCore
import AudioDevices
import Realtime

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// What the machine is like for live sound.
package struct MachineFacts {
  /// Whether a worker would get realtime priority.
  package var hasRealtimePriority: Bool?
  /// Whether the process's memory could be locked.
  package var locksMemory: Bool?
  /// The limits that a user can raise; nil without a limit, or where they are unknown.
  package var priorityLimit: Int?
  package var lockedMemoryLimit: Int?
  package var governor: String?
  /// Share of each second that realtime threads may use, where the kernel limits it.
  package var realtimeShare: Double?
  package var isVirtualMachine = false
  package var processors = 1
  package var kernel: String?
  package var isRealtimeKernel = false
  /// Sound servers that run.
  package var servers: [String] = []
  package var devices: Int?
  /// By how much a sleep of one millisecond is late at worst, in 200 of them, in milliseconds.
  package var sleepLateness: Double?

  package init() {}

  /// Looks at this machine; takes about a third of a second.
  static func look() -> MachineFacts {
    var facts = MachineFacts()
    facts.processors = Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    facts.governor = word("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor")
    facts.kernel = word("/proc/sys/kernel/osrelease")
    facts.isRealtimeKernel = word("/sys/kernel/realtime") == "1"
    facts.isVirtualMachine = SystemCalls.fileText("/proc/cpuinfo")?.contains(" hypervisor") ?? false
    if let runtime = word("/proc/sys/kernel/sched_rt_runtime_us").flatMap(Double.init),
      let period = word("/proc/sys/kernel/sched_rt_period_us").flatMap(Double.init), runtime >= 0, period > 0
    {
      facts.realtimeShare = runtime / period
    }
    #if os(Linux)
      facts.priorityLimit = limit(__rlimit_resource_t(14))
      facts.lockedMemoryLimit = limit(__rlimit_resource_t(8))
    #endif
    facts.servers = runningServers()
    facts.devices = try? Quiet.sounds { () throws(DeviceError) in try DeviceList.all().count }
    facts.sleepLateness = measureSleep()
    return facts
  }

  private static func word(_ path: String) -> String? {
    SystemCalls.fileText(path).map { String($0.prefix { $0 != "\n" }) }
  }

  #if os(Linux)
    private static func limit(_ resource: __rlimit_resource_t) -> Int? {
      var values = rlimit()
      // SAFETY: the call fills one structure, which lives across it.
      guard getrlimit(resource, &values) == 0, values.rlim_cur != UInt(bitPattern: -1) else { return nil }
      return Int(clamping: values.rlim_cur)
    }
  #endif

  private static func runningServers() -> [String] {
    let known = ["jackd", "jackdbus", "pipewire", "pulseaudio"]
    var found: Set<String> = []
    guard let folder = opendir("/proc") else { return [] }
    defer { closedir(folder) }
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
      guard Int(name) != nil, let command = word("/proc/\(name)/comm"), known.contains(command) else { continue }
      found.insert(command)
    }
    return found.sorted()
  }

  private static func measureSleep() -> Double {
    var worst = 0.0
    for _ in 0..<200 {
      let before = SystemCalls.seconds
      SystemClock().sleep(nanoseconds: 1_000_000)
      worst = max(worst, SystemCalls.seconds - before - 0.001)
    }
    return worst * 1_000
  }
}

/// One thing that limits live sound, and what to do.
package struct Finding: Equatable {
  /// How much it matters.
  package enum Weight: String {
    case good, note, limit
  }
  package var weight: Weight
  package var subject: String
  package var text: String
}

/// Judges a machine and a run.
package enum Doctor {
  /// What limits this machine, and a period on it.
  package static func findings(_ facts: MachineFacts, _ run: RunFacts? = nil) -> [Finding] {
    var findings: [Finding] = []
    func add(_ weight: Finding.Weight, _ subject: String, _ text: String) {
      findings.append(Finding(weight: weight, subject: subject, text: text))
    }
    switch facts.hasRealtimePriority {
    case true?: add(.good, "priority", "the worker gets realtime priority")
    case false?:
      add(
        .limit, "priority",
        "the worker has normal priority (limit \(facts.priorityLimit ?? 0)): put \"@audio - rtprio 95\" into /etc/security/limits.d/audio.conf, join the group audio and log in again"
      )
    case nil: break
    }
    switch facts.locksMemory {
    case true?: add(.good, "memory", "the process's pages can be kept in memory")
    case false?:
      add(
        .limit, "memory",
        "pages cannot be kept in memory (limit \(facts.lockedMemoryLimit.map { "\($0 >> 10) KiB" } ?? "unknown")): put \"@audio - memlock unlimited\" into /etc/security/limits.d/audio.conf, join the group audio and log in again"
      )
    case nil: break
    }
    if let governor = facts.governor {
      governor == "performance"
        ? add(.good, "governor", "the processor keeps its speed")
        : add(
          .note, "governor",
          "the governor is \(governor), which slows the processor between blocks: cpupower frequency-set -g performance"
        )
    }
    if let share = facts.realtimeShare, share < 0.9 {
      add(
        .limit, "throttling",
        "realtime threads may use \(NumberText.fixed(share * 100, 0)) % of the time: sysctl kernel.sched_rt_runtime_us=950000"
      )
    }
    if facts.isVirtualMachine {
      add(
        .note, "machine",
        "this is a virtual machine: its host may stop it for milliseconds, which no setting here prevents")
    }
    if facts.processors < 2 {
      add(.note, "processors", "there is one processor: everything else competes with the sound")
    }
    if let kernel = facts.kernel {
      add(
        facts.isRealtimeKernel ? .good : .note, "kernel",
        facts.isRealtimeKernel
          ? "\(kernel) is a realtime kernel" : "\(kernel) is no realtime kernel: it matters below 128 frames only")
    }
    if let lateness = facts.sleepLateness {
      lateness < 1
        ? add(.good, "timer", "a sleep of 1 ms is late by \(NumberText.fixed(lateness, 2)) ms at worst")
        : add(
          .limit, "timer",
          "a sleep of 1 ms is late by \(NumberText.fixed(lateness, 1)) ms at worst: close what keeps the processors busy"
        )
    }
    if let lateness = facts.sleepLateness, let run, run.deadline > 0 {
      // A block is made while the one before it plays: that is the time that waking and computing may take.
      let needed = lateness + run.usualBlock
      let enough = run.bufferFrames.doubled(until: needed / run.deadline)
      needed < run.deadline
        ? add(
          .good, "period",
          "a period of \(run.bufferFrames) frames lasts \(NumberText.fixed(run.deadline, 2)) ms, and waking and computing take up to \(NumberText.fixed(needed, 2)) ms"
        )
        : add(
          .limit, "period",
          "a period of \(run.bufferFrames) frames lasts \(NumberText.fixed(run.deadline, 2)) ms, and waking and computing may take \(NumberText.fixed(needed, 2)) ms: use --buffer \(enough), or mend what is named above"
        )
    }
    facts.servers.isEmpty
      ? add(.note, "server", "no sound server runs: a device can be used by one program at a time")
      : add(.good, "server", facts.servers.joined(separator: ", ") + (facts.servers.count == 1 ? " runs" : " run"))
    if facts.devices == 0 { add(.note, "devices", "there is no sound device: only the virtual device can be used") }
    return findings
  }
}

extension Int {
  /// The number, doubled until it has grown by a factor, 65536 at most.
  fileprivate func doubled(until factor: Double) -> Int {
    var result = self
    while Double(result) < Double(self) * factor, result < 65_536 { result *= 2 }
    return Swift.min(result, 65_536)
  }
}
