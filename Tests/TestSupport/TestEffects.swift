import SwiftletDSP

// Small effects that use what the built-in filters do not need: latency, other channel and frame counts, several inputs and outputs,
// events inside a block, state that overflows.

/// Delays by some frames and reports it as latency, as a look-ahead does.
public struct Lookahead: Effect {
  public static let name = "lookahead"
  public static let parameters: [Parameter<Lookahead>] = []
  public var frames: Int
  public init(_ frames: Int) { self.frames = frames }

  public func design(in context: DesignContext) throws(DesignError) -> TestDesign {
    TestDesign(outputs: [context.format], latencyFrames: frames, lowering: .delay(frames))
  }

  public func makeProcessor<S: Sample>(
    _ design: TestDesign, in context: DesignContext, as type: S.Type
  ) -> any AudioProcessor<S, TestDesign> {
    let frames = frames
    return ClosureProcessor(design, state: frames * context.format.channels + 1) { state, input, output, _ in
      for channel in 0..<input.channels {
        input.withChannel(channel) { x in
          output.withChannel(channel) { y in
            for n in 0..<x.count {
              let place = channel * frames + (Int(state[state.count - 1]) + n) % max(frames, 1)
              let sample = x[n]
              y[n] = frames == 0 ? sample : S(state[place])
              if frames > 0 { state[place] = Double(sample) }
            }
          }
        }
      }
      if frames > 0 { state[state.count - 1] = Double((Int(state[state.count - 1]) + input.frames) % frames) }
      return input.frames
    }
  }
}

/// Copies one channel to several.
public struct Widen: Effect {
  public static let name = "widen"
  public static let parameters: [Parameter<Widen>] = []
  public var channels: Int
  public init(to channels: Int) { self.channels = channels }

  public func design(in context: DesignContext) throws(DesignError) -> TestDesign {
    guard context.format.channels == 1 else {
      throw DesignError(
        .format, parameter: "channels", value: String(context.format.channels), problem: "is not 1",
        remedy: "Widen mono only")
    }
    return TestDesign(outputs: [StreamFormat(sampleRate: context.sampleRate, channels: channels)])
  }

  public func makeProcessor<S: Sample>(
    _ design: TestDesign, in context: DesignContext, as type: S.Type
  ) -> any AudioProcessor<S, TestDesign> {
    ClosureProcessor(design, state: 0) { _, input, output, _ in
      for channel in 0..<output.channels {
        input.withChannel(0) { x in output.withChannel(channel) { y in for n in 0..<x.count { y[n] = x[n] } } }
      }
      return input.frames
    }
  }
}

/// Multiplies the main input by the key: two inputs of one channel count.
public struct Ring: Effect {
  public static let name = "ring"
  public static let parameters: [Parameter<Ring>] = []
  public init() {}

  public func design(in context: DesignContext) throws(DesignError) -> TestDesign {
    guard context.inputs.count == 2, context.inputs[0].channels == context.inputs[1].channels else {
      throw DesignError(.format, problem: "needs a key of the same channels", remedy: "Connect port 1 of a network")
    }
    return TestDesign(outputs: [context.format])
  }

  public func makeProcessor<S: Sample>(
    _ design: TestDesign, in context: DesignContext, as type: S.Type
  ) -> any AudioProcessor<S, TestDesign> {
    ClosureProcessor(design, state: 0) { _, input, output, _ in
      for channel in 0..<output.channels {
        input.withChannel(channel) { x in
          input.withChannel(channel + output.channels) { key in
            output.withChannel(channel) { y in for n in 0..<x.count { y[n] = x[n] * key[n] } }
          }
        }
      }
      return input.frames
    }
  }
}

/// Splits into positive and negative half-waves: two outputs.
public struct HalfWaves: Effect {
  public static let name = "halfwaves"
  public static let parameters: [Parameter<HalfWaves>] = []
  public init() {}

  public func design(in context: DesignContext) throws(DesignError) -> TestDesign {
    TestDesign(outputs: [context.format, context.format])
  }

  public func makeProcessor<S: Sample>(
    _ design: TestDesign, in context: DesignContext, as type: S.Type
  ) -> any AudioProcessor<S, TestDesign> {
    ClosureProcessor(design, state: 0) { _, input, output, _ in
      for channel in 0..<input.channels {
        input.withChannel(channel) { x in
          output.withChannel(channel) { y in for n in 0..<x.count { y[n] = max(x[n], 0) } }
          output.withChannel(channel + input.channels) { y in for n in 0..<x.count { y[n] = min(x[n], 0) } }
        }
      }
      return input.frames
    }
  }
}

