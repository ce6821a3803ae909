// The public sample-wise functions: flush denormals, call the current level.
#include "dither.h"
#include "kernels.h"

#define SK_PUBLIC(T, suffix)                                                                                           \
  size_t sk_sanitize_##suffix(T *out, const T *in, size_t n) {                                                         \
    return sk_current_kernels()->suffix.sanitize(out, in, n);                                                          \
  }                                                                                                                    \
  size_t sk_first_nonfinite_##suffix(const T *in, size_t n) {                                                          \
    return sk_current_kernels()->suffix.first_nonfinite(in, n);                                                        \
  }                                                                                                                    \
  void sk_gain_##suffix(T *out, const T *in, size_t n, double gain) {                                                  \
    const sk_control_word word = sk_flush_denormals();                                                                 \
    sk_current_kernels()->suffix.gain(out, in, n, gain);                                                               \
    sk_restore_control(word);                                                                                          \
  }                                                                                                                    \
  void sk_gain_ramp_##suffix(T *out, const T *in, size_t n, double start, double step, uint64_t index) {               \
    const sk_control_word word = sk_flush_denormals();                                                                 \
    sk_current_kernels()->suffix.gain_ramp(out, in, n, start, step, index);                                            \
    sk_restore_control(word);                                                                                          \
  }                                                                                                                    \
  void sk_add_##suffix(T *out, const T *in, size_t n) {                                                                \
    const sk_control_word word = sk_flush_denormals();                                                                 \
    sk_current_kernels()->suffix.add(out, in, n);                                                                      \
    sk_restore_control(word);                                                                                          \
  }                                                                                                                    \
  void sk_mix_##suffix(T *out, const T *in, size_t n, double gain) {                                                   \
    const sk_control_word word = sk_flush_denormals();                                                                 \
    sk_current_kernels()->suffix.mix(out, in, n, gain);                                                                \
    sk_restore_control(word);                                                                                          \
  }                                                                                                                    \
  T sk_peak_##suffix(const T *in, size_t n) {                                                                          \
    const sk_control_word word = sk_flush_denormals();                                                                 \
    const T peak = sk_current_kernels()->suffix.peak(in, n);                                                           \
    sk_restore_control(word);                                                                                          \
    return peak;                                                                                                       \
  }                                                                                                                    \
  double sk_sum_squares_##suffix(const T *in, size_t n) {                                                              \
    const sk_control_word word = sk_flush_denormals();                                                                 \
    const double sum = sk_current_kernels()->suffix.sum_squares(in, n);                                                \
    sk_restore_control(word);                                                                                          \
    return sum;                                                                                                        \
  }                                                                                                                    \
  bool sk_pcm_to_##suffix(                                                                                             \
    sk_pcm_format format, const void *interleaved, size_t channels, void *const *out, ptrdiff_t out_offset,            \
    size_t frames) {                                                                                                   \
    if (sk_pcm_bytes(format) == 0) return false;                                                                       \
    const sk_control_word word = sk_flush_denormals();                                                                 \
    const bool known = sk_current_kernels()->suffix.from_pcm(format, interleaved, channels, out, out_offset, frames);  \
    sk_restore_control(word);                                                                                          \
    return known;                                                                                                      \
  }                                                                                                                    \
  size_t sk_pcm_from_##suffix(                                                                                         \
    sk_pcm_format format, void *interleaved, size_t channels, const void *const *in, ptrdiff_t in_offset,              \
    size_t frames, sk_dither *dither) {                                                                                \
    if (sk_pcm_bytes(format) == 0) return 0;                                                                           \
    const sk_control_word word = sk_flush_denormals();                                                                 \
    const size_t clipped =                                                                                             \
      sk_current_kernels()->suffix.to_pcm(format, interleaved, channels, in, in_offset, frames, dither);               \
    sk_restore_control(word);                                                                                          \
    return clipped;                                                                                                    \
  }

SK_PUBLIC(float, f32)
SK_PUBLIC(double, f64)

size_t sk_pcm_bytes(sk_pcm_format format) {
  switch (format) {
  case SK_PCM_S16: return 2;
  case SK_PCM_S24: return 3;
  case SK_PCM_S32: return 4;
  case SK_PCM_F32: return 4;
  case SK_PCM_F64: return 8;
  default: return 0;
  }
}

void sk_dither_seed(sk_dither *streams, size_t channels, uint64_t seed) {
  // Twice mixed, so that neighbouring seeds and channels begin far apart on the counter's circle.
  for (size_t c = 0; c < channels; c++) streams[c].counter = sk_mix_bits(sk_mix_bits(seed) + SK_DITHER_STEP * (c + 1));
}
