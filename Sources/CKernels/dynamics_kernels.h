// The dynamics kernels of one instruction set. Nothing here is public.
#ifndef SWIFTLET_DYNAMICS_KERNELS_H
#define SWIFTLET_DYNAMICS_KERNELS_H

#include "include/CKernelsDynamics.h"

/// What works on levels, reductions and gains of one type.
#define SK_REDUCTION_KERNELS(T)                                                                                        \
  struct {                                                                                                             \
    void (*static_reduction)(T *, size_t, bool, const sk_dynamics_curve *);                                            \
    double (*smooth)(T *, size_t, double *, sk_one_pole, sk_one_pole);                                                 \
    void (*gain)(T *, size_t, sk_glide, sk_glide);                                                                       \
    void (*log2_all)(T *, size_t);                                                                                     \
    void (*exp2_all)(T *, size_t);                                                                                     \
  }

typedef struct {
  sk_signal (*level_f32)(double *, const float *, size_t, bool);
  sk_signal (*level_f64)(double *, const double *, size_t, bool);
  sk_signal (*mean_square_f32)(double *, const float *, size_t, double *, sk_one_pole, bool);
  sk_signal (*mean_square_f64)(double *, const double *, size_t, double *, sk_one_pole, bool);
  sk_signal (*apply_gain_f32)(float *, const float *, const double *, size_t, bool);
  sk_signal (*apply_gain_f64)(double *, const double *, const double *, size_t, bool);
  sk_signal (*apply_reduction_f32)(float *, const float *, const double *, size_t, sk_glide, sk_glide, bool);
  sk_signal (*apply_reduction_f64)(double *, const double *, const double *, size_t, sk_glide, sk_glide, bool);
  SK_REDUCTION_KERNELS(double) reductions;
} sk_dynamics_kernels;

/// Float samples in float.
typedef struct {
  sk_signal (*level)(float *, const float *, size_t, bool);
  sk_signal (*root_mean_square)(float *, const float *, size_t, double *, sk_one_pole, bool);
  sk_signal (*apply_gain)(float *, const float *, const float *, size_t, bool);
  sk_signal (*apply_reduction)(float *, const float *, const float *, size_t, sk_glide, sk_glide, bool);
  SK_REDUCTION_KERNELS(float) reductions;
} sk_single_dynamics_kernels;

#endif
