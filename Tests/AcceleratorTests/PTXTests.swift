import Accelerator
import Testing

@Suite struct PTXTests {
  @Test func thePTXBelongsToTheSource() throws {
    for shape in KernelModule.Shape.compiledForCUDA {
      let ptx = try #require(shape.ptx.map { String(cString: $0) })
      let hash = String(KernelSource.hash(KernelSource.text(shape, dialect: .cuda)), radix: 16)
      let padded = String(repeating: "0", count: 16 - hash.count) + hash
      #expect(ptx.hasPrefix("// source \(padded)\n"), "\(shape): run make ptx")
      #expect(ptx.contains(".version 6.4\n") && ptx.contains(".target sm_75\n"))
    }
  }

  /// An array that the compiler could not keep in registers is a stack frame on every architecture. `make ptx` finds what the assembler adds.
  @Test func noKernelHasAnArrayInLocalMemory() throws {
    for shape in KernelModule.Shape.compiledForCUDA {
      let ptx = try #require(shape.ptx.map { String(cString: $0) })
      #expect(!ptx.contains(".local"), "\(shape): unroll the loops that index its arrays, and run make ptx")
    }
  }
}
