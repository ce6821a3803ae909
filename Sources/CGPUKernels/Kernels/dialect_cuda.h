// The dialect table of the kernels for CUDA C++. dialect_opencl.h has the same names for OpenCL C.
// One group a multiprocessor at least: without a number the assembler aims at an occupancy for which it spills some registers.
#define KERNEL(threads) extern "C" __global__ void __launch_bounds__(threads, 1)
#define GLOBAL
#define LOCAL
#define SHARED __shared__
#define DEVICE static __device__ __forceinline__
#define THREAD ((int)threadIdx.x)
#define GROUP ((int)blockIdx.x)
#define GROUPS ((int)gridDim.x)
#define BARRIER() __syncthreads()
#define UNROLL _Pragma("unroll")
typedef unsigned int u32;
typedef long long i64;

DEVICE float fused(float a, float b, float c) { return __fmaf_rn(a, b, c); }
DEVICE double fused(double a, double b, double c) { return __fma_rn(a, b, c); }
#define FMA(a, b, c) fused(a, b, c)
DEVICE bool is_finite(float x) { return (__float_as_uint(x) & 0x7f800000u) != 0x7f800000u; }
DEVICE bool is_finite(double x) { return ((u32)__double2hiint(x) & 0x7ff00000u) != 0x7ff00000u; }
#define ISFINITE(x) is_finite(x)

#define ATOMIC_ADD(p, v) atomicAdd((u32 *)(p), (u32)(v))
#define ATOMIC_MAX(p, v) atomicMax((u32 *)(p), (u32)(v))
#define FENCE() __threadfence()
DEVICE void store_release(volatile u32 *p, u32 v) {
  asm volatile("st.release.gpu.global.u32 [%0], %1;" ::"l"((u32 *)p), "r"(v) : "memory");
}
DEVICE u32 load_acquire(volatile u32 *p) {
  u32 v;
  asm volatile("ld.acquire.gpu.global.u32 %0, [%1];" : "=r"(v) : "l"((u32 *)p) : "memory");
  return v;
}
#define STORE_RELEASE(p, v) store_release((p), (v))
#define LOAD_ACQUIRE(p) load_acquire(p)
#define LOAD_WORD(p) load_acquire(p)
#define STORE_WORD(p, v) store_release((p), (v))
#define BACK_OFF() __nanosleep(20)

DEVICE void put_shared_double(volatile double *base, i64 index, double value) {
  asm volatile("st.relaxed.gpu.global.f64 [%0], %1;" ::"l"((double *)base + index), "d"(value) : "memory");
}
DEVICE double get_shared_double(volatile double *base, i64 index) {
  double value;
  asm volatile("ld.relaxed.gpu.global.f64 %0, [%1];" : "=d"(value) : "l"((double *)base + index) : "memory");
  return value;
}

#define SHUFFLE_SCRATCH(type, count)
#define SHUFFLE_UP(target, source, count, distance) \
  do { \
    UNROLL for (int r_ = 0; r_ < (count); ++r_) \
      (target)[r_] = __shfl_up_sync(0xffffffffu, (source)[r_], (distance)); \
  } while (0)
