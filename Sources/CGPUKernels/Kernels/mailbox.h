// Words that a running kernel shares with the processor, at the scope of the whole system; the dialects' own words reach no further
// than the device.
#ifdef __OPENCL_VERSION__
  // A device that knows no wider scope than its own, and shares atomics with the processor all the same, is the processor.
  #if __OPENCL_C_VERSION__ == 200 || defined(__opencl_c_atomic_scope_all_devices)
    #define SYSTEM_SCOPE memory_scope_all_svm_devices
  #else
    #define SYSTEM_SCOPE memory_scope_device
  #endif
  #define LOAD_SYSTEM(p) \
    atomic_load_explicit((AtomicWord)(p), memory_order_acquire, SYSTEM_SCOPE)
  #define STORE_SYSTEM(p, v) \
    atomic_store_explicit((AtomicWord)(p), (v), memory_order_release, SYSTEM_SCOPE)
  #define FENCE_SYSTEM() \
    atomic_work_item_fence(CLK_GLOBAL_MEM_FENCE, memory_order_acq_rel, SYSTEM_SCOPE)
#else
DEVICE u32 load_system(volatile u32 *p) {
  u32 v;
  asm volatile("ld.acquire.sys.global.u32 %0, [%1];" : "=r"(v) : "l"((u32 *)p) : "memory");
  return v;
}
DEVICE void store_system(volatile u32 *p, u32 v) {
  asm volatile("st.release.sys.global.u32 [%0], %1;" ::"l"((u32 *)p), "r"(v) : "memory");
}
  #define LOAD_SYSTEM(p) load_system(p)
  #define STORE_SYSTEM(p, v) store_system((p), (v))
  #define FENCE_SYSTEM() __threadfence_system()
#endif

// The mailbox, in words; those that change often lie 16 words apart.
#define MAIL_REQUEST 0   // the number of the block that is asked for, counted from 1 and written last
#define MAIL_FRAMES 1    // its frames
#define MAIL_RESET 2     // whether it begins from silence
#define MAIL_STOP 16     // not 0: the kernel shall end
#define MAIL_HEART 32    // counted up while the kernel waits, by its first group
#define MAIL_OVERFLOW 48 // the number of the last block with a result that was not finite
#define MAIL_DONE 64     // for each group, 16 words apart: the number of the block that it has done
