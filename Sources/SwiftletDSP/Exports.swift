@_exported import ComplexModule
@_exported import RealModule
@_exported import AudioCore
@_exported import AudioGraph
@_exported import Effects
@_exported import FilterDesign
