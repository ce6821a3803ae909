@_exported import Accelerator
@_exported import AudioDevices
@_exported import AudioFiles
@_exported import EffectCatalog
@_exported import Realtime
@_exported import Resampling
@_exported import Streaming
@_exported import SwiftletDSP
