// The delay kernels of one instruction set. Nothing here is public.
#ifndef SWIFTLET_DELAY_KERNELS_H
#define SWIFTLET_DELAY_KERNELS_H

#include "include/CKernelsDelay.h"

typedef struct {
  void (*read)(double *, const double *, const double *, size_t, size_t);
  void (*places)(int32_t *, double *, const sk_delay_sweep *, size_t, size_t, size_t);
  void (*read_moving)(double *, const double *, const int32_t *, const double *, const double *, size_t);
  void (*crossfade)(double *, const double *, size_t, sk_glide);
  void (*feed_f32)(double *, const float *, const double *, size_t, sk_glide);
  void (*feed_f64)(double *, const double *, const double *, size_t, sk_glide);
  void (*mix_f32)(float *, const float *, const double *, size_t, sk_glide);
  void (*mix_f64)(double *, const double *, const double *, size_t, sk_glide);
  void (*accumulate_f32)(double *, const float *, size_t, double);
  void (*accumulate_f64)(double *, const double *, size_t, double);
} sk_delay_kernels;

#endif
