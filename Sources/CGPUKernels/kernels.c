#include "CGPUKernels.h"

#include <string.h>

// C23, and the compiler's own extension before it.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const char dialect_opencl[] = {
#embed "Kernels/dialect_opencl.h"
  , 0};
static const char dialect_cuda[] = {
#embed "Kernels/dialect_cuda.h"
  , 0};
static const char launch_control[] = {
#embed "Kernels/launch_control.h"
  , 0};
static const char sos_tables[] = {
#embed "Kernels/sos_tables.h"
  , 0};
static const char sos_scan[] = {
#embed "Kernels/sos_scan.h"
  , 0};
static const char sos_carry[] = {
#embed "Kernels/sos_carry.h"
  , 0};
static const char sos_sequential[] = {
#embed "Kernels/sos_sequential.h"
  , 0};
static const char mix[] = {
#embed "Kernels/mix.h"
  , 0};
static const char gain[] = {
#embed "Kernels/gain.h"
  , 0};
static const char fir[] = {
#embed "Kernels/fir.h"
  , 0};
static const char compressor_math[] = {
#embed "Kernels/compressor_math.h"
  , 0};
static const char compressor_envelope[] = {
#embed "Kernels/compressor_envelope.h"
  , 0};
static const char compressor_gain[] = {
#embed "Kernels/compressor_gain.h"
  , 0};
static const char global_barrier[] = {
#embed "Kernels/global_barrier.h"
  , 0};
static const char convolution[] = {
#embed "Kernels/convolution.h"
  , 0};
static const char echo[] = {
#embed "Kernels/echo.h"
  , 0};
static const char self_test[] = {
#embed "Kernels/self_test.h"
  , 0};

static const char f32x1_ptx[] = {
#embed "PTX/f32x1.ptx"
  , 0};
static const char f32x2_ptx[] = {
#embed "PTX/f32x2.ptx"
  , 0};
static const char f32x4_ptx[] = {
#embed "PTX/f32x4.ptx"
  , 0};
static const char f64x1_ptx[] = {
#embed "PTX/f64x1.ptx"
  , 0};
static const char f64x2_ptx[] = {
#embed "PTX/f64x2.ptx"
  , 0};
static const char f32basic_ptx[] = {
#embed "PTX/f32basic.ptx"
  , 0};
static const char f64basic_ptx[] = {
#embed "PTX/f64basic.ptx"
  , 0};

static const struct { const char *name, *text; } files[] = {
  {"dialect_opencl", dialect_opencl}, {"dialect_cuda", dialect_cuda}, {"launch_control", launch_control},
  {"sos_tables", sos_tables}, {"sos_scan", sos_scan}, {"sos_carry", sos_carry}, {"sos_sequential", sos_sequential},
  {"mix", mix}, {"gain", gain}, {"fir", fir}, {"self_test", self_test},
  {"compressor_math", compressor_math}, {"compressor_envelope", compressor_envelope},
  {"compressor_gain", compressor_gain}, {"global_barrier", global_barrier}, {"convolution", convolution}, {"echo", echo},
  {"f32x1.ptx", f32x1_ptx}, {"f32x2.ptx", f32x2_ptx}, {"f32x4.ptx", f32x4_ptx},
  {"f64x1.ptx", f64x1_ptx}, {"f64x2.ptx", f64x2_ptx}, {"f32basic.ptx", f32basic_ptx}, {"f64basic.ptx", f64basic_ptx},
};

const char *gk_text(const char *name) {
  for (size_t i = 0; i < sizeof files / sizeof *files; ++i) {
    if (strcmp(files[i].name, name) == 0) return files[i].text;
  }
  return NULL;
}
