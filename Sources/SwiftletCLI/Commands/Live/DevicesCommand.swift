import ArgumentParser
import AudioDevices

/// `swiftlet devices`: the sound devices of this machine.
struct DevicesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "devices",
    abstract: "List the sound devices of this machine.",
    discussion: """
      A device is chosen by its number or by a part of its name. The device virtual is always there: a clock without \
      hardware.

        swiftlet devices
        swiftlet devices --json
      """)

  @Flag(help: "Print a list of objects as JSON.")
  var json = false

  func run() throws {
    let devices = try Quiet.sounds { () throws(DeviceError) in try DeviceList.all() }
    if json {
      try StandardOutput.print(.array(devices.map(Self.document)))
      return
    }
    guard !devices.isEmpty else {
      try StandardOutput.print(
        "This machine has no sound device. The device virtual is a clock without hardware; for a sound server without a card: jackd -d dummy"
      )
      return
    }
    var table = TextTable(
      ["#", "name", "system", "in", "out", "rate", "default"],
      alignments: [.right, .left, .left, .right, .right, .right, .left])
    for device in devices {
      let roles = [device.isDefaultInput ? "input" : nil, device.isDefaultOutput ? "output" : nil].compactMap(\.self)
      table.add([
        String(device.index), Printable.text(device.name), device.system, String(device.inputChannels),
        String(device.outputChannels), NumberText.frequency(device.sampleRate), roles.joined(separator: ", "),
      ])
    }
    try StandardOutput.print(table.text(in: Style.of(descriptor: 1)))
  }

  private static func document(of device: DeviceListing) -> JSONValue {
    [
      "index": .integer(device.index), "name": .string(device.name), "system": .string(device.system),
      "input_channels": .integer(device.inputChannels), "output_channels": .integer(device.outputChannels),
      "sample_rate_hz": .number(device.sampleRate), "input_latency_s": .number(device.inputLatency),
      "output_latency_s": .number(device.outputLatency), "default_input": .bool(device.isDefaultInput),
      "default_output": .bool(device.isDefaultOutput),
    ]
  }
}
