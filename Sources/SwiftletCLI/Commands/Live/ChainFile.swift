import AudioCore
import EffectCatalog

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A chain in a text file, which is read again whenever the file has changed: an expression a line, in series; `#` begins a remark.
struct ChainFile {
  /// What tells one state of a file from another.
  private struct Mark: Equatable {
    var size: Int64
    var seconds: Int
    var nanoseconds: Int
    var node: UInt64
  }

  /// Bytes of a file: what is larger is no chain that somebody wrote.
  private static let largest = 1 << 20

  let path: String
  private var mark: Mark?

  init(_ path: String) { self.path = path }

  /// Reads the chain.
  /// - Throws: `Failure` for a file that is not there, or that holds no chain.
  mutating func read() throws(Failure) -> Graph {
    mark = Self.mark(of: path)
    if let size = mark?.size, size > Self.largest {
      throw Failure("\(path) has \(size) bytes; a chain has \(Self.largest) at most", status: .usage)
    }
    guard mark != nil, let text = SystemCalls.fileText(path, atMost: Self.largest) else {
      throw Failure("\(path) cannot be read, or is empty", status: .noInput)
    }
    let lines = text.split(whereSeparator: \.isNewline).map(Self.withoutRemark)
    let expressions = lines.filter { $0.contains { !$0.isWhitespace } }
    guard !expressions.isEmpty else { throw Failure("\(path) holds no chain", status: .usage) }
    do { return try Expressions(expressions).graph() } catch { throw Failure("\(path): \(error)", status: .usage) }
  }

  /// The chain that the file has come to hold since it was read last; nil when it was not changed.
  mutating func changed() throws(Failure) -> Graph? {
    // A file that is just being replaced is looked at again later.
    guard let now = Self.mark(of: path), now != mark, now.size > 0 else { return nil }
    return try read()
  }

  /// A line up to its remark; within quotation marks `#` belongs to a name.
  private static func withoutRemark(_ line: Substring) -> String {
    var quote: Character?
    var isEscaped = false
    return String(
      line.prefix { character in
        if isEscaped {
          isEscaped = false
        } else if let open = quote {
          if character == open { quote = nil }
          isEscaped = character == "\\"
        } else if "\"'".contains(character) {
          quote = character
        }
        return quote != nil || character != "#"
      })
  }

  private static func mark(of path: String) -> Mark? {
    var status = stat()
    // SAFETY: the call fills one stat, which lives across it.
    guard stat(path, &status) == 0 else { return nil }
    #if canImport(Darwin)
      let time = status.st_mtimespec
    #else
      let time = status.st_mtim
    #endif
    return Mark(
      size: Int64(status.st_size), seconds: Int(time.tv_sec), nanoseconds: Int(time.tv_nsec),
      node: UInt64(status.st_ino))
  }
}
