import AudioCore
import RealModule

/// The two paths of an echo on a device, between which a new time cross-fades, in the layout of echo.h. Allocates nothing after it was made.
///
/// Of several paths that come during a fade the newest one waits.
final class EchoPaths {
  static let mostTaps = 32
  // Of a path: its distance, how many taps it has, and these.
  private static let pathWords = 2 + mostTaps
  // `safe`, distance and number of taps of both, taps of the second.
  private static let tableWords = 5 + mostTaps
  // The places of paths in memory.
  private static let waiting = 2, new = 3

  /// The frames that the line can be read back.
  let room: Int
  let table: DeviceBuffer
  let fade: SlotFade
  private let echoTable: DeviceBuffer
  private let staging: HostBuffer
  private let firstTaps: HostBuffer
  private let paths: UnsafeMutablePointer<Double>
  private var isWaiting = false
  private let least: Int?

  /// - Parameters:
  ///   - least: Frames that can be calculated side by side where the time moves; nil where it stands still.
  ///   - room: The frames that the line can be read back.
  ///   - echoTable: Which holds the taps of the first path behind the two parameters.
  init(
    _ echo: EchoLowering, least: Int?, room: Int, echoTable: DeviceBuffer, on context: ComputeContext
  ) throws(AcceleratorError) {
    self.least = least
    self.room = room
    self.echoTable = echoTable
    table = try DeviceBuffer(bytes: 8 * Self.tableWords, on: context)
    fade = try SlotFade(on: context)
    staging = try HostBuffer(bytes: 8 * Self.tableWords, on: context)
    firstTaps = try HostBuffer(bytes: 8 * Self.mostTaps, on: context)
    paths = .allocate(capacity: 4 * Self.pathWords)
    paths.initialize(repeating: 0, count: 4 * Self.pathWords)
    for index in 0..<2 { place(at: index, .echo(echo)) }
    try write()
    try context.finish()
  }

  deinit { paths.deallocate() }

  /// Whether a line that can be read so many frames back has room for a path.
  static func fits(distance: Int, taps: Int, in room: Int) -> Bool {
    (1...mostTaps).contains(taps) && distance >= taps && distance <= room
  }

  /// Goes to an echo's path before the next block; `fits` has said that it can.
  /// - Returns: whether it is another one.
  func go(to echo: Lowering, over frames: Int) throws(AcceleratorError) -> Bool {
    guard least == nil else { return false }
    place(at: Self.new, echo)
    let isSame = (0..<Self.pathWords).allSatisfy { path(Self.new)[$0] == path(fade.target)[$0] }
    isWaiting = !isSame && fade.left > 0
    if isWaiting {
      copy(Self.new, to: Self.waiting)
    } else if !isSame {
      try begin(Self.new, over: frames)
    }
    return !isSame
  }

  /// Frames after which the repeats of a fade that began elsewhere have died away: 120 dB.
  func settling(feedback: Double) -> Int {
    let round = max(path(0)[0], path(1)[0], path(Self.waiting)[0])
    let repeats = feedback == 0 ? 0 : (Double.log(1e-6) / Double.log(abs(feedback))).rounded(.up)
    return Int(min(1e12, round * (1 + repeats))) + fade.left
  }

  private func begin(_ place: Int, over frames: Int) throws(AcceleratorError) {
    copy(place, to: fade.begin(over: frames))
    try write()
  }

  /// Before a block of so many frames. The block before is done.
  /// - Parameter ramp: Frames of a fade.
  func prepare(_ frames: Int, ramp: Int) throws(AcceleratorError) {
    if fade.left == 0 && isWaiting {
      isWaiting = false
      try begin(Self.waiting, over: ramp)
    }
    try fade.prepare(frames)
  }

  /// Stands at the newest path.
  func reset() throws(AcceleratorError) {
    fade.reset()
    guard isWaiting else { return }
    isWaiting = false
    try begin(Self.waiting, over: 1)
  }

  private func path(_ place: Int) -> UnsafeMutablePointer<Double> { paths + place * Self.pathWords }

  private func copy(_ from: Int, to place: Int) { path(place).update(from: path(from), count: Self.pathWords) }

  private func place(at place: Int, _ lowering: Lowering) {
    // SAFETY: there is room for four paths, and none has more taps.
    let words = path(place)
    words.update(repeating: 0, count: Self.pathWords)
    switch lowering {
    case .echo(let echo):
      precondition(echo.coefficients.count <= Self.mostTaps, "\(echo.coefficients.count) taps")
      words[0] = Double(echo.distance)
      words[1] = Double(echo.coefficients.count)
      for (tap, value) in echo.coefficients.enumerated() { words[2 + tap] = value }
    case .delay(let frames): (words[0], words[1], words[2]) = (Double(frames), 1, 1)
    default: preconditionFailure("\(lowering) is no echo")
    }
  }

  private func write() throws(AcceleratorError) {
    // SAFETY: the memory was made for these words.
    let words = staging.start.assumingMemoryBound(to: Double.self)
    let first = firstTaps.start.assumingMemoryBound(to: Double.self)
    let nearest = (0..<2).reduce(Double.infinity) { min($0, path($1)[0] - path($1)[1] + 1) }
    words[0] = least.map(Double.init) ?? nearest
    for place in 0..<2 { (words[1 + 2 * place], words[2 + 2 * place]) = (path(place)[0], path(place)[1]) }
    (words + 5).update(from: path(1) + 2, count: Self.mostTaps)
    first.update(from: path(0) + 2, count: Self.mostTaps)
    try table.write(words, bytes: 8 * Self.tableWords)
    try echoTable.write(first, at: 2 * 8 * ParameterRamps.words, bytes: 8 * Self.mostTaps)
  }
}
