/// Which response leads from which input channel to which output channel.
public struct ConvolutionRoutes: Sendable, Hashable {
  /// One response on the way from an input to an output.
  public struct Route: Sendable, Hashable {
    public var input: Int
    public var output: Int
    /// The response's place in the list.
    public var response: Int

    public init(input: Int, output: Int, response: Int) {
      self.input = input
      self.output = output
      self.response = response
    }
  }

  /// Input channels.
  public let inputs: Int
  /// Output channels.
  public let outputs: Int
  /// In the order in which an output sums them. Every output has one at least.
  public let routes: [Route]

  /// Makes routes; each must name channels that are there, and each output needs one.
  public init(inputs: Int, outputs: Int, routes: [Route]) {
    precondition(
      routes.allSatisfy {
        (0..<inputs).contains($0.input) && (0..<outputs).contains($0.output) && $0.response >= 0
      } && Set(routes.map(\.output)).count == outputs,
      "routes of \(inputs) into \(outputs) channels: \(routes)")
    self.inputs = inputs
    self.outputs = outputs
    self.routes = routes
  }

  /// Every channel through one and the same response.
  public static func alike(channels: Int) -> ConvolutionRoutes {
    ConvolutionRoutes(
      inputs: channels, outputs: channels, routes: (0..<channels).map { Route(input: $0, output: $0, response: 0) })
  }

  /// Every channel through the response of its number.
  public static func each(channels: Int) -> ConvolutionRoutes {
    ConvolutionRoutes(
      inputs: channels, outputs: channels, routes: (0..<channels).map { Route(input: $0, output: $0, response: $0) })
  }

  /// One channel into as many as there are responses.
  public static func spread(outputs: Int) -> ConvolutionRoutes {
    ConvolutionRoutes(
      inputs: 1, outputs: outputs, routes: (0..<outputs).map { Route(input: 0, output: $0, response: $0) })
  }

  /// True stereo: four responses, from left to left and to right, then from right to left and to right.
  public static let trueStereo = ConvolutionRoutes(
    inputs: 2, outputs: 2,
    routes: [
      Route(input: 0, output: 0, response: 0), Route(input: 1, output: 0, response: 2),
      Route(input: 0, output: 1, response: 1), Route(input: 1, output: 1, response: 3),
    ])

  /// How many responses they name.
  public var responses: Int { (routes.map(\.response).max() ?? -1) + 1 }

  /// The routes into one output, in their order.
  func into(_ output: Int) -> [Route] { routes.filter { $0.output == output } }
}
