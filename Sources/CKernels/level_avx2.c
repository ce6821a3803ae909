// AVX2 with fused multiply-add: 256 bits.
#include "dither.h"
#include "kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define SK_FMA(a, b, c) __builtin_elementwise_fma(a, b, c)
#define SK_FEW_REGISTERS 1
#define SK_FLOAT_LANES 8
#define SK_DOUBLE_LANES 4
#define SK_FLOAT_COLUMNS 8
#define SK_DOUBLE_COLUMNS 4
#define SK_TABLE sk_kernels_avx2
#include "level_lanes.inc"
#pragma clang attribute pop
#endif
