// Without arguments: every benchmark once, a line of JSON each. With names: these. With `--serve`: a name and a number of
// repeats a line from standard input, so that a driver can alternate with other libraries in one run. With `--accuracy`: errors
// of difficult filters.

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

func benchmark(named name: some StringProtocol) -> Benchmark? { benchmarks.first { $0.name == name } }

/// Prints at once: the driver waits for each line.
func answer(_ line: String) {
  print(line)
  fflush(nil)
}

func serve() throws {
  var ready: PreparedBenchmark?
  while let line = readLine() {
    let words = line.split(separator: " ")
    guard let name = words.first, let wanted = benchmark(named: name) else {
      answer(#"{"error": "no such benchmark: \#(line)"}"#)
      continue
    }
    if ready?.benchmark.name != wanted.name {
      // The old one goes first: some of them hold gigabytes.
      ready = nil
      ready = try PreparedBenchmark(wanted)
    }
    let repeats = words.dropFirst().first.flatMap { Int($0) } ?? 1
    if let ready { answer(ready.line(try ready.run(repeats: repeats))) }
  }
}

let names = CommandLine.arguments.dropFirst()
if names == ["--serve"] {
  try serve()
} else if names == ["--accuracy"] {
  try printAccuracy()
} else if names == ["--list"] {
  for benchmark in benchmarks { print(benchmark.name) }
} else {
  for wanted in names.isEmpty ? benchmarks : names.compactMap({ benchmark(named: $0) }) {
    let ready = try PreparedBenchmark(wanted)
    print(ready.line(try ready.run(repeats: 5)))
  }
}
