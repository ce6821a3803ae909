/// A processor that may come to be unable to go on, such as one that leans on hardware or a model.
///
/// It neither throws nor stops: it says so, and the runner's owner decides what is heard.
public protocol FailureReporting: AnyObject {
  /// Whether it has failed since it was made or reset. [worker]
  var hasFailed: Bool { get }
}
