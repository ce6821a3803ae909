@_exported import AudioCore
@_exported import AudioGraph
@_exported import ComplexModule
@_exported import Effects
@_exported import FilterDesign
@_exported import RealModule
