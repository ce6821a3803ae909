import CKernels

/// What a processor found in the samples that passed through it.
public struct SignalFindings: OptionSet, Sendable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }
  /// Input samples were NaN or infinite and counted as 0.
  public static let cleanedInput = SignalFindings(rawValue: 1)
  /// Output samples may be NaN or infinite. Without this none is.
  public static let suspectOutput = SignalFindings(rawValue: 2)

  /// What a kernel met.
  init(_ met: sk_signal) {
    var findings: SignalFindings = []
    if met.rawValue & SK_CLEANED_INPUT.rawValue != 0 { findings.insert(.cleanedInput) }
    if met.rawValue & SK_SUSPECT_OUTPUT.rawValue != 0 { findings.insert(.suspectOutput) }
    self = findings
  }
}

/// A processor that looks at samples while it works on them, so that its runner need not read the same memory once more before and
/// after.
public protocol WatchfulProcessor<S>: BlockProcessor {
  /// What the last block brought. [worker]
  var findings: SignalFindings { get }
  /// Whether it takes input samples that are NaN or infinite as 0, and tells of them in the block that brings them. One that does not is
  /// never given any. The same for as long as it lives. [control]
  var cleansItsInput: Bool { get }
}

extension WatchfulProcessor {
  /// Input is cleaned, unless the processor says otherwise.
  public var cleansItsInput: Bool { true }
}
