import AudioCore
import CSndfile

/// How samples are stored in a file.
public enum SampleEncoding: String, Sendable, Hashable, Codable, CaseIterable {
  case s8, u8, s16, s24, s32, f32, f64
  case ulaw, alaw
  case imaADPCM = "ima-adpcm"
  case msADPCM = "ms-adpcm"
  case gsm610
  case voxADPCM = "vox-adpcm"
  case nms16, nms24, nms32
  case g721
  case g723At24 = "g723-24"
  case g723At40 = "g723-40"
  case dwvw12, dwvw16, dwvw24
  case dpcm8, dpcm16
  case vorbis, opus
  case alac16, alac20, alac24, alac32
  case mp1, mp2, mp3

  /// libsndfile's number of the encoding.
  package var subtype: Int32 {
    let value =
      switch self {
      case .s8: SF_FORMAT_PCM_S8
      case .u8: SF_FORMAT_PCM_U8
      case .s16: SF_FORMAT_PCM_16
      case .s24: SF_FORMAT_PCM_24
      case .s32: SF_FORMAT_PCM_32
      case .f32: SF_FORMAT_FLOAT
      case .f64: SF_FORMAT_DOUBLE
      case .ulaw: SF_FORMAT_ULAW
      case .alaw: SF_FORMAT_ALAW
      case .imaADPCM: SF_FORMAT_IMA_ADPCM
      case .msADPCM: SF_FORMAT_MS_ADPCM
      case .gsm610: SF_FORMAT_GSM610
      case .voxADPCM: SF_FORMAT_VOX_ADPCM
      case .nms16: SF_FORMAT_NMS_ADPCM_16
      case .nms24: SF_FORMAT_NMS_ADPCM_24
      case .nms32: SF_FORMAT_NMS_ADPCM_32
      case .g721: SF_FORMAT_G721_32
      case .g723At24: SF_FORMAT_G723_24
      case .g723At40: SF_FORMAT_G723_40
      case .dwvw12: SF_FORMAT_DWVW_12
      case .dwvw16: SF_FORMAT_DWVW_16
      case .dwvw24: SF_FORMAT_DWVW_24
      case .dpcm8: SF_FORMAT_DPCM_8
      case .dpcm16: SF_FORMAT_DPCM_16
      case .vorbis: SF_FORMAT_VORBIS
      case .opus: SF_FORMAT_OPUS
      case .alac16: SF_FORMAT_ALAC_16
      case .alac20: SF_FORMAT_ALAC_20
      case .alac24: SF_FORMAT_ALAC_24
      case .alac32: SF_FORMAT_ALAC_32
      case .mp1: SF_FORMAT_MPEG_LAYER_I
      case .mp2: SF_FORMAT_MPEG_LAYER_II
      case .mp3: SF_FORMAT_MPEG_LAYER_III
      }
    return Int32(value)
  }

  /// The encoding of a libsndfile format number.
  package init?(format: Int32) {
    let subtype = format & sndfile(SF_FORMAT_SUBMASK)
    guard let match = Self.allCases.first(where: { $0.subtype == subtype }) else { return nil }
    self = match
  }

  /// Bits of an encoding that keeps integers exactly; nil for floating point and for lossy encodings.
  public var integerBits: Int? {
    switch self {
    case .s8, .u8: 8
    case .dwvw12: 12
    case .s16, .dwvw16, .alac16: 16
    case .alac20: 20
    case .s24, .dwvw24, .alac24: 24
    case .s32, .alac32: 32
    default: nil
    }
  }

  /// Whether samples come back with the values that were stored, up to the rounding to its depth.
  public var isLossless: Bool { integerBits != nil || self == .f32 || self == .f64 }

  /// Bits of precision that a decoded sample carries: 24 for Float, 53 for Double, at most 16 for the telephone codecs.
  public var precisionBits: Int {
    if let integerBits { return integerBits }
    switch self {
    case .f64: return 53
    case .f32, .vorbis, .opus, .mp1, .mp2, .mp3: return 24
    default: return 16
    }
  }

  /// The type in which samples are exchanged with libsndfile: the narrowest that loses nothing.
  package var exchange: PCMFormat {
    switch self {
    case .f64: .f64le
    case .f32, .vorbis, .opus, .mp1, .mp2, .mp3: .f32le
    default: precisionBits <= 16 ? .s16le : .s32le
    }
  }
}

/// A constant of libsndfile as the type that its calls take.
package func sndfile(_ constant: Int) -> Int32 { Int32(truncatingIfNeeded: constant) }
