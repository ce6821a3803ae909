// A barrier after which the threads of a group see what each wrote to global memory.
#ifdef __OPENCL_VERSION__
  #define GLOBAL_BARRIER() barrier(CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE)
#else
  #define GLOBAL_BARRIER() __syncthreads()
#endif
