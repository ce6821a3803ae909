import CPortAudio
import CRealtime

/// What PortAudio's callback needs to call ours.
struct PortAudioContext {
  var callback: DeviceCallback
  var inputChannels: Int32
  var outputChannels: Int32
}

/// PortAudio's callback: hands the cycle on. [callback]
@_noLocks @_noAllocation
func portAudioCycle(
  _ input: UnsafeRawPointer?, _ output: UnsafeMutableRawPointer?, _ frames: UInt,
  _ time: UnsafePointer<PaStreamCallbackTimeInfo>?, _ flags: PaStreamCallbackFlags, _ context: UnsafeMutableRawPointer?
) -> Int32 {
  // SAFETY: the context was given when the stream was opened, and is freed after it is closed; samples are planar Float, as asked for:
  // PortAudio then brings tables of addresses.
  guard let context = context?.assumingMemoryBound(to: PortAudioContext.self) else { return 0 }
  var cycle = rt_cycle(
    input: input?.assumingMemoryBound(to: UnsafePointer<Float>.self),
    output: output?.assumingMemoryBound(to: UnsafeMutablePointer<Float>.self),
    input_channels: context.pointee.inputChannels, output_channels: context.pointee.outputChannels,
    frames: Int32(truncatingIfNeeded: frames),
    // Input underflow and output overflow are the other side of the same losses.
    flags: flags & 0xF == 0 ? 0 : UInt32(RT_DEVICE_INPUT_OVERFLOW | RT_DEVICE_OUTPUT_UNDERFLOW),
    time: rt_nanoseconds())
  rt_run_cycle(context.pointee.callback.function, context.pointee.callback.context, &cycle)
  return 0
}
