// The public functions of convolution: flush denormals, call the level.
#include "kernels.h"

#include <stdlib.h>

sk_transform *sk_transform_create(size_t frames, bool is_double) {
  if (frames < SK_TRANSFORM_MINIMUM || frames > SK_TRANSFORM_MAXIMUM || (frames & (frames - 1))) return NULL;
  const sk_kernels *kernels = sk_current_kernels();
  const size_t points = frames / 2;
  const size_t count =
    is_double ? kernels->convolve_f64.table_count(points) : kernels->convolve_f32.table_count(points);
  const size_t header = sk_round_up(sizeof(sk_transform), SK_ALIGNMENT);
  const size_t bytes = sk_round_up(header + count * (is_double ? sizeof(double) : sizeof(float)), SK_ALIGNMENT);
  sk_transform *transform = aligned_alloc(SK_ALIGNMENT, bytes);
  if (!transform) return NULL;
  *transform = (sk_transform){kernels, points, is_double, (unsigned char *)transform + header};
  is_double ? kernels->convolve_f64.fill_tables(transform) : kernels->convolve_f32.fill_tables(transform);
  return transform;
}

void sk_transform_destroy(sk_transform *transform) { free(transform); }

#define SK_PUBLIC(T, suffix)                                                                                           \
  void sk_transform_forward_##suffix(const sk_transform *transform, const T *in, T *spectrum) {                        \
    const sk_control_word word = sk_flush_denormals();                                                                 \
    transform->kernels->convolve_##suffix.forward(transform, in, spectrum);                                            \
    sk_restore_control(word);                                                                                          \
  }                                                                                                                    \
  void sk_transform_inverse_##suffix(const sk_transform *transform, T *spectrum, T *out) {                             \
    const sk_control_word word = sk_flush_denormals();                                                                 \
    transform->kernels->convolve_##suffix.inverse(transform, spectrum, out);                                           \
    sk_restore_control(word);                                                                                          \
  }                                                                                                                    \
  void sk_transform_convolve_##suffix(                                                                                 \
    const sk_transform *transform, const T *in, const T *response, T *scratch, T *out, size_t first) {                 \
    const sk_control_word word = sk_flush_denormals();                                                                 \
    transform->kernels->convolve_##suffix.convolve(transform, in, response, scratch, out, first);                      \
    sk_restore_control(word);                                                                                          \
  }                                                                                                                    \
  void sk_spectrum_accumulate_##suffix(                                                                                \
    T *sum, const T *const *signals, const T *const *responses, size_t count, size_t frames, bool fresh) {             \
    const sk_control_word word = sk_flush_denormals();                                                                 \
    sk_current_kernels()->convolve_##suffix.accumulate(sum, signals, responses, count, frames / 2, fresh);             \
    sk_restore_control(word);                                                                                          \
  }                                                                                                                    \
  void sk_direct_##suffix(T *out, const T *in, const T *taps, size_t count, size_t n) {                                \
    const sk_control_word word = sk_flush_denormals();                                                                 \
    sk_current_kernels()->convolve_##suffix.direct(out, in, taps, count, n);                                           \
    sk_restore_control(word);                                                                                          \
  }

SK_PUBLIC(float, f32)
SK_PUBLIC(double, f64)

void sk_widen(double *out, const float *in, size_t n) { sk_current_kernels()->widen(out, in, n); }

void sk_narrow(float *out, const double *in, size_t n) {
  const sk_control_word word = sk_flush_denormals();
  sk_current_kernels()->narrow(out, in, n);
  sk_restore_control(word);
}
