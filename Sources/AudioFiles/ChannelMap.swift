import AudioCore
import CSndfile

extension ChannelLayout {
  /// The layout of libsndfile's channel map; nil when a position has no name here.
  package init?(map: [Int32]) {
    var channels: [Channel] = []
    let hasSide = map.contains(Int32(SF_CHANNEL_MAP_SIDE_LEFT))
    for position in map {
      switch Int(position) {
      case SF_CHANNEL_MAP_LEFT, SF_CHANNEL_MAP_FRONT_LEFT: channels.append(.left)
      case SF_CHANNEL_MAP_RIGHT, SF_CHANNEL_MAP_FRONT_RIGHT: channels.append(.right)
      case SF_CHANNEL_MAP_CENTER, SF_CHANNEL_MAP_FRONT_CENTER, SF_CHANNEL_MAP_MONO: channels.append(.center)
      case SF_CHANNEL_MAP_LFE: channels.append(.lowFrequency)
      case SF_CHANNEL_MAP_SIDE_LEFT: channels.append(.leftSurround)
      case SF_CHANNEL_MAP_SIDE_RIGHT: channels.append(.rightSurround)
      // Without side speakers the rear pair is the surround pair, as in the 5.1 of most files.
      case SF_CHANNEL_MAP_REAR_LEFT: channels.append(hasSide ? .leftBack : .leftSurround)
      case SF_CHANNEL_MAP_REAR_RIGHT: channels.append(hasSide ? .rightBack : .rightSurround)
      case SF_CHANNEL_MAP_REAR_CENTER: channels.append(.backCenter)
      case SF_CHANNEL_MAP_TOP_FRONT_LEFT: channels.append(.leftTop)
      case SF_CHANNEL_MAP_TOP_FRONT_RIGHT: channels.append(.rightTop)
      default: return nil
      }
    }
    guard !channels.isEmpty else { return nil }
    self.init(channels)
  }

  /// libsndfile's channel map of the layout; nil when a channel has no position there.
  package var map: [Int32]? {
    let hasBack = firstIndex(of: .leftBack) != nil
    var positions: [Int32] = []
    for index in 0..<count {
      let position: Int
      switch self[index] {
      case .left: position = SF_CHANNEL_MAP_LEFT
      case .right: position = SF_CHANNEL_MAP_RIGHT
      case .center: position = count == 1 ? SF_CHANNEL_MAP_MONO : SF_CHANNEL_MAP_CENTER
      case .lowFrequency: position = SF_CHANNEL_MAP_LFE
      case .leftSurround: position = hasBack ? SF_CHANNEL_MAP_SIDE_LEFT : SF_CHANNEL_MAP_REAR_LEFT
      case .rightSurround: position = hasBack ? SF_CHANNEL_MAP_SIDE_RIGHT : SF_CHANNEL_MAP_REAR_RIGHT
      case .leftBack: position = SF_CHANNEL_MAP_REAR_LEFT
      case .rightBack: position = SF_CHANNEL_MAP_REAR_RIGHT
      case .backCenter: position = SF_CHANNEL_MAP_REAR_CENTER
      case .leftTop: position = SF_CHANNEL_MAP_TOP_FRONT_LEFT
      case .rightTop: position = SF_CHANNEL_MAP_TOP_FRONT_RIGHT
      case .mid, .side, .discrete: return nil
      }
      positions.append(Int32(position))
    }
    return positions
  }
}

extension SoundFile {
  /// The layout that the file states, or the one that its channel count stands for.
  package func readLayout() -> ChannelLayout {
    let count = Int(info.channels)
    var map = [Int32](repeating: 0, count: count)
    let size = Int32(count * MemoryLayout<Int32>.size)
    let known = sf_command(pointer, sndfile(SFC_GET_CHANNEL_MAP_INFO), &map, size) != 0
    return known ? ChannelLayout(map: map) ?? .standard(count) : .standard(count)
  }

  /// States the layout in the file.
  /// - Returns: whether the container has a place for it.
  package func writeLayout(_ layout: ChannelLayout) -> Bool {
    guard var map = layout.map else { return false }
    let size = Int32(map.count * MemoryLayout<Int32>.size)
    return sf_command(pointer, sndfile(SFC_SET_CHANNEL_MAP_INFO), &map, size) != 0
  }
}
