import AudioCore
import AudioFiles
import Effects
import Resampling

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension ResourceLoader {
  /// Reads taps from text files and impulse responses from sound files, which are resampled where a stream has another rate.
  public static let files = ResourceLoader { (request: ResourceRequest) throws(ResourceError) -> Resource in
    switch request.kind {
    case .taps: .taps(try FIR.readTaps(request.path))
    case .impulseResponse: .impulseResponse(try ImpulseResponse.loaded(request.path))
    }
  }
}

extension ImpulseResponse {
  /// Reads a sound file. Streams of other rates are convolved with the response resampled.
  /// - Throws: `ResourceError` that names the path.
  public static func read(_ path: String) throws(ResourceError) -> ImpulseResponse { try loaded(path) }

  fileprivate static func loaded(_ path: String) throws(ResourceError) -> ImpulseResponse {
    let wave: Wave<Float>
    do {
      wave = try Wave<Float>.read(path)
    } catch {
      // What is put together here ends with a full stop of its own.
      let reason = "\(error)"
      throw ResourceError(
        "the impulse response cannot be read: "
          + (path.isEmpty ? "no file is named" : reason.hasSuffix(".") ? String(reason.dropLast()) : reason),
        remedy: "Name a sound file, such as convolve:hall.wav")
    }
    do throws(DesignError) {
      return try ImpulseResponse(wave, path: path, resampler: SoxrResampler())
    } catch {
      throw ResourceError("\(path) \(error.problem)", remedy: error.remedy)
    }
  }
}

extension FIR {
  /// A filter whose taps a file holds: JSON, or numbers between spaces, commas and line ends.
  /// - Throws: `ResourceError` that names the path and the line.
  public static func read(_ path: String) throws(ResourceError) -> FIR {
    FIR(.taps(.file(path, try readTaps(path))))
  }

  fileprivate static func readTaps(_ path: String) throws(ResourceError) -> [Double] {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw ResourceError("the taps cannot be read: \(path) is not there, or is not a file", remedy: "Name a text file")
    }
    guard data.count <= largestTapFile, let text = String(data: data, encoding: .utf8) else {
      throw ResourceError("\(path) is not a text of taps", remedy: "Give one number a line, or a list in JSON")
    }
    return try TapList.parse(text, path: path)
  }

  // A million taps of 64 characters each.
  private static var largestTapFile: Int { 64 << 20 }
}
