/// One level of partitions of equal length: past input as spectra, and the output of the partition that is heard.
final class PartitionLevel<R: Sample> {
  let stage: ConvolutionScheme.Stage
  /// Whether this cycle's work is done for the next responses too.
  private(set) var worksForNext = false

  private let level: Int
  private let routes: ConvolutionRoutes
  private let transform: SpectralTransform<R>
  private let memory: ZeroedMemory
  /// For each input, a ring of spectra.
  private let spectra: UnsafeMutablePointer<R>
  /// For each response set (present, next) and output: a sum of spectra.
  private let sums: UnsafeMutablePointer<R>
  /// For each half of a double buffer, response set and output: a frame whose second half is heard.
  private let frames: UnsafeMutablePointer<R>
  private let numberCount: Int
  private var heardHalf = 0
  /// Which of the two sets is the present one.
  private var presentSet = 0
  /// Where the newest spectrum stands in the ring.
  private var newest = 0
  private let signalTable: UnsafeMutablePointer<UnsafePointer<R>>
  private let responseTable: UnsafeMutablePointer<UnsafePointer<R>>

  private enum Item {
    case forward(input: Int)
    /// Products of some partitions of one route.
    case products(output: Int, route: ConvolutionRoutes.Route, partitions: Range<Int>, fresh: Bool)
    case inverse(output: Int)
  }
  private let items: [Item]
  /// Behind the last item of each slot.
  private let slotEnds: [Int]
  private var nextItem = 0

  /// - Parameter slots: Into how many portions the work of a cycle is divided.
  init(_ scheme: ConvolutionScheme, level: Int, routes: ConvolutionRoutes, slots: Int) {
    stage = scheme.stages[level]
    self.level = level
    self.routes = routes
    transform = SpectralTransform(frame: stage.frame)
    let frame = stage.frame
    let spectrumNumbers = routes.inputs * stage.count * frame
    numberCount = spectrumNumbers + 2 * routes.outputs * frame + 4 * routes.outputs * frame
    memory = ZeroedMemory(byteCount: numberCount * MemoryLayout<R>.stride, alignment: 64)
    // SAFETY: the three parts lie behind one another in memory of `numberCount` numbers.
    spectra = memory.start.bindMemory(to: R.self, capacity: numberCount)
    sums = spectra + spectrumNumbers
    frames = sums + 2 * routes.outputs * frame
    signalTable = .allocate(capacity: stage.count)
    signalTable.initialize(repeating: UnsafePointer(spectra), count: stage.count)
    responseTable = .allocate(capacity: stage.count)
    responseTable.initialize(repeating: UnsafePointer(spectra), count: stage.count)
    (items, slotEnds) = Self.schedule(stage, routes, slots: slots)
    nextItem = items.count
  }

  deinit {
    signalTable.deallocate()
    responseTable.deallocate()
  }

  /// The work of one cycle in its order, and how much of it each slot does: as even as whole items allow.
  private static func schedule(
    _ stage: ConvolutionScheme.Stage, _ routes: ConvolutionRoutes, slots: Int
  ) -> ([Item], [Int]) {
    var items: [Item] = []
    var costs: [Double] = []
    let transformCost = Double(stage.frame.trailingZeroBitCount)
    for input in 0..<routes.inputs {
      items.append(.forward(input: input))
      costs.append(transformCost)
    }
    // Four products at a time are the fastest, but small portions spread better.
    let group = stage.count * routes.routes.count / 4 >= slots || slots == 1 ? 4 : 1
    for output in 0..<routes.outputs {
      var fresh = true
      for route in routes.into(output) {
        for first in stride(from: 0, to: stage.count, by: slots == 1 ? stage.count : group) {
          let partitions = first..<min(stage.count, first + (slots == 1 ? stage.count : group))
          items.append(.products(output: output, route: route, partitions: partitions, fresh: fresh))
          costs.append(4 * Double(partitions.count))
          fresh = false
        }
      }
      items.append(.inverse(output: output))
      costs.append(transformCost)
    }
    let total = costs.reduce(0, +)
    var ends: [Int] = []
    var (done, end) = (0.0, 0)
    for slot in 1...slots {
      while end < items.count, done + costs[end] / 2 <= total * Double(slot) / Double(slots) {
        done += costs[end]
        end += 1
      }
      ends.append(slot == slots ? items.count : end)
    }
    return (items, ends)
  }

