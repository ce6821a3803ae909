/// Delay lines: interpolated reading, feeding and mixing, on lines of doubles.
///
/// A line is a circle of doubles whose first values are repeated behind its end, as many as an interpolator may read past
/// it, so that no kernel ever takes a remainder. What `CKernels.h` says of memory, threads and denormals holds here too.
/// Every value is made by the same operations whatever the number of frames in a call, so that cutting a stream changes
/// no bit.
#ifndef SWIFTLET_CKERNELS_DELAY_H
#define SWIFTLET_CKERNELS_DELAY_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A parameter: at frame `i` of a call `values[i]`, or `value` at all of them where `values` is NULL.
///
/// Equal values give the bits that one value gives.
typedef struct {
  double value;
  const double *values;
} sk_glide;

/// How a modulated delay moves: `center + depth * sin(2 pi (phase + increment * (index + i)))` frames at frame `i`.
typedef struct {
  double center;
  double depth;
  double phase;
  double increment;
  uint64_t index;
} sk_delay_sweep;

/// The rows of the table that `sk_delay_read_moving` takes are `SK_DELAY_TAPS` coefficients for the fractions
/// 0, 1 / SK_DELAY_PHASES ... 1: one row more than phases.
enum { SK_DELAY_TAPS = 32, SK_DELAY_PHASES = 256 };

/// Reads at one fraction of a frame: `tap[i]` is the sum over k of `coefficients[k] * line[i + k]`.
void sk_delay_read(double *tap, const double *line, const double *coefficients, size_t taps, size_t n);

/// Where a modulated delay reads: `places[i]` is the index in a circle of `capacity` of the first of the
/// `SK_DELAY_TAPS` values around the point that lies `sweep` before `write + i`, and `fractions[i]` its fraction, 0 to 1.
///
/// `write + n` is at most `capacity`, and the sweep stays between `SK_DELAY_TAPS / 2` and `capacity` less that.
void sk_delay_places(
  int32_t *places, double *fractions, const sk_delay_sweep *sweep, size_t write, size_t capacity, size_t n);

/// Reads where `sk_delay_places` says, with coefficients between the two nearest rows of the table.
void sk_delay_read_moving(
  double *tap, const double *line, const int32_t *places, const double *fractions, const double *table, size_t n);

/// Goes over from one signal to another: `a += (b - a) * share`.
void sk_crossfade(double *a, const double *b, size_t n, sk_glide share);

/// Feeds a line: `line = in + feedback * tap`; without `in` (NULL) the feedback alone.
void sk_delay_feed_f32(double *line, const float *in, const double *tap, size_t n, sk_glide feedback);
void sk_delay_feed_f64(double *line, const double *in, const double *tap, size_t n, sk_glide feedback);

/// Mixes dry and wet: `out = in + (wet - in) * mix`, rounded once. `out` may be `in`.
void sk_mix_wet_f32(float *out, const float *in, const double *wet, size_t n, sk_glide mix);
void sk_mix_wet_f64(double *out, const double *in, const double *wet, size_t n, sk_glide mix);

/// Adds `gain` times samples to doubles; for sums of channels.
void sk_accumulate_f32(double *sum, const float *in, size_t n, double gain);
void sk_accumulate_f64(double *sum, const double *in, size_t n, double gain);

#ifdef __cplusplus
}
#endif

#endif
