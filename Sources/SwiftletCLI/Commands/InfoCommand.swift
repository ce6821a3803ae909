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
        let info = try AudioFileInfo(path: path)
        json ? documents.append(Self.document(of: info)) : pages.append(Self.page(of: info, in: style))
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

  private static func document(of info: AudioFileInfo) -> JSONValue {
    [
      "path": .string(info.path),
      "container": .string(info.container),
      "encoding": .string(info.encoding),
      "sample_rate_hz": .number(info.sampleRate),
      "channels": .integer(info.channels),
      "layout": .string(info.layout.description),
      "frames": info.frames.map(JSONValue.integer) ?? .null,
      "seconds": info.duration.map(JSONValue.number) ?? .null,
      "bytes": .integer(info.bytes),
      "tags": .object(info.tags.sorted { $0.key < $1.key }.map { .init(name: $0.key, value: .string($0.value)) }),
    ]
  }

  private static func page(of info: AudioFileInfo, in style: Style) -> String {
    var table = TextTable(["", ""], alignments: [.left, .left])
    table.add(["format", "\(info.container), \(info.encoding)"])
    table.add(["sample rate", NumberText.frequency(info.sampleRate)])
    table.add([
      "channels",
      info.channels > 2 && info.layout == .discrete(info.channels)
        ? "\(info.channels)" : "\(info.channels) (\(info.layout))",
    ])
    if let frames = info.frames, let duration = info.duration {
      table.add(["length", "\(NumberText.duration(duration)) (\(NumberText.counted(frames, "frame")))"])
    }
    table.add(["size", NumberText.counted(info.bytes, "byte")])
    for (tag, text) in info.tags.sorted(by: { $0.key < $1.key }) { table.add([tag, Printable.text(text)]) }
    return style.paint(info.path, .strong) + "\n" + table.text(in: style, indent: "  ")
  }
}

/// Text from a file as a terminal may see it.
enum Printable {
  /// The text with control characters replaced: a tag must not move the cursor or change colours.
  static func text(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
  }
}
