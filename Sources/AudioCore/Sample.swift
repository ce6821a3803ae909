/// A type of sample that Swiftlet processes: `Float` or `Double`.
///
/// Half precision is refused at compile time: the feedback recurrence of a filter is not numerically safe in it.
public protocol Sample: SIMDScalar, BinaryFloatingPoint, Sendable, Codable {
  /// Which of the two it is, for code that picks a kernel at run time.
  static var sampleType: SampleType { get }
}

extension Float: Sample {
  public static var sampleType: SampleType { .float32 }
}

extension Double: Sample {
  public static var sampleType: SampleType { .float64 }
}

// Float16 does not exist on Intel Macs.
#if !((os(macOS) || targetEnvironment(macCatalyst)) && arch(x86_64))
  @available(
    *, unavailable,
    message: "Half precision is refused: the feedback recurrence is not numerically safe in it. Convert to Float."
  )
  extension Float16: Sample {
    public static var sampleType: SampleType { .float16 }
  }
#endif

/// A sample type known only at run time: raw PCM, arrays from a file, a buffer on a device.
public enum SampleType: String, Sendable, Hashable, Codable, CaseIterable {
  case float16
  case float32
  case float64

  /// Bytes one sample takes.
  public var byteCount: Int {
    switch self {
    case .float16: 2
    case .float32: 4
    case .float64: 8
    }
  }

  /// Checks that the type can be processed.
  /// - Throws: `DesignError` of reason `.sampleType` for half precision.
  public func requireProcessable() throws(DesignError) {
    guard self != .float16 else {
      throw DesignError(
        .sampleType, value: "float16",
        problem: "is refused: the feedback recurrence of a filter is not numerically safe in half precision",
        remedy: "Convert the samples to Float first")
    }
  }
}