/// Changes the rate by a whole factor: holds each frame, or keeps one of several.
public struct Rate: Effect {
  public static let name = "rate"
  public static let parameters: [Parameter<Rate>] = []
  public var up: Int
  public var down: Int
  public init(up: Int = 1, down: Int = 1) {
    self.up = up
    self.down = down
  }

  public func design(in context: DesignContext) throws(DesignError) -> TestDesign {
    var format = context.format
    format.sampleRate = format.sampleRate * Double(up) / Double(down)
    return TestDesign(outputs: [format], frameRatio: [up, down])
  }

  public func makeProcessor<S: Sample>(
    _ design: TestDesign, in context: DesignContext, as type: S.Type
  ) -> any AudioProcessor<S, TestDesign> {
    let (up, down) = (up, down)
    return ClosureProcessor(design, state: 1) { state, input, output, _ in
      let phase = Int(state[0])
      var made = 0
      for channel in 0..<input.channels {
        made = 0
        input.withChannel(channel) { x in
          output.withChannel(channel) { y in
            for n in 0..<(x.count * up) where (phase + n) % down == 0 {
              y[made] = x[n / up]
              made += 1
            }
          }
        }
      }
      state[0] = Double((phase + input.frames * up) % down)
      return made
    }
  }
}

/// A factor that jumps at the frame of a change.
public struct StepGain: Effect {
  public static let name = "stepgain"
  public static let parameters: [Parameter<StepGain>] = [
    .number("factor", "the factor", \.factor, in: -10...10, default: 1)
  ]
  public var factor: Double
  public init(_ factor: Double) { self.factor = factor }

  public func design(in context: DesignContext) throws(DesignError) -> TestDesign {
    try DesignError.require(factor, in: -10...10, parameter: "factor")
    return TestDesign(outputs: [context.format], factor: factor)
  }

  public func makeProcessor<S: Sample>(
    _ design: TestDesign, in context: DesignContext, as type: S.Type
  ) -> any AudioProcessor<S, TestDesign> {
    ClosureProcessor(design, state: 1, initial: factor) { state, input, output, _ in
      for channel in 0..<input.channels {
        input.withChannel(channel) { x in
          output.withChannel(channel) { y in for n in 0..<x.count { y[n] = x[n] * S(state[0]) } }
        }
      }
      return input.frames
    }
  }
}

/// Adds up its input without limit, times a factor: large input overflows it.
public struct Integrator: Effect {
  public static let name = "integrator"
  public static let parameters: [Parameter<Integrator>] = []
  public var factor: Float
  public init(factor: Float = 1) { self.factor = factor }

  public func design(in context: DesignContext) throws(DesignError) -> TestDesign {
    TestDesign(outputs: [context.format], tail: .endless)
  }

  public func makeProcessor<S: Sample>(
    _ design: TestDesign, in context: DesignContext, as type: S.Type
  ) -> any AudioProcessor<S, TestDesign> {
    let factor = factor
    return ClosureProcessor(design, state: context.format.channels) { state, input, output, _ in
      for channel in 0..<input.channels {
        input.withChannel(channel) { x in
          output.withChannel(channel) { y in
            for n in 0..<x.count {
              state[channel] += Double(x[n]) * Double(factor)
              y[n] = S(state[channel])
            }
          }
        }
      }
      return input.frames
    }
  }
}

/// Halves its last output and adds the input, in the sample's own type.
public struct Fading: Effect {
  public static let name = "fading"
  public static let parameters: [Parameter<Fading>] = []
  public init() {}

  public func design(in context: DesignContext) throws(DesignError) -> TestDesign {
    TestDesign(outputs: [context.format], tail: .decaying(20))
  }

  public func makeProcessor<S: Sample>(
    _ design: TestDesign, in context: DesignContext, as type: S.Type
  ) -> any AudioProcessor<S, TestDesign> {
    ClosureProcessor(design, state: context.format.channels) { state, input, output, _ in
      for channel in 0..<input.channels {
        input.withChannel(channel) { x in
          output.withChannel(channel) { y in
            var last = S(state[channel])
            for n in 0..<x.count {
              last = last / 2 + x[n]
              y[n] = last
            }
            state[channel] = Double(last)
          }
        }
      }
      return input.frames
    }
  }
}
