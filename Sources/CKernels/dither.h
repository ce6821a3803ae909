// The noise that dither adds: a pure function of a counter.
#ifndef SWIFTLET_DITHER_H
#define SWIFTLET_DITHER_H

#include <stdint.h>

/// The distance between two samples' counters: 2^64 divided by the golden ratio, made odd (splitmix64).
#define SK_DITHER_STEP 0x9e3779b97f4a7c15u

/// The finaliser of splitmix64: equidistributed over 64 bits.
static inline __attribute__((always_inline)) uint64_t sk_mix_bits(uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

/// Triangular noise in (-1, 1), the sum of two independent uniform halves of one 64-bit number.
static inline __attribute__((always_inline)) double sk_triangular_noise(uint64_t counter) {
  const uint64_t bits = sk_mix_bits(counter);
  const int32_t a = (int32_t)(uint32_t)bits, b = (int32_t)(uint32_t)(bits >> 32);
  // Each half is uniform on -2^31 ..< 2^31; one half step makes it symmetric.
  return ((double)a + (double)b + 1) * 0x1p-32;
}

#endif
