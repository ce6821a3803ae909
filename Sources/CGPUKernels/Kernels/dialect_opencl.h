// The dialect table of the kernels for OpenCL C 1.2 and later. dialect_cuda.h has the same names for CUDA C++.
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#define KERNEL(threads) __kernel __attribute__((reqd_work_group_size(threads, 1, 1))) void
#define GLOBAL __global
#define LOCAL __local
#define SHARED __local
#define DEVICE static inline
#define THREAD ((int)get_local_id(0))
#define GROUP ((int)get_group_id(0))
#define GROUPS ((int)get_num_groups(0))
#define BARRIER() barrier(CLK_LOCAL_MEM_FENCE)
// Unrolling what a GPU keeps in registers multiplies the time that a compiler for processors takes.
#define UNROLL _Pragma("nounroll")
#define FMA(a, b, c) fma(a, b, c)
#define ISFINITE(x) isfinite(x)
typedef uint u32;
typedef long i64;

#if __OPENCL_C_VERSION__ >= 200 && !defined(OLD_ATOMICS)
  typedef volatile GLOBAL atomic_uint *AtomicWord;
  #define ATOMIC_ADD(p, v) \
    atomic_fetch_add_explicit((AtomicWord)(p), (u32)(v), memory_order_relaxed, memory_scope_device)
  #define ATOMIC_MAX(p, v) \
    atomic_fetch_max_explicit((AtomicWord)(p), (u32)(v), memory_order_relaxed, memory_scope_device)
  #define STORE_RELEASE(p, v) \
    atomic_store_explicit((AtomicWord)(p), (v), memory_order_release, memory_scope_device)
  #define LOAD_ACQUIRE(p) atomic_load_explicit((AtomicWord)(p), memory_order_acquire, memory_scope_device)
  #define LOAD_WORD(p) atomic_load_explicit((AtomicWord)(p), memory_order_relaxed, memory_scope_device)
  #define STORE_WORD(p, v) atomic_store_explicit((AtomicWord)(p), (v), memory_order_relaxed, memory_scope_device)
  #define FENCE() atomic_work_item_fence(CLK_GLOBAL_MEM_FENCE, memory_order_acq_rel, memory_scope_device)
#else
  #define ATOMIC_ADD(p, v) atomic_add((p), (u32)(v))
  #define ATOMIC_MAX(p, v) atomic_max((p), (u32)(v))
  #define FENCE() mem_fence(CLK_GLOBAL_MEM_FENCE)
  #define STORE_RELEASE(p, v) do { FENCE(); atomic_xchg((p), (v)); } while (0)
  DEVICE u32 load_acquire(volatile GLOBAL u32 *p) { u32 v = atomic_or(p, 0u); FENCE(); return v; }
  #define LOAD_ACQUIRE(p) load_acquire(p)
  #define LOAD_WORD(p) atomic_or((p), 0u)
  #define STORE_WORD(p, v) atomic_xchg((p), (v))
#endif
#define BACK_OFF()

// What groups hand to one another goes through relaxed atomic words, so that no race is left to a compiler's mercy.
DEVICE void put_shared_double(volatile GLOBAL double *base, i64 index, double value) {
  volatile GLOBAL u32 *words = (volatile GLOBAL u32 *)(base + index);
  const uint2 pair = as_uint2(value);
  STORE_WORD(words, pair.x);
  STORE_WORD(words + 1, pair.y);
}
DEVICE double get_shared_double(volatile GLOBAL double *base, i64 index) {
  volatile GLOBAL u32 *words = (volatile GLOBAL u32 *)(base + index);
  uint2 pair;
  pair.x = LOAD_WORD(words);
  pair.y = LOAD_WORD(words + 1);
  return as_double(pair);
}

// A shuffle inside a logical warp of 32 threads, by way of local memory; in group-uniform flow only.
#define SHUFFLE_SCRATCH(type, count) __local type shuffle_scratch[count];
#define SHUFFLE_UP(target, source, count, distance) \
  do { \
    UNROLL for (int r_ = 0; r_ < (count); ++r_) shuffle_scratch[r_ * THREADS + thread] = (source)[r_]; \
    BARRIER(); \
    { \
      const int from_ = lane >= (distance) ? thread - (distance) : thread; \
      UNROLL for (int r_ = 0; r_ < (count); ++r_) (target)[r_] = shuffle_scratch[r_ * THREADS + from_]; \
    } \
    BARRIER(); \
  } while (0)
