/// What convolution is made of: a transform of real frames whose order nobody sees, products of spectra, the direct
/// form. Included by CKernels.h, whose rules hold here too.
#ifndef SWIFTLET_CKERNELS_CONVOLUTION_H
#define SWIFTLET_CKERNELS_CONVOLUTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A transform of frames of real numbers in which the product of two spectra is their negacyclic convolution: what
/// reaches beyond the end of a frame comes back at its beginning with the sign turned.
///
/// The order of a spectrum's numbers is private, and differs from level to level: spectra are for products and for the
/// way back only. A transform may be used by any number of threads at the same time.
typedef struct sk_transform sk_transform;

/// The shortest and the longest frame of a transform.
enum { SK_TRANSFORM_MINIMUM = 128, SK_TRANSFORM_MAXIMUM = 1 << 24 };

/// Where the output of `sk_transform_convolve` may begin: at multiples of this many numbers.
enum { SK_TRANSFORM_PLACES = 16 };

/// Makes a transform of frames of a power of two of numbers, in double or float; freed by `sk_transform_destroy`.
///
/// NULL when memory is out or the length is not a power of two between the shortest and the longest.
sk_transform *sk_transform_create(size_t frames, bool is_double);

/// Frees a transform; NULL is allowed.
void sk_transform_destroy(sk_transform *transform);

/// The spectrum of `frames` numbers: as many numbers, in other memory.
void sk_transform_forward_f32(const sk_transform *transform, const float *in, float *spectrum);
void sk_transform_forward_f64(const sk_transform *transform, const double *in, double *spectrum);

/// The numbers of a spectrum, times half the frame's length; the spectrum is destroyed. They go to other memory.
void sk_transform_inverse_f32(const sk_transform *transform, float *spectrum, float *out);
void sk_transform_inverse_f64(const sk_transform *transform, double *spectrum, double *out);

/// Forward, times one spectrum, and inverse in one: as these give it, in fewer passes over long frames.
///
/// The numbers from `first` on go to `out`, a multiple of `SK_TRANSFORM_PLACES`. `scratch` has room for `frames` numbers; the four are
/// different memory.
void sk_transform_convolve_f32(
  const sk_transform *transform, const float *in, const float *response, float *scratch, float *out, size_t first);
void sk_transform_convolve_f64(
  const sk_transform *transform, const double *in, const double *response, double *scratch, double *out, size_t first);

/// Adds the products of `count` pairs of spectra of `frames` numbers to a sum, one after another, or begins the sum
/// with them where it is `fresh`.
void sk_spectrum_accumulate_f32(
  float *sum, const float *const *signals, const float *const *responses, size_t count, size_t frames, bool fresh);
void sk_spectrum_accumulate_f64(
  double *sum, const double *const *signals, const double *const *responses, size_t count, size_t frames, bool fresh);

/// The direct form: `out[i] = sum over k of taps[k] * in[i - k]`, in the order of the taps, for `n` numbers.
///
/// `in` has `count - 1` numbers before its first. The bits of a number do not depend on where in a call it stands.
void sk_direct_f32(float *out, const float *in, const float *taps, size_t count, size_t n);
void sk_direct_f64(double *out, const double *in, const double *taps, size_t count, size_t n);

/// Floats as doubles, and doubles rounded to floats.
void sk_widen(double *out, const float *in, size_t n);
void sk_narrow(float *out, const double *in, size_t n);

#ifdef __cplusplus
}
#endif

#endif
