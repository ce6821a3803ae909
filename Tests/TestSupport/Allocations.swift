import CAllocationCounter

/// How many allocations the body makes on this thread; nil where they cannot be counted, such as under a sanitizer.
public func countAllocations(_ body: () -> Void) -> Int? {
  guard ac_available() else {
    body()
    return nil
  }
  ac_start()
  body()
  return ac_stop()
}
