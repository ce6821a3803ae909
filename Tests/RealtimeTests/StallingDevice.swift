import AudioCore
import AudioDevices
import CRealtime
import Foundation
import Synchronization

/// Another device whose callback sleeps once when it is told to, as a page fault or an interruption would make it.
final class StallingDevice: AudioDevice {
  private final class Box: Sendable {
    let callback = Locked<DeviceCallback?>(nil)
    let mustStall = Atomic<Bool>(false)
  }
  private let device: any AudioDevice
  private let box = Box()

  init(_ device: any AudioDevice) { self.device = device }

  func stallOnce() { box.mustStall.store(true, ordering: .releasing) }

  var name: String { device.name }
  var status: DeviceStatus { device.status }
  func capabilities() throws(DeviceError) -> DeviceCapabilities { try device.capabilities() }
  func start() throws(DeviceError) { try device.start() }
  func stop() { device.stop() }
  func close() { device.close() }

  func open(_ request: DeviceRequest, callback: DeviceCallback) throws(DeviceError) -> DeviceStream {
    box.callback.withLock { $0 = callback }
    return try device.open(
      request,
      callback: DeviceCallback(
        { context, cycle in
          let box = Unmanaged<Box>.fromOpaque(context).takeUnretainedValue()
          if box.mustStall.exchange(false, ordering: .acquiringAndReleasing) { usleep(25_000) }
          guard let callback = box.callback.withLock({ $0 }) else { return }
          callback.function(callback.context, cycle)
        }, context: Unmanaged.passUnretained(box).toOpaque()))
  }
}
