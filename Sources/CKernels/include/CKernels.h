/// The inner loops of the library: cascades of second-order sections, convolution, sample-wise operations and PCM
/// conversion.
///
/// Every function works on caller memory that need only be aligned to its element. Planar audio is passed as a table of
/// channel pointers and an offset in frames: channel `c` begins at `table[c] + offset`, in elements of the sample type.
/// Input and output may be the same memory, channel by channel; otherwise they must not overlap.
///
/// Functions with float arithmetic flush denormals to zero while they run and restore the caller's floating-point
/// control word before they return. Nothing here allocates or locks except the `create` and `destroy` of an object. An
/// object may be used by one thread at a time; the stateless functions may be called from any thread.
#ifndef SWIFTLET_CKERNELS_H
#define SWIFTLET_CKERNELS_H

#include "CKernelsDelay.h"
#include "CKernelsDynamics.h"
#include "CKernelsSignal.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "CKernelsConvolution.h"

#ifdef __cplusplus
extern "C" {
#endif

// MARK: - Instruction sets

/// An instruction set that the kernels exist for.
typedef enum {
  SK_LEVEL_SCALAR = 0, ///< Plain C, one sample at a time; on every machine. The reference.
  SK_LEVEL_SSE2 = 1,   ///< x86-64 baseline, 128 bits, no fused multiply-add.
  SK_LEVEL_AVX2 = 2,   ///< AVX2 with FMA, 256 bits.
  SK_LEVEL_AVX512 = 3, ///< AVX-512 F, VL, DQ and BW, 512 bits.
  SK_LEVEL_NEON = 4    ///< arm64, 128 bits.
} sk_level;

/// How many values `sk_level` has: levels are `0 ..< SK_LEVEL_COUNT`.
#define SK_LEVEL_COUNT 5

/// Whether this build has kernels for the level and this processor can run them.
bool sk_level_available(sk_level level);

/// The level's name as `SWIFTLET_KERNELS` spells it: "scalar", "sse2", "avx2", "avx512", "neon"; "unknown" for other
/// values.
const char *sk_level_name(sk_level level);

/// The level in use: the best available one, unless the environment variable `SWIFTLET_KERNELS` or `sk_force_level`
/// chose another.
sk_level sk_current_level(void);

/// Uses a level from now on, in every thread; for tests. Returns false, and changes nothing, where the level is not
/// available.
///
/// An `sk_sos` keeps the level under which it was created.
bool sk_force_level(sk_level level);

/// Whether `SWIFTLET_KERNELS` names a level that is unknown or not available here, so that the best one is used
/// instead.
bool sk_level_forced_failed(void);

// MARK: - Denormals

/// The calling thread's floating-point control word.
typedef uint64_t sk_float_mode;

/// Flushes denormals to zero on the calling thread until `sk_denormals_restore`; returns the word as it was.
///
/// Functions of this library that find them flushed leave the control word alone, which is cheaper.
sk_float_mode sk_denormals_off(void);

/// Puts back what `sk_denormals_off` returned on this thread.
void sk_denormals_restore(sk_float_mode mode);

// MARK: - Cascades of second-order sections

/// The type of the samples and of the arithmetic.
typedef enum {
  /// Float samples, float arithmetic. Sections whose poles float holds run in the plain form, with a relative error
  /// near -100 dB or better: -104 dB for a 1 kHz low-pass of order 8 at 48 kHz. Where one of a cascade does not, all
  /// run in a shifted form: -129 dB for a 20 Hz high-pass of order 8 at 48 kHz, -108 dB for a 10 Hz low-pass of order
  /// 8, -124 dB for a 5 Hz high-pass at 192 kHz, -84 dB for a 1 Hz low-pass at 192 kHz, where the plain form has -15 to
  /// -80 dB.
  SK_F32_SINGLE = 0,
  SK_F32_MIXED = 1, ///< Float samples, double arithmetic: the output is the exact one rounded to float. The default.
  SK_F64 = 2        ///< Double samples and arithmetic.
} sk_precision;

/// What a cascade may do to be fast.
typedef enum {
  /// The bits of the output depend on coefficients and input alone: never on how the stream is cut into blocks nor on a
  /// channel's position, and on the level only by whether the processor has fused multiply-add.
  SK_INVARIANT = 0,
  /// The algorithm may follow the block's length. Within -140 dB (relative RMS) of exact arithmetic in `SK_F32_MIXED`,
  /// before the rounding to float, and in `SK_F64`.
  SK_FAST = 1
} sk_mode;

/// Second-order sections in series, with the state of every channel.
typedef struct sk_sos sk_sos;

/// Makes a cascade of identity sections with zero state; one allocation, freed by `sk_sos_destroy`.
///
/// `sections` may be 0: such a cascade copies. NULL when memory is out, a size overflows or an enumeration value is
/// unknown.
sk_sos *sk_sos_create(size_t sections, size_t channels, sk_precision precision, sk_mode mode);

/// Frees a cascade; NULL is allowed.
void sk_sos_destroy(sk_sos *sos);

/// Replaces `count` sections from `first`, keeping the state. Allocates nothing and may be called between blocks.
///
/// `coefficients` holds b0, b1, b2, a1, a2 for each section, with a0 = 1: y = b0 x + b1 x1 + b2 x2 - a1 y1 - a2 y2.
/// A range outside the cascade is ignored as a whole. In `SK_F32_SINGLE` a cascade that once needed the shifted form
/// keeps it until the next reset; set all sections that change in one call, as a change of form converts the state.
void sk_sos_set_sections(sk_sos *sos, size_t first, size_t count, const double *coefficients);

/// Sets the state to silence.
void sk_sos_reset(sk_sos *sos);

/// How many doubles `sk_sos_get_state` writes and `sk_sos_set_state` reads.
size_t sk_sos_state_count(const sk_sos *sos);

/// Copies the state out. Its layout is private; it fits every cascade with the same sections, channels and precision.
void sk_sos_get_state(const sk_sos *sos, double *state);

/// Copies a state in. Processing goes on with the same bits as where the state was taken (`SK_INVARIANT`, or equal
/// blocks).
void sk_sos_set_state(sk_sos *sos, const double *state);

/// Filters `frames` frames of every channel, from `in[c] + in_offset` to `out[c] + out_offset`.
///
/// The tables hold `const float *` and `float *`, or `const double *` and `double *`, by the precision.
sk_signal sk_sos_process(
  sk_sos *sos, const void *const *in, ptrdiff_t in_offset, void *const *out, ptrdiff_t out_offset, size_t frames);

/// The bytes that the cascade holds.
size_t sk_sos_memory(const sk_sos *sos);

/// The name of the algorithm that a block of this length would run: "copy", "scalar", "channels", "wavefront",
/// "look-ahead", or two of them joined by " + " where a remainder of the channels takes another way.
const char *sk_sos_algorithm(const sk_sos *sos, size_t frames);

// MARK: - Samples of one channel

// In the functions of this part `out` may equal `in`. Gains are doubles, and the float variants multiply in double and
// round once: y = (float)((double)x * gain).

/// Copies `n` samples with NaN and infinities replaced by 0; returns how many were replaced.
size_t sk_sanitize_f32(float *out, const float *in, size_t n);
size_t sk_sanitize_f64(double *out, const double *in, size_t n);

/// The index of the first NaN or infinity, or `n` where all samples are finite.
size_t sk_first_nonfinite_f32(const float *in, size_t n);
size_t sk_first_nonfinite_f64(const double *in, size_t n);

/// Multiplies by a gain.
void sk_gain_f32(float *out, const float *in, size_t n, double gain);
void sk_gain_f64(double *out, const double *in, size_t n, double gain);

/// Multiplies by a gain that moves in a straight line: sample `i` by `start + step * (index + i)`.
///
/// `index` is the absolute frame number since the ramp began, so that cutting a ramp into blocks does not change a bit.
void sk_gain_ramp_f32(float *out, const float *in, size_t n, double start, double step, uint64_t index);
void sk_gain_ramp_f64(double *out, const double *in, size_t n, double start, double step, uint64_t index);

/// Adds `in` to `out`.
void sk_add_f32(float *out, const float *in, size_t n);
void sk_add_f64(double *out, const double *in, size_t n);

/// Adds `gain` times `in` to `out`; the float variant rounds once.
void sk_mix_f32(float *out, const float *in, size_t n, double gain);
void sk_mix_f64(double *out, const double *in, size_t n, double gain);

/// The largest magnitude, 0 for no samples; NaN is skipped.
float sk_peak_f32(const float *in, size_t n);
double sk_peak_f64(const double *in, size_t n);

/// The sum of squares, accumulated in double; its rounding depends on how samples are grouped into calls.
double sk_sum_squares_f32(const float *in, size_t n);
double sk_sum_squares_f64(const double *in, size_t n);

// MARK: - PCM

/// The sample format of interleaved audio: little-endian, without padding.
typedef enum {
  SK_PCM_S16 = 0, ///< 16-bit signed integers.
  SK_PCM_S24 = 1, ///< 24-bit signed integers, three bytes each.
  SK_PCM_S32 = 2, ///< 32-bit signed integers.
  SK_PCM_F32 = 3, ///< Floats.
  SK_PCM_F64 = 4  ///< Doubles.
} sk_pcm_format;

/// The bytes of one sample; 0 for an unknown format.
size_t sk_pcm_bytes(sk_pcm_format format);

/// The state of one channel's dither: a counter, so that noise does not depend on how a stream is cut into blocks.
typedef struct {
  uint64_t counter;
} sk_dither;

/// Starts one independent dither stream a channel from a seed; equal seeds give equal noise.
void sk_dither_seed(sk_dither *streams, size_t channels, uint64_t seed);

/// Converts interleaved PCM to planar samples: integers divided by 2^(bits - 1).
///
/// `interleaved` need not be aligned. Returns false, and writes nothing, for an unknown format.
bool sk_pcm_to_f32(
  sk_pcm_format format, const void *interleaved, size_t channels, void *const *out, ptrdiff_t out_offset,
  size_t frames);
bool sk_pcm_to_f64(
  sk_pcm_format format, const void *interleaved, size_t channels, void *const *out, ptrdiff_t out_offset,
  size_t frames);

/// Converts planar samples to interleaved PCM: multiplied by 2^(bits - 1), rounded to nearest even and saturated.
///
/// `dither` is NULL or one stream a channel, and adds triangular noise of +-1 least significant bit before rounding
/// (integer formats only). Returns how many samples were clipped: beyond the range after rounding, or NaN, which is
/// written as 0. Float formats neither saturate nor clip. Writes nothing for an unknown format.
size_t sk_pcm_from_f32(
  sk_pcm_format format, void *interleaved, size_t channels, const void *const *in, ptrdiff_t in_offset, size_t frames,
  sk_dither *dither);
size_t sk_pcm_from_f64(
  sk_pcm_format format, void *interleaved, size_t channels, const void *const *in, ptrdiff_t in_offset, size_t frames,
  sk_dither *dither);

#ifdef __cplusplus
}
#endif

#endif
