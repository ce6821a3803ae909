// Which instruction set runs: found once, or forced by the environment or a test.
#include "kernels.h"

#include <stdatomic.h>
#include <stdlib.h>

static const char *const level_names[SK_LEVEL_COUNT] = {"scalar", "sse2", "avx2", "avx512", "neon"};

static const sk_kernels *kernels_of(sk_level level) {
  switch (level) {
#if defined(__x86_64__)
  case SK_LEVEL_SCALAR: return __builtin_cpu_supports("fma") ? &sk_kernels_scalar_fma : &sk_kernels_scalar;
  case SK_LEVEL_SSE2: return &sk_kernels_sse2;
  case SK_LEVEL_AVX2: return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? &sk_kernels_avx2 : NULL;
  case SK_LEVEL_AVX512:
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq")
        && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("fma")
      ? &sk_kernels_avx512
      : NULL;
#else
  case SK_LEVEL_SCALAR: return &sk_kernels_scalar;
#endif
#if defined(__aarch64__)
  case SK_LEVEL_NEON: return &sk_kernels_neon;
#endif
  default: return NULL;
  }
}

static sk_level best_level(void) {
  static const sk_level order[] = {SK_LEVEL_AVX512, SK_LEVEL_AVX2, SK_LEVEL_NEON, SK_LEVEL_SSE2};
  for (size_t i = 0; i < sizeof order / sizeof *order; i++)
    if (kernels_of(order[i])) return order[i];
  return SK_LEVEL_SCALAR;
}

/// What `SWIFTLET_KERNELS` asks for: a level, or -1 when it is unset or empty, or -2 when it names none that runs here.
static int requested_level(void) {
  const char *name = getenv("SWIFTLET_KERNELS");
  if (!name || !*name) return -1;
  for (int i = 0; i < SK_LEVEL_COUNT; i++)
    if (!strcmp(name, level_names[i])) return kernels_of((sk_level)i) ? i : -2;
  return -2;
}

/// The level in use; -1 before the first question. Two threads that ask first both find the same answer.
static _Atomic int current = -1;

sk_level sk_current_level(void) {
  int level = atomic_load_explicit(&current, memory_order_relaxed);
  if (level < 0) {
    const int request = requested_level();
    level = request >= 0 ? request : (int)best_level();
    int unset = -1;
    if (!atomic_compare_exchange_strong(&current, &unset, level)) level = unset;
  }
  return (sk_level)level;
}

const sk_kernels *sk_current_kernels(void) { return kernels_of(sk_current_level()); }

const sk_sos_kernels *sk_cascade_kernels(size_t sections, size_t channels, sk_precision precision) {
#if defined(__x86_64__)
  // Measured: up to as many channels as AVX2 has lanes its vectors are fuller. Sections of one or two channels in double
  // are the exception, where there are enough of them to fill the wider ones.
  const bool fits_half = precision == SK_F32_SINGLE ? channels <= 8
    : channels == 1                                 ? sections <= 4
                                                    : channels == 3 || channels == 4;
  if (sk_current_level() == SK_LEVEL_AVX512 && fits_half) return sk_kernels_avx2.sos;
#else
  (void)sections, (void)channels, (void)precision;
#endif
  return sk_current_kernels()->sos;
}

bool sk_level_available(sk_level level) { return kernels_of(level) != NULL; }

const char *sk_level_name(sk_level level) {
  return (unsigned)level < SK_LEVEL_COUNT ? level_names[level] : "unknown";
}

bool sk_force_level(sk_level level) {
  if (!kernels_of(level)) return false;
  atomic_store(&current, (int)level);
  return true;
}

bool sk_level_forced_failed(void) { return requested_level() == -2; }

sk_float_mode sk_denormals_off(void) { return (sk_float_mode)sk_flush_denormals(); }

void sk_denormals_restore(sk_float_mode mode) { sk_restore_control((sk_control_word)mode); }
