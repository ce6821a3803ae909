import Accelerator

#if canImport(Darwin)
  @_exported import Darwin
#elseif canImport(Glibc)
  @_exported import Glibc
#elseif canImport(Musl)
  @_exported import Musl
#endif

enum ErrorOutput {
  static func write(_ text: String) {
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { unistdWrite(2, $0.baseAddress, $0.count) }
  }
}

private func unistdWrite(_ descriptor: Int32, _ start: UnsafeRawPointer?, _ count: Int) -> Int {
  write(descriptor, start, count)
}

/// JSON without Foundation.
enum ReportText {
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case _ where scalar.value < 32: result += " "
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }

  static func json(_ report: AcceleratorReport) -> String {
    let devices = report.devices.map { device in
      var fields = [
        "\"name\": \(quoted(device.name))", "\"interface\": \(quoted(device.interface.rawValue))",
        "\"version\": \(quoted(device.version))", "\"memory_bytes\": \(device.memoryBytes)", "\"gpu\": \(device.isGPU)",
      ]
      if let test = device.selfTest {
        fields.append("\"passed\": \(test.passed)")
        fields.append("\"shuffles\": \(test.shufflesWork), \"atomics\": \(test.atomicsWork)")
        fields.append("\"hand_over\": \(test.handOverWorks)")
        fields.append("\"filter_error_db\": \(test.cascadeErrorDecibels.map { "\($0)" } ?? "null")")
      }
      if let failure = device.failure { fields.append("\"failure\": \(quoted(failure))") }
      return "{\(fields.joined(separator: ", "))}"
    }
    return
      "{\"devices\": [\(devices.joined(separator: ", "))], \"missing\": [\(report.missing.map(quoted).joined(separator: ", "))]}"
  }
}
