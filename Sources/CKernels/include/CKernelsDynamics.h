/// Dynamics: levels, static curves, envelopes and gains, in double; the functions with the suffix `_single` in float.
///
/// Levels and gains are logarithms to base 2 of amplitudes inside: 1 is 6.02 dB. What `CKernels.h` says of memory, threads
/// and denormals holds here too. Every value is made by the same operations from its past, whatever the number of frames
/// in a call, so that cutting a stream changes no bit. What takes samples returns what was not finite among them.
#ifndef SWIFTLET_CKERNELS_DYNAMICS_H
#define SWIFTLET_CKERNELS_DYNAMICS_H

#include "CKernelsDelay.h"
#include "CKernelsSignal.h"

#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Doubles of state of `sk_mean_square` and of `sk_smooth_reduction`; all zeros for silence.
enum { SK_MEAN_SQUARE_STATE = 16, SK_REDUCTION_STATE = 24 };

/// A one-pole low-pass: `pole` is exp(-1 / frames), `rest` is 1 - pole with all its digits.
typedef struct {
  double pole;
  double rest;
} sk_one_pole;

/// A static curve in base-2 logarithms: above `threshold` the level rises by `1 - slope` of what it rose, with a parabola
/// of width `knee` around it. Giannoulis, Massberg and Reiss (2012), equation 4. All three have values, or none has.
typedef struct {
  sk_glide threshold;
  sk_glide knee;
  sk_glide slope;
} sk_dynamics_curve;

/// `level = |in|`, or the louder of it and what stands in `level`. What is not finite counts as 0.
sk_signal sk_level_f32(double *level, const float *in, size_t n, bool louder);
sk_signal sk_level_f64(double *level, const double *in, size_t n, bool louder);

/// `level` = the mean square by a one-pole low-pass, or the louder of it and what stands in `level`. What is not finite counts as 0.
sk_signal sk_mean_square_f32(double *level, const float *in, size_t n, double *state, sk_one_pole window, bool louder);
sk_signal sk_mean_square_f64(double *level, const double *in, size_t n, double *state, sk_one_pole window, bool louder);

/// Replaces amplitudes (`is_square`: their squares) by the reduction that the curve asks for, 0 or above.
void sk_static_reduction(double *level, size_t n, bool is_square, const sk_dynamics_curve *curve);

/// Smooths a reduction: it is held and falls with the release, then rises with the attack. The smooth, decoupled
/// peak detector of Giannoulis, Massberg and Reiss (2012), equation 17. Returns the largest result, 0 for no frames.
double sk_smooth_reduction(double *reduction, size_t n, double *state, sk_one_pole attack, sk_one_pole release);

/// Makes a state that goes on at other times where another one is: with its held value and its result. A state as it stands has the
/// former times in its past, of which something would be left in every eighth result.
void sk_reduction_go_on(double *state, const double *from, sk_one_pole attack);
/// The same for a mean square.
void sk_mean_square_go_on(double *state, const double *from);

/// Replaces reductions by linear gains: `1 - mix + mix * 2^(makeup - reduction)`. Both parameters have values, or none has.
void sk_reduction_gain(double *reduction, size_t n, sk_glide makeup, sk_glide mix);

/// Multiplies frame by frame, rounded once. `out` may be `in`. What is not finite in the input counts as 0, unless the caller knows
/// that nothing is (`finite`).
sk_signal sk_apply_gain_f32(float *out, const float *in, const double *gain, size_t n, bool finite);
sk_signal sk_apply_gain_f64(double *out, const double *in, const double *gain, size_t n, bool finite);

/// What `sk_reduction_gain` and `sk_apply_gain_f32` do, in one pass: for a reduction that one channel alone is multiplied by.
sk_signal sk_apply_reduction_f32(
  float *out, const float *in, const double *reduction, size_t n, sk_glide makeup, sk_glide mix, bool finite);
sk_signal sk_apply_reduction_f64(
  double *out, const double *in, const double *reduction, size_t n, sk_glide makeup, sk_glide mix, bool finite);

/// Base-2 logarithms of values from 2^-1000 to the largest finite one, within 2e-10; of what is smaller, -1000 or below.
void sk_log2(double *values, size_t n);

/// Powers of 2 of exponents from -1000 to 1000, within 5e-11 of the value; what is smaller or larger counts as these.
void sk_exp2(double *values, size_t n);

// MARK: - In float

// The same for float samples, twice as fast. Smoothing with a time constant of more than 4,096 frames is in double here too,
// so that it holds; `state` is the same. Gains are within 5e-7 of those in double for levels between 2^-16 and 1.

sk_signal sk_level_single(float *level, const float *in, size_t n, bool louder);

/// `level` = the root of the mean square, or the louder of it and what stands in `level`: an amplitude, since float does not
/// hold the squares of all samples.
sk_signal sk_root_mean_square_single(
  float *level, const float *in, size_t n, double *state, sk_one_pole window, bool louder);
void sk_static_reduction_single(float *level, size_t n, bool is_square, const sk_dynamics_curve *curve);
double sk_smooth_reduction_single(
  float *reduction, size_t n, double *state, sk_one_pole attack, sk_one_pole release);
void sk_reduction_gain_single(float *reduction, size_t n, sk_glide makeup, sk_glide mix);
sk_signal sk_apply_gain_single(float *out, const float *in, const float *gain, size_t n, bool finite);
sk_signal sk_apply_reduction_single(
  float *out, const float *in, const float *reduction, size_t n, sk_glide makeup, sk_glide mix, bool finite);

/// Base-2 logarithms of values from 2^-126 to the largest finite one, within 1e-7 and a last digit; of what is smaller, -126.
void sk_log2_single(float *values, size_t n);

/// Powers of 2 of exponents from -126 to 126, within 2e-7 of the value; what is smaller or larger counts as these.
void sk_exp2_single(float *values, size_t n);

#ifdef __cplusplus
}
#endif

#endif
