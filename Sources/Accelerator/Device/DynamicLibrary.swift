#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A library that is loaded when the program runs, so that nothing needs it to build or to start.
final class DynamicLibrary: @unchecked Sendable {
  // Sendable because the handle never changes and dlsym may be called from any thread.
  private let handle: UnsafeMutableRawPointer

  /// Opens the first of the named libraries that is there.
  init?(anyOf names: [String]) {
    for name in names {
      if let handle = dlopen(name, RTLD_NOW | RTLD_LOCAL) {
        self.handle = handle
        return
      }
    }
    return nil
  }

  // A driver's library is never closed: its threads may still be in it.

  /// The address of a function; nil when the library does not have it.
  func symbol(_ name: String) -> UnsafeMutableRawPointer? { dlsym(handle, name) }
}

/// Reads a variable of the environment, without Foundation.
func environmentValue(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

/// Where a function table gets its functions from: a library, or a test.
package typealias SymbolLookup = (String) -> UnsafeMutableRawPointer?

/// Finds a function and gives it its C type.
func function<F>(_ name: String, as type: F.Type, in library: String, _ lookup: SymbolLookup) throws(AcceleratorError)
  -> F
{
  guard let address = lookup(name) else {
    throw AcceleratorError(
      .oldDriver, subject: library, problem: "it has no function \(name)", remedy: "Install a newer driver")
  }
  precondition(MemoryLayout<F>.size == MemoryLayout<UnsafeMutableRawPointer>.size, "\(name) is not a C function")
  // SAFETY: the driver's documented function of this name has this C type.
  return unsafeBitCast(address, to: type)
}
