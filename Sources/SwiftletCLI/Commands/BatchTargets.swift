import AudioFiles

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Where the results of a batch go: one file in a folder for each input, by the input's name.
struct BatchTargets {
  /// The folder for all results.
  var folder: String
  /// What is put behind each name, before its extension.
  var suffix = ""
  /// The extension of all results, without a dot; nil keeps those of the inputs.
  var container: String?

  /// The outputs for some inputs, in their order.
  ///
  /// - Throws: `Failure` when two inputs have one output, an output is one of the inputs, or a name cannot be an output; nothing has been
  ///   made then.
  func paths(for inputs: [String]) throws -> [String] {
    var taken: [String: String] = [:]
    let sources = Set(inputs.compactMap(FileIdentity.init))
    return try inputs.map { input in
      guard input != "-" else {
        throw Failure("a batch takes files: use swiftlet process for standard input", status: .usage)
      }
      let output = try path(for: input)
      // Names that differ only in case are one file on some systems.
      if let other = taken.updateValue(input, forKey: output.lowercased()) {
        throw Failure(
          "\(other) and \(input) would both become \(output): rename one, or process them into two folders",
          status: .usage)
      }
      if let identity = FileIdentity(output), sources.contains(identity) {
        throw Failure(
          "\(output) is one of the inputs: choose another folder, or give --suffix", status: .usage)
      }
      return output
    }
  }

  private func path(for input: String) throws -> String {
    let name = input.split(separator: "/").last.map(String.init) ?? input
    let dot = name.lastIndex(of: ".").flatMap { $0 == name.startIndex ? nil : $0 }
    let stem = dot.map { String(name[..<$0]) } ?? name
    let old = dot.map { String(name[name.index(after: $0)...]) }
    guard let suffixed = container ?? old else {
      throw Failure("\(input) has no extension: say with --format what its result is to be", status: .usage)
    }
    let output = (folder.hasSuffix("/") ? folder : folder + "/") + stem + suffix + "." + suffixed
    _ = try Container.forPath(output)
    return output
  }

  /// Makes the folder and those above it, unless they are there.
  /// - Throws: `Failure`.
  func makeFolder() throws(Failure) {
    var path = folder.hasPrefix("/") ? "/" : ""
    for part in folder.split(separator: "/") {
      path += part + "/"
      guard mkdir(path, 0o777) != 0 else { continue }
      let code = errno
      var status = stat()
      // SAFETY: stat fills one structure, which lives across the call.
      let isFolder = stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
      guard isFolder else {
        let reason = code == EEXIST ? "it is not a folder" : SystemCalls.reason(code)
        throw Failure("\(folder): cannot be made: \(reason)", status: .cannotCreate)
      }
    }
  }
}

/// The file behind a path, whatever name it is given.
private struct FileIdentity: Hashable {
  var device: UInt64
  var number: UInt64

  /// Nil when there is no such file.
  init?(_ path: String) {
    var status = stat()
    // SAFETY: stat fills one structure, which lives across the call.
    guard stat(path, &status) == 0 else { return nil }
    device = UInt64(truncatingIfNeeded: status.st_dev)
    number = UInt64(truncatingIfNeeded: status.st_ino)
  }
}
