// The public functions of dynamics: flush denormals, call the current level.
#include "kernels.h"

#define SK_FLUSHED(call)                                                                                               \
  const sk_control_word word = sk_flush_denormals();                                                                   \
  const sk_signal met = sk_current_kernels()->call;                                                                    \
  sk_restore_control(word);                                                                                            \
  return met

#define SK_PUBLIC(T, suffix)                                                                                           \
  sk_signal sk_level_##suffix(double *level, const T *in, size_t n, bool louder) {                                     \
    SK_FLUSHED(dynamics.level_##suffix(level, in, n, louder));                                                         \
  }                                                                                                                    \
  sk_signal sk_mean_square_##suffix(                                                                                   \
    double *level, const T *in, size_t n, double *state, sk_one_pole window, bool louder) {                            \
    SK_FLUSHED(dynamics.mean_square_##suffix(level, in, n, state, window, louder));                                    \
  }                                                                                                                    \
  sk_signal sk_apply_gain_##suffix(T *out, const T *in, const double *gain, size_t n, bool finite) {                   \
    SK_FLUSHED(dynamics.apply_gain_##suffix(out, in, gain, n, finite));                                                \
  }                                                                                                                    \
  sk_signal sk_apply_reduction_##suffix(                                                                               \
    T *out, const T *in, const double *reduction, size_t n, sk_glide makeup, sk_glide mix, bool finite) {              \
    SK_FLUSHED(dynamics.apply_reduction_##suffix(out, in, reduction, n, makeup, mix, finite));                         \
  }

SK_PUBLIC(float, f32)
SK_PUBLIC(double, f64)

#define SK_REDUCTIONS(T, kernels, suffix)                                                                              \
  void sk_static_reduction##suffix(T *level, size_t n, bool is_square, const sk_dynamics_curve *curve) {               \
    const sk_control_word word = sk_flush_denormals();                                                                 \
    sk_current_kernels()->kernels.reductions.static_reduction(level, n, is_square, curve);                             \
    sk_restore_control(word);                                                                                          \
  }                                                                                                                    \
  double sk_smooth_reduction##suffix(                                                                                  \
    T *reduction, size_t n, double *state, sk_one_pole attack, sk_one_pole release) {                                  \
    const sk_control_word word = sk_flush_denormals();                                                                 \
    const double largest = sk_current_kernels()->kernels.reductions.smooth(reduction, n, state, attack, release);      \
    sk_restore_control(word);                                                                                          \
    return largest;                                                                                                    \
  }                                                                                                                    \
  void sk_reduction_gain##suffix(T *reduction, size_t n, sk_glide makeup, sk_glide mix) {                                \
    const sk_control_word word = sk_flush_denormals();                                                                 \
    sk_current_kernels()->kernels.reductions.gain(reduction, n, makeup, mix);                                          \
    sk_restore_control(word);                                                                                          \
  }                                                                                                                    \
  void sk_log2##suffix(T *values, size_t n) {                                                                          \
    const sk_control_word word = sk_flush_denormals();                                                                 \
    sk_current_kernels()->kernels.reductions.log2_all(values, n);                                                      \
    sk_restore_control(word);                                                                                          \
  }                                                                                                                    \
  void sk_exp2##suffix(T *values, size_t n) {                                                                          \
    const sk_control_word word = sk_flush_denormals();                                                                 \
    sk_current_kernels()->kernels.reductions.exp2_all(values, n);                                                      \
    sk_restore_control(word);                                                                                          \
  }

SK_REDUCTIONS(double, dynamics, )
SK_REDUCTIONS(float, single_dynamics, _single)

sk_signal sk_level_single(float *level, const float *in, size_t n, bool louder) {
  SK_FLUSHED(single_dynamics.level(level, in, n, louder));
}

sk_signal sk_root_mean_square_single(
  float *level, const float *in, size_t n, double *state, sk_one_pole window, bool louder) {
  SK_FLUSHED(single_dynamics.root_mean_square(level, in, n, state, window, louder));
}

sk_signal sk_apply_gain_single(float *out, const float *in, const float *gain, size_t n, bool finite) {
  SK_FLUSHED(single_dynamics.apply_gain(out, in, gain, n, finite));
}

sk_signal sk_apply_reduction_single(
  float *out, const float *in, const float *reduction, size_t n, sk_glide makeup, sk_glide mix, bool finite) {
  SK_FLUSHED(single_dynamics.apply_reduction(out, in, reduction, n, makeup, mix, finite));
}

void sk_reduction_go_on(double *state, const double *from, sk_one_pole attack) {
  // Inputs, held values, results: eight each, the newest last (dynamics.inc). An input that was held for ever, and results that
  // lead from there to the newest one by the recursion of the attack; a fast one has forgotten them before it is heard.
  const double held = from[15], pole = attack.pole;
  double result = from[23];
  for (size_t i = 8; i-- > 0;) {
    state[i] = state[8 + i] = held;
    state[16 + i] = result;
    if (pole >= 0.5) result = held + (result - held) / pole;
  }
}

void sk_mean_square_go_on(double *state, const double *from) {
  const double mean = from[SK_MEAN_SQUARE_STATE - 1];
  for (size_t i = 0; i < SK_MEAN_SQUARE_STATE; i++) state[i] = mean;
}
