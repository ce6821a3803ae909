// Plain C with the scalar fused multiply-add of x86-64, so that the reference has the bits of the wide levels.
#include "dither.h"
#include "kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("fma"))), apply_to = function)
#define SK_FMA(a, b, c) __builtin_elementwise_fma(a, b, c)
#define SK_TABLE sk_kernels_scalar_fma
#include "level_scalar.inc"
#pragma clang attribute pop
#endif
