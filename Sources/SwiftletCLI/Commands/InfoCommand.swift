import ArgumentParser
import AudioCore
import AudioFiles

/// `swiftlet info`: what sound files hold.
struct InfoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Show what sound files hold: container, encoding, rate, channels, length, tags.",
    discussion: """
      A file that cannot be read is reported, the others are still shown, and the exit status is that of the first failure.

        swiftlet info *.wav
      """)

  @Argument(help: "The files.", completion: .file())
  var files: [String]

  @Flag(help: "Print a list of objects as JSON.")
  var json = false

  func run() throws {
    var documents: [JSONValue] = []
    var pages: [String] = []
    var failure: (any Error)?
    let style = Style.of(descriptor: 1)
    for path in files {
      do throws(AudioFileError) {
        let reader = try AudioFileReader<Float>(path: path)
        json ? documents.append(Self.document(of: reader)) : pages.append(Self.page(of: reader, in: style))
      } catch {
        StandardError.message(error.description)
        failure = failure ?? error
      }
    }
    if json {
      try StandardOutput.print(.array(documents))
    } else if !pages.isEmpty {
      try StandardOutput.print(pages.joined(separator: "\n\n"))
    }
    if let failure, let status = Ending.describe(failure)?.status { throw ExitCode(status.rawValue) }
  }

  private static func document(of reader: AudioFileReader<Float>) -> JSONValue {
    let tags = reader.metadata.tags.sorted { $0.key.rawValue < $1.key.rawValue }
    return [
      "path": .string(reader.path),
      "container": .optional(reader.container?.rawValue),
      "encoding": .optional(reader.encoding?.rawValue),
      "sample_rate_hz": .number(reader.format.sampleRate),
      "channels": .integer(reader.format.channels),
      "layout": .string(reader.format.layout.description),
      "frames": reader.frameCount.map(JSONValue.integer) ?? .null,
      "seconds": reader.frameCount.map { .number(Double($0) / reader.format.sampleRate) } ?? .null,
      "bytes": .integer(reader.fileBytes),
      "tags": .object(tags.map { .init(name: $0.key.rawValue, value: .string($0.value)) }),
    ]
  }

  private static func page(of reader: AudioFileReader<Float>, in style: Style) -> String {
    var table = TextTable(["", ""], alignments: [.left, .left])
    let kind = [reader.container?.rawValue, reader.encoding?.rawValue].compactMap(\.self).joined(separator: ", ")
    table.add(["format", kind.isEmpty ? "unknown" : kind])
    table.add(["sample rate", NumberText.frequency(reader.format.sampleRate)])
    table.add(["channels", channels(of: reader.format)])
    if let frames = reader.frameCount {
      table.add(["length", "\(NumberText.duration(Double(frames) / reader.format.sampleRate)) (\(NumberText.counted(frames, "frame")))"])
    }
    table.add(["size", NumberText.counted(reader.fileBytes, "byte")])
    for (tag, text) in reader.metadata.tags.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      table.add([tag.rawValue, Printable.text(text)])
    }
    return style.paint(reader.path, .strong) + "\n" + table.text(in: style, indent: "  ")
  }

  private static func channels(of format: StreamFormat) -> String {
    switch format.layout {
    case .discrete(format.channels): String(format.channels)
    default: "\(format.channels) (\(format.layout))"
    }
  }
}

/// Text from a file as a terminal may see it.
enum Printable {
  /// The text with control characters replaced: a tag must not move the cursor or change colours.
  static func text(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
  }
}
