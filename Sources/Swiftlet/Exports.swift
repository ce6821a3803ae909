@_exported import Accelerator
@_exported import AudioFiles
@_exported import EffectCatalog
@_exported import Resampling
@_exported import Streaming
@_exported import SwiftletDSP
