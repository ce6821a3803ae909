import CGPUKernels

/// The text of a module of kernels in one of the two languages.
package enum KernelSource {
  package enum Dialect: String {
    case openCL = "dialect_opencl"
    case cuda = "dialect_cuda"
  }

  /// The tiles that a look-back spans at most; filters with a longer memory publish a prefix every `anchorDistance` tiles.
  static let lookBack = 32
  static let anchorDistance = 16

  /// One whole translation unit.
  package static func text(_ shape: KernelModule.Shape, dialect: Dialect) -> String {
    var text = "#define REAL \(shape.isDouble ? "double" : "float")\n#define THREADS \(shape.threads)\n"
    if shape.plantsRace { text += "#define PLANTED_RACE 1\n" }
    text += file(dialect.rawValue) + file("launch_control")
    guard shape.sections > 0 else {
      text += file("global_barrier") + file("compressor_math")
      for name in ["mix", "gain", "fir", "compressor_envelope", "compressor_gain", "convolution", "echo", "self_test"] {
        text += kernel(name, named: name + "_kernel")
      }
      return text
    }
    text += "#define SECTIONS \(shape.sections)\n#define PER_THREAD \(shape.perThread)\n#define LOOK_BACK \(lookBack)\n"
    text += file("sos_tables") + kernel("sos_scan", named: "sos_scan", phase: 0)
    // On CUDA groups that have started always go on, so that nothing needs the scan in three phases.
    if dialect == .openCL {
      text += kernel("sos_scan", named: "sos_reduce", phase: 1) + kernel("sos_carry", named: "sos_carry")
      text += kernel("sos_scan", named: "sos_apply", phase: 3)
    }
    return text + kernel("sos_sequential", named: "sos_sequential")
  }

  private static func kernel(_ name: String, named entry: String, phase: Int? = nil) -> String {
    let begin = "#define NAME \(entry)\n" + (phase.map { "#define PHASE \($0)\n" } ?? "")
    return begin + file(name) + "#undef NAME\n" + (phase == nil ? "" : "#undef PHASE\n")
  }

  private static func file(_ name: String) -> String {
    guard let text = gk_text(name) else { preconditionFailure("no kernel text \(name)") }
    return String(cString: text)
  }

  /// The FNV-1a hash of a text, by which PTX is held to belong to its source.
  package static func hash(_ text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}

extension KernelModule.Shape {
  /// The module's PTX as it was committed; nil for a shape that is not compiled beforehand.
  package var ptx: UnsafePointer<CChar>? {
    Self.compiledForCUDA.contains(self) ? gk_text(description + ".ptx") : nil
  }
}
