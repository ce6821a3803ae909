// The dynamics kernels of one instruction set. Nothing here is public.
#ifndef SWIFTLET_DYNAMICS_KERNELS_H
#define SWIFTLET_DYNAMICS_KERNELS_H

#include "include/CKernelsDynamics.h"

typedef struct {
  void (*level_f32)(double *, const float *, size_t, bool);
  void (*level_f64)(double *, const double *, size_t, bool);
  void (*mean_square_f32)(double *, const float *, size_t, double *, sk_one_pole, bool);
  void (*mean_square_f64)(double *, const double *, size_t, double *, sk_one_pole, bool);
  void (*static_reduction)(double *, size_t, bool, const sk_dynamics_curve *);
  double (*smooth_reduction)(double *, size_t, double *, sk_one_pole, sk_one_pole);
  void (*reduction_gain)(double *, size_t, sk_ramp, sk_ramp);
  void (*apply_gain_f32)(float *, const float *, const double *, size_t);
  void (*apply_gain_f64)(double *, const double *, const double *, size_t);
  void (*log2_all)(double *, size_t);
  void (*exp2_all)(double *, size_t);
} sk_dynamics_kernels;

#endif
