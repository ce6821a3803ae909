// The public functions of dynamics: flush denormals, call the current level.
#include "kernels.h"

#define SK_FLUSHED(call)                                                                                               \
  const sk_control_word word = sk_flush_denormals();                                                                   \
  sk_current_kernels()->dynamics.call;                                                                                 \
  sk_restore_control(word)

#define SK_PUBLIC(T, suffix)                                                                                           \
  void sk_level_##suffix(double *level, const T *in, size_t n, bool louder) {                                          \
    SK_FLUSHED(level_##suffix(level, in, n, louder));                                                                  \
  }                                                                                                                    \
  void sk_mean_square_##suffix(                                                                                        \
    double *level, const T *in, size_t n, double *state, sk_one_pole window, bool louder) {                            \
    SK_FLUSHED(mean_square_##suffix(level, in, n, state, window, louder));                                             \
  }                                                                                                                    \
  void sk_apply_gain_##suffix(T *out, const T *in, const double *gain, size_t n) {                                     \
    SK_FLUSHED(apply_gain_##suffix(out, in, gain, n));                                                                 \
  }

SK_PUBLIC(float, f32)
SK_PUBLIC(double, f64)

void sk_static_reduction(double *level, size_t n, bool is_square, const sk_dynamics_curve *curve) {
  SK_FLUSHED(static_reduction(level, n, is_square, curve));
}

double sk_smooth_reduction(double *reduction, size_t n, double *state, sk_one_pole attack, sk_one_pole release) {
  const sk_control_word word = sk_flush_denormals();
  const double largest = sk_current_kernels()->dynamics.smooth_reduction(reduction, n, state, attack, release);
  sk_restore_control(word);
  return largest;
}

void sk_reduction_gain(double *reduction, size_t n, sk_ramp makeup, sk_ramp mix) {
  SK_FLUSHED(reduction_gain(reduction, n, makeup, mix));
}

void sk_log2(double *values, size_t n) { SK_FLUSHED(log2_all(values, n)); }
void sk_exp2(double *values, size_t n) { SK_FLUSHED(exp2_all(values, n)); }
