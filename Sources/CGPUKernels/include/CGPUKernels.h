/// The text of the GPU kernels, and their PTX for NVIDIA, as they lie in `Kernels` and `PTX`.
#ifndef SWIFTLET_GPU_KERNELS_H
#define SWIFTLET_GPU_KERNELS_H

#include <stddef.h>

/// The text of a file of the kernels, ended by a zero byte; NULL for an unknown name. `dialect_cuda`, say, or `f32x4.ptx`.
const char *gk_text(const char *name);

#endif
