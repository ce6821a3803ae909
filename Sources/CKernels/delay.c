// The public functions of delay lines: flush denormals, call the current level.
#include "kernels.h"

#define SK_FLUSHED(call)                                                                                               \
  const sk_control_word word = sk_flush_denormals();                                                                   \
  sk_current_kernels()->call;                                                                                          \
  sk_restore_control(word)

void sk_delay_read(double *tap, const double *line, const double *coefficients, size_t taps, size_t n) {
  SK_FLUSHED(delay.read(tap, line, coefficients, taps, n));
}

void sk_delay_places(
  int32_t *places, double *fractions, const sk_delay_sweep *sweep, size_t write, size_t capacity, size_t n) {
  SK_FLUSHED(delay.places(places, fractions, sweep, write, capacity, n));
}

void sk_delay_read_moving(
  double *tap, const double *line, const int32_t *places, const double *fractions, const double *table, size_t n) {
  SK_FLUSHED(delay.read_moving(tap, line, places, fractions, table, n));
}

void sk_crossfade(double *a, const double *b, size_t n, sk_glide share) { SK_FLUSHED(delay.crossfade(a, b, n, share)); }

void sk_delay_feed_f32(double *line, const float *in, const double *tap, size_t n, sk_glide feedback) {
  SK_FLUSHED(delay.feed_f32(line, in, tap, n, feedback));
}

void sk_delay_feed_f64(double *line, const double *in, const double *tap, size_t n, sk_glide feedback) {
  SK_FLUSHED(delay.feed_f64(line, in, tap, n, feedback));
}

void sk_mix_wet_f32(float *out, const float *in, const double *wet, size_t n, sk_glide mix) {
  SK_FLUSHED(delay.mix_f32(out, in, wet, n, mix));
}

void sk_mix_wet_f64(double *out, const double *in, const double *wet, size_t n, sk_glide mix) {
  SK_FLUSHED(delay.mix_f64(out, in, wet, n, mix));
}

void sk_accumulate_f32(double *sum, const float *in, size_t n, double gain) {
  SK_FLUSHED(delay.accumulate_f32(sum, in, n, gain));
}

void sk_accumulate_f64(double *sum, const double *in, size_t n, double gain) {
  SK_FLUSHED(delay.accumulate_f64(sum, in, n, gain));
}
