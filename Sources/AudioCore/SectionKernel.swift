import CKernels

/// Second-order sections in series with their running state, in the kernels of this machine.
///
/// Memory is allocated once, when it is made; nothing allocates afterwards. One thread at a time may use it.
public final class SectionKernel<S: Sample> {
  private let cascade: OpaquePointer
  // Where new coefficients are laid out for the kernel.
  private let coefficients: UnsafeMutablePointer<Double>
  // Where state is laid out on its way out and in.
  private let state: UnsafeMutableBufferPointer<Double>
  /// How many sections there are.
  public let sections: Int
  /// How many channels there are.
  public let channels: Int

  /// Makes sections with a silent state. [control]
  public init(_ sections: [Biquad], channels: Int, precision: Precision, mode: KernelMode) {
    let arithmetic =
      switch (S.sampleType, precision) {
      case (.float64, _): SK_F64
      case (_, .single): SK_F32_SINGLE
      default: SK_F32_MIXED
      }
    guard let cascade = sk_sos_create(sections.count, channels, arithmetic, mode == .fast ? SK_FAST : SK_INVARIANT)
    else {
      preconditionFailure("no memory for \(sections.count) sections by \(channels) channels")
    }
    self.cascade = cascade
    coefficients = .allocate(capacity: max(5 * sections.count, 1))
    state = .allocate(capacity: sk_sos_state_count(cascade))
    state.initialize(repeating: 0)
    self.sections = sections.count
    self.channels = channels
    replace(from: 0, with: sections)
  }

  deinit {
    sk_sos_destroy(cascade)
    coefficients.deallocate()
    state.deallocate()
  }

  /// Replaces sections from a place on and keeps the running state. [worker]
  public func replace(from first: Int, with new: [Biquad]) {
    precondition(first >= 0 && first + new.count <= sections, "sections \(first)..<\(first + new.count) of \(sections)")
    for (index, section) in new.enumerated() {
      let five = coefficients + 5 * index
      five[0] = section.b0
      five[1] = section.b1
      five[2] = section.b2
      five[3] = section.a1
      five[4] = section.a2
    }
    // SAFETY: five doubles a section are read, and the places were checked. All at once: in single precision a change of form carries
    // the state over under the whole new cascade.
    sk_sos_set_sections(cascade, first, new.count, coefficients)
  }

  /// Replaces one section and keeps the running state; allocates nothing. [worker]
  public func replace(at place: Int, with section: Biquad) {
    precondition(place >= 0 && place < sections, "section \(place) of \(sections)")
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 5) { five in
      five[0] = section.b0
      five[1] = section.b1
      five[2] = section.b2
      five[3] = section.a1
      five[4] = section.a2
      // SAFETY: five doubles are read, and the place was checked.
      sk_sos_set_sections(cascade, place, 1, five.baseAddress)
    }
  }

  /// Filters every channel of the input into the output; both may be the same memory. [worker]
  /// - Returns: what was not finite on the way.
  @discardableResult
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func process(_ input: borrowing AudioBlock<S>, into output: borrowing AudioBlock<S>) -> SignalFindings {
    precondition(
      input.channels == channels && output.channels == channels && output.frames >= input.frames,
      "\(input.channels) × \(input.frames) into \(output.channels) × \(output.frames) through \(channels) channels")
    // SAFETY: a table of sample addresses is one of untyped addresses; each address plus its offset holds `frames` samples of
    // the type that the cascade was made for.
    let sources = UnsafeRawPointer(input.table).assumingMemoryBound(to: UnsafeRawPointer?.self)
    let targets = UnsafeRawPointer(output.table).assumingMemoryBound(to: UnsafeMutableRawPointer?.self)
    return SignalFindings(sk_sos_process(cascade, sources, input.offset, targets, output.offset, input.frames))
  }

  /// Forgets all past input. [worker]
  public func reset() { sk_sos_reset(cascade) }

  /// Bytes held.
  public var memoryBytes: Int { sk_sos_memory(cascade) }

  /// The algorithm that a block of this many frames runs through, for `explain`.
  public func algorithm(frames: Int) -> String { String(cString: sk_sos_algorithm(cascade, frames)) }

  /// Writes the running state.
  public func saveState(into writer: inout StateWriter) {
    // SAFETY: the kernel writes as many doubles as it has said.
    sk_sos_get_state(cascade, state.baseAddress)
    writer.write(UnsafeBufferPointer(state))
  }

  /// Reads what `saveState` wrote for the same number of sections and channels.
  public func restoreState(from reader: inout StateReader) throws(StateError) {
    try reader.read(into: state)
    // SAFETY: the kernel reads as many doubles as it has said.
    sk_sos_set_state(cascade, state.baseAddress)
  }
}

/// The kernels that this process uses.
public enum Kernels {
  /// The instruction set in use: `avx2`, say.
  public static var level: String { String(cString: sk_level_name(sk_current_level())) }

  /// The instruction sets that this build has and this processor can run.
  public static var availableLevels: [String] {
    (0..<UInt32(SK_LEVEL_COUNT)).map { sk_level(rawValue: $0) }.filter(sk_level_available)
      .map { String(cString: sk_level_name($0)) }
  }

  /// Uses the kernels of an instruction set from now on; those that were made keep theirs. [control]
  /// - Returns: whether this machine has them.
  package static func use(_ name: String) -> Bool {
    let level = (0..<UInt32(SK_LEVEL_COUNT)).map { sk_level(rawValue: $0) }.first {
      String(cString: sk_level_name($0)) == name
    }
    return level.map(sk_force_level) ?? false
  }

  /// Whether the environment variable `SWIFTLET_KERNELS` asks for a level that is not available here.
  public static var forcedLevelIsUnavailable: Bool { sk_level_forced_failed() }
}
