import AudioCore

/// Memory for one side of the worker: as the ring has it and as the plan has it.
struct WorkerBuffers {
  let ring: SampleBuffer<Float>
  let plan: SampleBuffer<Float>
  let capacity: Int
  private let addresses: ChannelAddresses

  init(ring: Int, plan: Int, frames: Int) {
    capacity = frames
    let buffer = SampleBuffer<Float>(channels: ring, capacity: frames)
    self.ring = buffer
    self.plan = SampleBuffer(channels: plan, capacity: frames)
    addresses = ChannelAddresses(buffer)
  }

  /// The addresses of the ring's side.
  var table: UnsafePointer<UnsafeMutablePointer<Float>> { UnsafePointer(addresses.table) }
  var readTable: UnsafePointer<UnsafePointer<Float>> {
    // SAFETY: the two pointer types differ only in what they allow.
    UnsafeRawPointer(addresses.table).assumingMemoryBound(to: UnsafePointer<Float>.self)
  }
}

/// The addresses of a buffer's channels, which it keeps alive.
final class ChannelAddresses {
  let table: UnsafeMutablePointer<UnsafeMutablePointer<Float>>
  private let buffer: SampleBuffer<Float>

  init(_ buffer: SampleBuffer<Float>) {
    self.buffer = buffer
    table = .allocate(capacity: max(1, buffer.channels))
    let table = table
    buffer.withBlock(frames: 0) { block in
      for channel in 0..<buffer.channels { table[channel] = block.unsafeChannel(channel) }
    }
  }

  deinit { table.deallocate() }
}