  /// A partition of input is whole: what was made in the last cycle is heard from now on, and a new cycle begins.
  func beginCycle(next: Bool) {
    heardHalf = 1 - heardHalf
    newest = newest + 1 == stage.count ? 0 : newest + 1
    worksForNext = next
    nextItem = 0
  }

  /// Does the portion of a slot.
  ///
  /// - Parameter history: for each input, the address behind the newest frame of the cycle's partition.
  func work(slot: Int, history: UnsafePointer<UnsafePointer<R>>, responses: FadingResponses<R>) {
    while nextItem < slotEnds[slot] {
      run(items[nextItem], history, responses)
      nextItem += 1
    }
    // What is done at once is heard at once.
    if !stage.isDeferred && nextItem == items.count { heardHalf = 1 - heardHalf }
  }

  private func run(_ item: Item, _ history: UnsafePointer<UnsafePointer<R>>, _ responses: FadingResponses<R>) {
    switch item {
    case .forward(let input):
      transform.forward(history[input] - stage.frame, spectrum(input, newest))
    case .products(let output, let route, let partitions, let fresh):
      for (index, partition) in partitions.enumerated() {
        let place = newest - partition
        signalTable[index] = UnsafePointer(spectrum(route.input, place < 0 ? place + stage.count : place))
      }
      multiply(responses.current, 0, output, route, partitions, fresh, responses.layout)
      if worksForNext, let next = responses.next {
        multiply(next, 1, output, route, partitions, fresh, responses.layout)
      }
    case .inverse(let output):
      transform.inverse(sum(0, output), frame(heard: false, 0, output))
      if worksForNext { transform.inverse(sum(1, output), frame(heard: false, 1, output)) }
    }
  }

  private func multiply(
    _ numbers: UnsafePointer<R>, _ set: Int, _ output: Int, _ route: ConvolutionRoutes.Route, _ partitions: Range<Int>,
    _ fresh: Bool, _ layout: ResponseLayout
  ) {
    for (index, partition) in partitions.enumerated() {
      responseTable[index] = numbers + layout.spectrum(route.response, stage: level, partition: partition)
    }
    transform.accumulate(sum(set, output), signalTable, responseTable, count: partitions.count, fresh: fresh)
  }

  /// The output heard in this cycle, by the present responses (0) or the next (1).
  func heard(_ set: Int, _ output: Int) -> UnsafePointer<R> {
    UnsafePointer(frame(heard: true, set, output) + stage.partition)
  }

  /// The next responses have become the present ones.
  func exchangeSets() {
    presentSet = 1 - presentSet
    worksForNext = false
  }

  func reset() {
    ConvolutionMath.clear(spectra, count: numberCount)
    nextItem = items.count
    worksForNext = false
  }

  /// Copies what another level of the same stage holds. [worker]
  func takeState(of other: PartitionLevel<R>) {
    precondition(numberCount == other.numberCount && items.count == other.items.count, "another stage")
    ConvolutionMath.copy(spectra, from: UnsafePointer(other.spectra), count: numberCount)
    (heardHalf, presentSet, newest) = (other.heardHalf, other.presentSet, other.newest)
    (nextItem, worksForNext) = (other.nextItem, other.worksForNext)
  }

  // MARK: Places

  private func spectrum(_ input: Int, _ place: Int) -> UnsafeMutablePointer<R> {
    spectra + (input * stage.count + place) * stage.frame
  }

  private func sum(_ set: Int, _ output: Int) -> UnsafeMutablePointer<R> {
    sums + ((presentSet ^ set) * routes.outputs + output) * stage.frame
  }

  private func frame(heard: Bool, _ set: Int, _ output: Int) -> UnsafeMutablePointer<R> {
    let half = heard ? heardHalf : 1 - heardHalf
    return frames + ((half * 2 + (presentSet ^ set)) * routes.outputs + output) * stage.frame
  }
}
