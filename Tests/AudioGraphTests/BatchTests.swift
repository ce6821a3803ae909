import AudioCore
import SwiftletDSP
import TestSupport
import Testing

/// Waves of many shapes.
private func waves(_ count: Int) throws -> [Wave<Float>] {
  try (0..<count).map { index in
    let frames = [0, 1, 7_777, 30_000, 20_000][index % 5]
    return try Wave(
      noise(channels: [1, 2, 6][index % 3], frames: frames, seed: UInt64(index), as: Float.self),
      sampleRate: [48_000.0, 44_100, 96_000, 8_000][index % 4])
  }
}

private let chain =
  Butterworth(.highPass(80), order: 4) | Compressor(attack: 0.001) | Delay(seconds: 0.02, feedback: 0.3)

@Suite struct BatchTests {
  @Test(arguments: [1, 2, 3, 8, nil]) func itIsTheSameAsOneAtATime(workers: Int?) throws {
    let waves = try waves(17)
    let batch = Batch(waves, through: chain)
    let results = try batch.render(BatchOptions(workers: workers))
    #expect(results.count == 17)
    for (result, wave) in zip(results, waves) { #expect(try result.get() == (wave | chain).render()) }
  }

  @Test func anErrorNamesItsItemAndLeavesTheOthers() throws {
    let waves = try waves(8)
    let items = waves.enumerated().map { Batch<Float>.Item("take \($0.offset)", $0.element) }
    // Above half the rate of those with 8 kHz: the numbers 3 and 7.
    let results = try Batch(items, through: LowPass(5_000)).render()
    for (index, result) in results.enumerated() {
      switch result {
      case .success(let wave): #expect(index % 4 != 3 && wave.frames >= waves[index].frames)
      case .failure(let error):
        #expect(index % 4 == 3 && error.index == index && error.label == "take \(index)")
        #expect("\(error)".contains("item \(index) (take \(index)): lowpass") && error.reason is DesignError)
      }
    }
  }

  @Test func progressCountsEverything() throws {
    let waves = try waves(8)
    let seen = Locked<[BatchProgress]>([])
    let options = BatchOptions(progress: { state in seen.withLock { $0.append(state) } })
    _ = try Batch(waves, through: LowPass(5_000)).render(options)
    let states = seen.withLock { $0 }
    let last = try #require(states.last)
    #expect(last.itemsDone == 8 && last.itemsTotal == 8 && last.itemsFailed == 2)
    #expect(last.framesDone == last.framesTotal && last.framesTotal == waves.reduce(0) { $0 + $1.frames })
    #expect(last.fraction == 1)
    #expect(zip(states, states.dropFirst()).allSatisfy { $0.framesDone <= $1.framesDone })
  }

  @Test func cancellingEndsWhatIsNotFinished() throws {
    let waves = try waves(20)
    let count = Locked(0)
    let options = BatchOptions(
      workers: 2,
      progress: { state in count.withLock { $0 = state.itemsDone } }, isCancelled: { count.withLock { $0 >= 5 } })
    let results = try Batch(waves, through: chain).render(options)
    let finished = results.filter { if case .success = $0 { true } else { false } }.count
    #expect(finished >= 4 && finished < 20)
    for result in results {
      guard case .failure(let error) = result else { continue }
      #expect(error.reason is CancellationError && "\(error)".contains("cancelled"))
    }
  }

  @Test func aCancelledTaskEndsIt() async throws {
    let waves = try waves(40)
    // The first piece waits until the task was cancelled.
    let state = Locked((hasBegun: false, isCancelled: false))
    let task = Task.detached {
      try await Batch(waves, through: chain).render(
        BatchOptions(
          workers: 1,
          progress: { _ in
            state.withLock { $0.hasBegun = true }
            while !state.withLock({ $0.isCancelled }) {}
          }))
    }
    while !state.withLock({ $0.hasBegun }) { await Task.yield() }
    task.cancel()
    state.withLock { $0.isCancelled = true }
    let results = try await task.value
    #expect(results.contains { if case .failure = $0 { true } else { false } })
  }

  @Test func workersAreChecked() throws {
    for workers in [0, -1, 1_025] {
      #expect(throws: DesignError.self) { try JobPool(workers: workers) }
    }
    #expect(try JobPool(workers: 3).workers == 3 && JobPool().workers == JobPool.cores)
    let none = try Batch([Wave<Float>](), through: chain).render()
    #expect(none.isEmpty)
  }

  @Test func noMoreThanTheWorkersRunAtATime() throws {
    let running = Locked((now: 0, most: 0))
    let results = try JobPool(workers: 2).run(50) { index in
      running.withLock { state in
        state.now += 1
        state.most = max(state.most, state.now)
      }
      var sum = 0
      for number in 0..<20_000 { sum &+= number ^ index }
      running.withLock { $0.now -= 1 }
      return sum
    }
    #expect(results.count == 50 && running.withLock { $0.most } <= 2)
  }
}
