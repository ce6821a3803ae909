import AudioCore

/// The numbers that the cascade's kernels work with, made from sections in Double. Remade in place, without allocating.
package final class ScanTables {
  package let shape: KernelModule.Shape
  /// Groups of sections.
  package let groups: Int
  /// As the kernels read them, Float or Double.
  let tables: UnsafeMutableRawBufferPointer
  let carries: UnsafeMutableBufferPointer<Double>
  /// Tiles to look back, whether every window publishes a prefix, groups.
  package let scanShape: UnsafeMutableBufferPointer<UInt32>
  private let sections: UnsafeMutableBufferPointer<Biquad>
  private let model: SectionModel
  private let power: UnsafeMutablePointer<Double>
  private let tile: UnsafeMutablePointer<Double>
  private let scale: UnsafeMutablePointer<Double>
  private let tableSize: Int
  private let carrySize: Int
  private var place = 0

  package init(_ new: [Biquad], shape: KernelModule.Shape) {
    self.shape = shape
    let n = 2 * shape.sections
    groups = max(1, (new.count + shape.sections - 1) / shape.sections)
    tableSize = 6 * shape.sections + shape.perThread * n + 6 * n * n
    carrySize = shape.sections + (shape.threads / 32 + KernelSource.lookBack + 1) * n * n
    tables = .allocate(byteCount: groups * tableSize * (shape.isDouble ? 8 : 4), alignment: 16)
    carries = .allocate(capacity: groups * carrySize)
    carries.initialize(repeating: 0)
    scanShape = .allocate(capacity: 4)
    scanShape.initialize(repeating: 0)
    sections = .allocate(capacity: groups * shape.sections)
    sections.initialize(repeating: .identity)
    model = SectionModel(sections: shape.sections)
    power = .allocate(capacity: n * n)
    tile = .allocate(capacity: n * n)
    scale = .allocate(capacity: 2 * n)
    replace(from: 0, with: new)
  }

  deinit {
    tables.deallocate()
    carries.deallocate()
    scanShape.deallocate()
    sections.deallocate()
    power.deallocate()
    tile.deallocate()
    scale.deallocate()
  }

  /// Takes new coefficients for some sections and makes all tables again. Allocates nothing.
  package func replace(from first: Int, with new: [Biquad]) {
    precondition(first >= 0 && first + new.count <= sections.count, "sections \(first)..<\(first + new.count)")
    for (index, section) in new.enumerated() { sections[first + index] = section }
    var needed = 1
    for group in 0..<groups { needed = max(needed, make(group)) }
    let isAnchored = needed > KernelSource.lookBack
    scanShape[0] = UInt32(isAnchored ? KernelSource.anchorDistance : needed)
    scanShape[1] = isAnchored ? 1 : 0
    scanShape[2] = UInt32(groups)
  }

  private func append(_ value: Double) {
    if shape.isDouble {
      tables.storeBytes(of: value, toByteOffset: place * 8, as: Double.self)
    } else {
      tables.storeBytes(of: Float(value), toByteOffset: place * 4, as: Float.self)
    }
    place += 1
  }

  private func append(_ matrix: UnsafePointer<Double>, count: Int) {
    for index in 0..<count { append(matrix[index]) }
  }

  /// Makes the tables of one group and returns the tiles after which its memory is below the arithmetic's resolution.
  private func make(_ group: Int) -> Int {
    let n = model.states
    let first = group * shape.sections
    let carry = UnsafeMutableBufferPointer(rebasing: carries[(group * carrySize)..<((group + 1) * carrySize)])
    place = group * tableSize
    model.build { SectionModel.Shifted(sections[first + $0]) }
    for k in 0..<shape.sections {
      let s = SectionModel.Shifted(sections[first + k])
      append(s.theta)
      append(s.b0)
      append(s.b1)
      append(s.b2)
      append(s.a1)
      append(s.a2)
      carry[k] = s.theta
    }
    // The weights of a thread's samples, oldest first: A^(P - 1 - i) B. They are made from the newest backwards.
    let weights = place
    scale.update(from: model.b, count: n)
    for i in stride(from: shape.perThread - 1, through: 0, by: -1) {
      place = weights + i * n
      append(scale, count: n)
      model.advance(scale)
    }
    place = weights + shape.perThread * n
    // A^(P 2^j) for the bits of a lane, and A^(32 P) for the warps.
    raise(model.a, to: shape.perThread)
    for step in 0..<6 {
      append(power, count: n * n)
      if step < 5 { model.multiply(power, power, into: power) }
    }
    return makeCarries(carry)
  }

  /// Powers over warps and tiles. `power` is A^(32 P).
  private func makeCarries(_ carry: UnsafeMutableBufferPointer<Double>) -> Int {
    let n = model.states
    guard let start = carry.baseAddress else { return 1 }
    let warps = shape.threads / 32
    let ofWarps = start + shape.sections
    let ofTiles = ofWarps + warps * n * n
    model.setIdentity(ofWarps)
    for w in 1..<max(warps, 2) where w < warps {
      model.multiply(power, ofWarps + (w - 1) * n * n, into: ofWarps + w * n * n)
    }
    // A^L with L = 32 P times the warps.
    model.multiply(power, ofWarps + (warps - 1) * n * n, into: tile)
    model.setIdentity(ofTiles)
    for i in 1...KernelSource.lookBack {
      model.multiply(tile, ofTiles + (i - 1) * n * n, into: ofTiles + i * n * n)
    }
    // Each number of the state is measured by the largest that an impulse makes of it.
    let vector = scale + n
    scale.update(repeating: 0, count: n)
    vector.update(from: model.b, count: n)
    for _ in 0..<min(shape.tileFrames, 4_096) {
      for r in 0..<n { scale[r] = max(scale[r], abs(vector[r])) }
      model.advance(vector)
    }
    for r in 0..<n where scale[r] < 1e-200 { scale[r] = 1e-200 }
    let limit = shape.isDouble ? 0x1p-60 : 0x1p-32
    for i in 1...KernelSource.lookBack where model.norm(ofTiles + i * n * n, scale: scale) < limit { return i }
    return KernelSource.lookBack + 1
  }

  /// power = matrix to an exponent of at least 1.
  private func raise(_ matrix: UnsafePointer<Double>, to exponent: Int) {
    model.setIdentity(power)
    for bit in stride(from: Int.bitWidth - 1 - exponent.leadingZeroBitCount, through: 0, by: -1) {
      model.multiply(power, power, into: power)
      if exponent >> bit & 1 == 1 { model.multiply(matrix, power, into: power) }
    }
  }
}
