// arm64: 128 bits; fused multiply-add is part of the baseline.
#include "dither.h"
#include "kernels.h"

#if defined(__aarch64__)

#define SK_FMA(a, b, c) __builtin_elementwise_fma(a, b, c)
#define SK_FEW_REGISTERS 0
#define SK_FLOAT_LANES 4
#define SK_DOUBLE_LANES 2
#define SK_FLOAT_COLUMNS 4
#define SK_DOUBLE_COLUMNS 2
#define SK_TABLE sk_kernels_neon
#include "level_lanes.inc"

#endif
