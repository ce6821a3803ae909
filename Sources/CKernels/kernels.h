// What the dispatcher and the instruction sets share. Nothing here is public.
#ifndef SWIFTLET_KERNELS_INTERNAL_H
#define SWIFTLET_KERNELS_INTERNAL_H

#include "delay_kernels.h"
#include "dynamics_kernels.h"
#include "include/CKernels.h"

#include <float.h>
#include <math.h>
#include <string.h>

// Kernels say where they fuse a multiplication and an addition; the compiler adds none of its own, so that every
// instruction set gives the same bits.
#pragma STDC FP_CONTRACT OFF

#define SK_INLINE static inline __attribute__((always_inline))

/// Memory that vectors are loaded from begins on this many bytes.
enum { SK_ALIGNMENT = 64 };

/// Where the plain form of `SK_F32_SINGLE` stands among the cascade kernels of a level.
enum { SK_PLAIN_SINGLE = 3 };

/// The cascade kernels of one instruction set and one precision.
typedef struct {
  /// Bytes of coefficient tables and scratch that a cascade needs, a multiple of the alignment; 0 when it overflows.
  size_t (*workspace_bytes)(size_t sections, size_t channels, sk_mode mode);
  /// Derives the tables of a range of sections from `sk_sos.coefficients`.
  void (*prepare)(sk_sos *sos, size_t first, size_t count);
  sk_signal (*process)(
    sk_sos *sos, const void *const *in, ptrdiff_t in_offset, void *const *out, ptrdiff_t out_offset, size_t frames);
  const char *(*algorithm)(const sk_sos *sos, size_t frames);
} sk_sos_kernels;

/// The sample-wise kernels of one instruction set and one sample type.
#define SK_SAMPLE_KERNELS(T)                                                                                           \
  struct {                                                                                                             \
    size_t (*sanitize)(T *, const T *, size_t);                                                                        \
    size_t (*first_nonfinite)(const T *, size_t);                                                                      \
    void (*gain)(T *, const T *, size_t, double);                                                                      \
    void (*gain_ramp)(T *, const T *, size_t, double, double, uint64_t);                                               \
    void (*add)(T *, const T *, size_t);                                                                               \
    void (*mix)(T *, const T *, size_t, double);                                                                       \
    T (*peak)(const T *, size_t);                                                                                      \
    double (*sum_squares)(const T *, size_t);                                                                          \
    bool (*from_pcm)(sk_pcm_format, const void *, size_t, void *const *, ptrdiff_t, size_t);                           \
    size_t (*to_pcm)(sk_pcm_format, void *, size_t, const void *const *, ptrdiff_t, size_t, sk_dither *);              \
  }

/// The convolution kernels of one instruction set and one type.
#define SK_CONVOLUTION_KERNELS(T)                                                                                      \
  struct {                                                                                                             \
    size_t (*table_count)(size_t points);                                                                              \
    void (*fill_tables)(sk_transform *);                                                                               \
    void (*forward)(const sk_transform *, const T *, T *);                                                             \
    void (*inverse)(const sk_transform *, T *, T *);                                                                   \
    void (*convolve)(const sk_transform *, const T *, const T *, T *, T *, size_t);                                    \
    void (*accumulate)(T *, const T *const *, const T *const *, size_t, size_t, bool);                                 \
    void (*direct)(T *, const T *, const T *, size_t, size_t);                                                         \
  }

/// Everything that one instruction set provides.
typedef struct {
  /// By `sk_precision`; behind them the plain form of `SK_F32_SINGLE`.
  sk_sos_kernels sos[SK_PLAIN_SINGLE + 1];
  SK_SAMPLE_KERNELS(float) f32;
  SK_SAMPLE_KERNELS(double) f64;
  SK_CONVOLUTION_KERNELS(float) convolve_f32;
  SK_CONVOLUTION_KERNELS(double) convolve_f64;
  void (*widen)(double *, const float *, size_t);
  void (*narrow)(float *, const double *, size_t);
  sk_delay_kernels delay;
  sk_dynamics_kernels dynamics;
  sk_single_dynamics_kernels single_dynamics;
} sk_kernels;

