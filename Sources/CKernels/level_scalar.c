// Plain C. On x86-64 once without fused multiply-add and, in level_scalar_fma.c, once with it.
#include "kernels.h"

#if defined(__aarch64__)
#define SK_FMA(a, b, c) __builtin_elementwise_fma(a, b, c)
#else
#define SK_FMA(a, b, c) ((a) * (b) + (c))
#endif
#define SK_TABLE sk_kernels_scalar
#include "level_scalar.inc"
