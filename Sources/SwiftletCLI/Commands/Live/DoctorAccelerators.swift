import Accelerator

extension Doctor {
  /// What the machine has to compute on beside its processors.
  static func findings(_ report: AcceleratorReport) -> [Finding] {
    let devices = report.devices.map { device in
      let name =
        "\(device.name) (\(device.interface.rawValue): \(device.version)\(device.isGPU ? "" : ", a processor"))"
      if let failure = device.failure {
        return Finding(weight: .limit, subject: "gpu", text: "\(name): the self-test could not run: \(failure)")
      }
      guard let test = device.selfTest else { return Finding(weight: .note, subject: "gpu", text: name) }
      return test.passed
        ? Finding(weight: .good, subject: "gpu", text: "\(name) passed the self-test: \(test)")
        : Finding(
          weight: .limit, subject: "gpu",
          text: "\(name) failed the self-test: \(test). Update its driver, and do not use it with --device before")
    }
    return devices + report.missing.map { Finding(weight: .note, subject: "gpu", text: $0) }
  }
}
