import AudioCore

extension Wave {
  /// Reads a whole file.
  ///
  /// Memory follows the frames that are there, never a count that a header claims.
  /// - Throws: `AudioFileError`.
  public static func read(_ path: String) throws -> Wave {
    let reader = try AudioFileReader<S>(path: path)
    let channels = reader.format.channels
    // A file of a byte a sample is the densest that a header's count is believed for; more is taken as it comes.
    let believed = min(reader.frameCount ?? 0, reader.fileBytes / channels)
    var buffer = SampleBuffer<S>(channels: channels, capacity: max(believed, 4_096))
    var frames = 0
    while true {
      if frames == buffer.capacity {
        guard reader.frameCount != frames || believed != frames else { break }
        buffer = grown(buffer, frames: frames)
      }
      let wanted = buffer.capacity - frames
      let got = try buffer.withBlock(offset: frames, frames: wanted) { try reader.read(into: $0) }
      frames += got
      if got < wanted { break }
    }
    if buffer.capacity > frames + frames / 4 + 4_096 { buffer = resized(buffer, frames: frames, capacity: frames) }
    return Wave(storage: buffer, format: reader.format, frames: frames, metadata: reader.metadata)
  }

  /// Writes the wave to a file whose extension names the container; the file appears whole or not at all.
  ///
  /// The encoding is kept from the source that the metadata names, unless another is given.
  /// - Throws: `AudioFileError`.
  public func write(to path: String, encoding: SampleEncoding? = nil, dither: Dither = .auto) throws {
    let writer = try AudioFileWriter<S>(
      path: path, format: format, encoding: encoding, metadata: metadata, dither: dither, expectedFrames: frames)
    try withBlock { try writer.write($0) }
    try writer.commit()
  }

  private static func grown(_ buffer: SampleBuffer<S>, frames: Int) -> SampleBuffer<S> {
    resized(buffer, frames: frames, capacity: buffer.capacity * 2)
  }

  private static func resized(_ buffer: SampleBuffer<S>, frames: Int, capacity: Int) -> SampleBuffer<S> {
    let larger = SampleBuffer<S>(channels: buffer.channels, capacity: capacity)
    buffer.withBlock(frames: frames) { old in larger.withBlock(frames: frames) { $0.copy(from: old) } }
    return larger
  }
}
