import Realtime
import SwiftletCLI
import Testing

/// The doctor on made-up runs.
@Suite struct CausesTests {
  /// A good machine, and a run on it without a fault.
  private func causes(
    _ change: (inout RunFacts) -> Void, machine changeMachine: (inout MachineFacts) -> Void = { _ in }
  ) -> [Cause] {
    var run = RunFacts()
    (run.deadline, run.usualBlock, run.worstBlock, run.worstCallback) = (5.33, 0.1, 0.2, 0.01)
    change(&run)
    var machine = MachineFacts()
    machine.governor = "performance"
    changeMachine(&machine)
    return Doctor.causes(run, machine: machine)
  }

  @Test func aSoundRunHasNone() {
    #expect(causes { _ in }.isEmpty)
    // Whatever the machine is like: causes are of what was seen.
    #expect(
      causes {
        $0.hasRealtimePriority = false
      } machine: {
        $0.isVirtualMachine = true
      }.isEmpty)
  }

  /// A period must last longer than waking and computing take.
  @Test func aPeriodIsJudgedByHowLateSleepsAre() {
    var run = RunFacts()
    (run.deadline, run.usualBlock) = (5.33, 0.1)
    var machine = MachineFacts()
    func period() -> Finding? { Doctor.findings(machine, run).first { $0.subject == "period" } }
    #expect(period() == nil)
    machine.sleepLateness = 0.2
    #expect(period()?.weight == .good)
    machine.sleepLateness = 12
    #expect(period()?.weight == .limit)
    #expect(period()?.text.contains("--buffer 1024") == true)
    machine.sleepLateness = 1e9
    #expect(period()?.text.contains("--buffer 65536") == true)
  }

  /// A device whose period is twice a block asks for two at once, every time.
  @Test func aLongerPeriodOfTheDeviceIsNamed() {
    let found = causes {
      $0.metrics.callbackCount = 1_000
      $0.metrics.burstCount = 500
      $0.metrics.outputUnderflowCount = 500
      $0.bufferFrames = 128
    }
    #expect(found.map(\.subject) == [.period])
    #expect(found[0].text.contains("--buffer 256"))
  }

  @Test func aSlowChainIsNamed() {
    let found = causes {
      $0.metrics.outputUnderflowCount = 50
      $0.metrics.deadlineMissCount = 50
      ($0.usualBlock, $0.worstBlock) = (5, 9)
      $0.slowestStage = ("hall", 0.93)
      $0.hasRealtimePriority = false
    }
    #expect(found.map(\.subject) == [.graph])
    #expect(found[0].text.contains("hall") && found[0].text.contains("93 %") && found[0].text.contains("--buffer"))
  }

  @Test func aLateWorkerIsBlamedOnWhatTheMachineLacks() {
    let late: (inout RunFacts) -> Void = { $0.metrics.outputUnderflowCount = 2 }
    #expect(
      causes {
        late(&$0)
        $0.hasRealtimePriority = false
      }.map(\.subject) == [.priority, .ring])
    #expect(
      causes {
        late(&$0)
        $0.locksMemory = false
      }.first?.subject == .memory)
    #expect(causes(late) { $0.governor = "powersave" }.first?.subject == .governor)
    #expect(causes(late) { $0.isVirtualMachine = true }.first?.subject == .machine)
    #expect(causes(late) { $0.realtimeShare = 0.5 }.first?.subject == .throttling)
    #expect(causes(late) { $0.sleepLateness = 6 }.first?.subject == .timer)
    #expect(causes(late).map(\.subject) == [.load, .ring])
    // The priority comes before all else, and every reason is told.
    let all = causes {
      late(&$0)
      ($0.hasRealtimePriority, $0.locksMemory) = (false, false)
    } machine: {
      ($0.governor, $0.isVirtualMachine) = ("ondemand", true)
    }
    #expect(all.map(\.subject) == [.priority, .memory, .governor, .machine, .ring])
  }

  /// What the counters of the system say is told with its figure.
  @Test func theHostAndOtherProgramsAreBlamedByWhatTheyTook() throws {
    let found = causes {
      $0.metrics.outputUnderflowCount = 2
      $0.elapsed = 10
      $0.otherLoad = OtherLoad(programs: 12, host: 0.47)
    } machine: {
      $0.isVirtualMachine = true
    }
    #expect(found.map(\.subject) == [.machine, .load, .ring])
    #expect(found[0].text.contains("0.47 s") && found[1].text.contains("12.00 s"))
    let first = try #require(OtherLoad.Reading("cpu  100 20 30 900 5 1 2 40 0 0\ncpu0 1", ticksPerSecond: 100, own: 1))
    let later = try #require(OtherLoad.Reading("cpu  600 20 130 950 5 3 10 87 0 0\n", ticksPerSecond: 100, own: 4.1))
    let load = first.load(until: later)
    #expect(abs(load.programs - 3) < 1e-9 && abs(load.host - 0.47) < 1e-9)
    #expect(later.load(until: first) == OtherLoad())
    #expect(load.text(in: 10)?.contains("0.47 s") == true && OtherLoad(programs: 0.05).text(in: 1) == nil)
    for text in ["", "cpu", "cpu  1 2 3", "intr 1 2 3 4 5 6 7 8"] {
      #expect(OtherLoad.Reading(text, ticksPerSecond: 100, own: 0) == nil)
    }
  }

  @Test func anInterruptionIsToldFromAShortRing() {
    let found = causes {
      $0.metrics.outputUnderflowCount = 1
      $0.metrics.deadlineMissCount = 1
      $0.worstBlock = 12
    }
    #expect(found.map(\.subject) == [.load])
    #expect(found[0].text.contains("12.00 ms"))
    let bridged = causes {
      $0.metrics.deadlineMissCount = 1
      $0.worstBlock = 6
    }
    #expect(bridged.count == 1 && bridged[0].text.contains("without a gap"))
  }

  @Test func storageClocksAndDevicesAreToldApart() {
    #expect(
      causes {
        $0.metrics.inputOverflowCount = 3
        $0.recordsToStorage = true
      }.map(\.subject) == [.storage])
    #expect(causes { $0.driftJumps = 1 }.isEmpty)
    #expect(causes { $0.driftJumps = 4 }.map(\.subject) == [.clocks])
    let lost: (inout RunFacts) -> Void = { $0.metrics.deviceXrunCount = 7 }
    let period = causes(lost)
    #expect(period.map(\.subject) == [.period])
    #expect(period[0].text.contains("--buffer 512") && period[0].text.contains("7 cycles"))
    #expect(
      causes {
        lost(&$0)
        $0.worstCallback = 30
      }.map(\.subject) == [.callback])
    let server = causes(lost) { $0.servers = ["jackd"] }
    #expect(server.map(\.subject) == [.server])
    #expect(server[0].text.contains("-p 512"))
    #expect(causes(lost) { $0.servers = ["pipewire"] }[0].text.contains("PIPEWIRE_QUANTUM"))
  }
}
