internal import Glibc

/// Asks again and again until something is so; false if it isn't after two minutes.
package func eventually(_ fact: () throws -> Bool) rethrows -> Bool {
  for _ in 0..<24_000 {
    if try fact() { return true }
    usleep(5000)
  }
  return false
}
