// The x86-64 baseline: 128 bits, multiplication and addition rounded apart.
#include "dither.h"
#include "kernels.h"

#if defined(__x86_64__)

#define SK_FMA(a, b, c) ((a) * (b) + (c))
#define SK_FEW_REGISTERS 1
#define SK_FLOAT_LANES 4
#define SK_DOUBLE_LANES 2
#define SK_FLOAT_COLUMNS 4
#define SK_DOUBLE_COLUMNS 2
#define SK_TABLE sk_kernels_sse2
#include "level_lanes.inc"

#endif