extern const sk_kernels sk_kernels_scalar;
#if defined(__x86_64__)
extern const sk_kernels sk_kernels_scalar_fma;
extern const sk_kernels sk_kernels_sse2;
extern const sk_kernels sk_kernels_avx2;
extern const sk_kernels sk_kernels_avx512;
#elif defined(__aarch64__)
extern const sk_kernels sk_kernels_neon;
#endif

/// The kernels of the current level.
const sk_kernels *sk_current_kernels(void);

/// The cascade kernels for a shape, by `sk_precision` and the plain form: those of the current level, or of
/// one with shorter vectors where these are faster. All that fuse multiplication and addition give the same bits.
const sk_sos_kernels *sk_cascade_kernels(size_t sections, size_t channels, sk_precision precision);

#define SK_PI 3.14159265358979323846

struct sk_transform {
  const sk_kernels *kernels;
  /// Complex points: half the numbers of a frame.
  size_t points;
  bool is_double;
  /// Twiddles in the type of the transform, in the order in which the level's kernels read them.
  void *tables;
};

struct sk_sos {
  const sk_sos_kernels *kernels;
  size_t sections;
  size_t channels;
  /// The distance between two rows of the state, in elements: the channels, padded so that a vector may pass the last
  /// one.
  size_t stride;
  size_t bytes;
  sk_precision precision;
  sk_mode mode;
  /// Whether the kernels run the shifted form: float arithmetic of sections that the plain form would not hold.
  bool shifted;
  /// Both forms of `SK_F32_SINGLE`; the same kernels twice otherwise.
  const sk_sos_kernels *forms[2];
  /// b0 b1 b2 a1 a2 of every section.
  double *coefficients;
  /// Rows of one value a channel, in the type of the arithmetic. In the plain form: the last input and the one before
  /// it, then the same of every section's output. In the shifted form: w1 and w2 of every section, then two rows of 0.
  void *state;
  /// Tables and scratch of the kernels.
  unsigned char *workspace;
};

/// The rows of the state.
SK_INLINE size_t sk_state_rows(size_t sections) { return sections == 0 ? 0 : 2 * (sections + 1); }

/// The offset theta of the shifted form of a section (see sos_forms.inc).
SK_INLINE double sk_shift_of(const double *c) {
  const double half = -0.5 * c[3];
  return half >= 0.5 ? 1 : half <= -0.5 ? -1 : 0;
}

SK_INLINE size_t sk_round_up(size_t n, size_t multiple) { return (n + multiple - 1) / multiple * multiple; }

// MARK: - The floating-point control word

#if defined(__x86_64__)
#include <xmmintrin.h>
typedef unsigned int sk_control_word;
/// Flush to zero (bit 15) and denormals are zero (bit 6).
enum { SK_FLUSH_BITS = 0x8040 };
SK_INLINE sk_control_word sk_flush_denormals(void) {
  const sk_control_word word = _mm_getcsr();
  if ((word & SK_FLUSH_BITS) != SK_FLUSH_BITS) _mm_setcsr(word | SK_FLUSH_BITS);
  return word;
}
SK_INLINE void sk_restore_control(sk_control_word word) {
  if ((word & SK_FLUSH_BITS) != SK_FLUSH_BITS) _mm_setcsr(word);
}
#elif defined(__aarch64__)
typedef uint64_t sk_control_word;
SK_INLINE sk_control_word sk_flush_denormals(void) {
  sk_control_word word;
  __asm__ volatile("mrs %0, fpcr" : "=r"(word));
  if (!(word & (1u << 24))) __asm__ volatile("msr fpcr, %0" : : "r"(word | (1u << 24)) : "memory");
  return word;
}
SK_INLINE void sk_restore_control(sk_control_word word) {
  if (!(word & (1u << 24))) __asm__ volatile("msr fpcr, %0" : : "r"(word) : "memory");
}
#else
typedef int sk_control_word;
SK_INLINE sk_control_word sk_flush_denormals(void) { return 0; }
SK_INLINE void sk_restore_control(sk_control_word word) { (void)word; }
#endif

#endif
