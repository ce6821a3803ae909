// The cascade object: its memory, coefficients and state. The arithmetic is the kernels'.
#include "kernels.h"

#include <stdlib.h>

static size_t real_bytes(sk_precision precision) {
  return precision == SK_F32_SINGLE ? sizeof(float) : sizeof(double);
}

static size_t sample_bytes(sk_precision precision) { return precision == SK_F64 ? sizeof(double) : sizeof(float); }

/// Adds an array to a layout: returns false on overflow, else moves `*total` past it.
static bool reserve(size_t *total, size_t count, size_t rows, size_t size) {
  size_t bytes;
  if (__builtin_mul_overflow(count, rows, &bytes) || __builtin_mul_overflow(bytes, size, &bytes)) return false;
  if (bytes > SIZE_MAX - SK_ALIGNMENT) return false;
  return !__builtin_add_overflow(*total, sk_round_up(bytes, SK_ALIGNMENT), total);
}

sk_sos *sk_sos_create(size_t sections, size_t channels, sk_precision precision, sk_mode mode) {
  if ((unsigned)precision > SK_F64 || (unsigned)mode > SK_FAST) return NULL;
  // Beyond these no signal exists; below them the sums in this function cannot wrap.
  if (sections > SIZE_MAX / 1024 || channels > SIZE_MAX / 1024) return NULL;
  const sk_sos_kernels *kernels = &sk_current_kernels()->sos[precision];
  // A vector of 16 lanes that begins at any channel stays inside the row.
  const size_t stride = sk_round_up(channels, 16) + 16;
  const size_t rows = sk_state_rows(precision, sections);
  size_t bytes = sk_round_up(sizeof(sk_sos), SK_ALIGNMENT);
  const size_t coefficients_at = bytes;
  if (!reserve(&bytes, sections, 5, sizeof(double))) return NULL;
  const size_t state_at = bytes;
  if (!reserve(&bytes, stride, rows, real_bytes(precision))) return NULL;
  const size_t workspace_at = bytes;
  if (!reserve(&bytes, kernels->workspace_bytes(sections, channels, mode), 1, 1)) return NULL;

  unsigned char *memory = aligned_alloc(SK_ALIGNMENT, bytes);
  if (!memory) return NULL;
  memset(memory, 0, bytes);
  sk_sos *sos = (sk_sos *)(void *)memory;
  *sos = (sk_sos){
    .kernels = kernels, .sections = sections, .channels = channels, .stride = stride, .bytes = bytes,
    .precision = precision, .mode = mode, .coefficients = (double *)(void *)(memory + coefficients_at),
    .state = memory + state_at, .workspace = memory + workspace_at};
  for (size_t k = 0; k < sections; k++) sos->coefficients[5 * k] = 1;
  if (sections) kernels->prepare(sos, 0, sections);
  return sos;
}

void sk_sos_destroy(sk_sos *sos) { free(sos); }

size_t sk_sos_memory(const sk_sos *sos) { return sos->bytes; }

/// Re-expresses the state of a section in the shifted form whose offset changes: w2 - theta w1 stays what it was.
static void reshift(sk_sos *sos, size_t section, double change) {
  float *w1 = (float *)sos->state + 2 * section * sos->stride, *w2 = w1 + sos->stride;
  for (size_t c = 0; c < sos->channels; c++) w2[c] = (float)(w2[c] + change * w1[c]);
}

void sk_sos_set_sections(sk_sos *sos, size_t first, size_t count, const double *coefficients) {
  if (first > sos->sections || count > sos->sections - first || count == 0) return;
  double *c = sos->coefficients + 5 * first;
  if (sos->precision == SK_F32_SINGLE) {
    for (size_t k = 0; k < count; k++) {
      const double change = sk_shift_of(coefficients + 5 * k) - sk_shift_of(c + 5 * k);
      if (change != 0) reshift(sos, first + k, change);
    }
  }
  memmove(c, coefficients, 5 * count * sizeof(double));
  sos->kernels->prepare(sos, first, count);
}

void sk_sos_reset(sk_sos *sos) {
  memset(sos->state, 0, sk_state_rows(sos->precision, sos->sections) * sos->stride * real_bytes(sos->precision));
}

size_t sk_sos_state_count(const sk_sos *sos) { return sk_state_rows(sos->precision, sos->sections) * sos->channels; }

void sk_sos_get_state(const sk_sos *sos, double *state) {
  const size_t rows = sk_state_rows(sos->precision, sos->sections);
  for (size_t r = 0; r < rows; r++)
    for (size_t c = 0; c < sos->channels; c++) {
      const size_t i = r * sos->stride + c;
      *state++ = sos->precision == SK_F32_SINGLE ? ((const float *)sos->state)[i] : ((const double *)sos->state)[i];
    }
}

void sk_sos_set_state(sk_sos *sos, const double *state) {
  const size_t rows = sk_state_rows(sos->precision, sos->sections);
  for (size_t r = 0; r < rows; r++)
    for (size_t c = 0; c < sos->channels; c++) {
      const size_t i = r * sos->stride + c;
      if (sos->precision == SK_F32_SINGLE) ((float *)sos->state)[i] = (float)*state++;
      else ((double *)sos->state)[i] = *state++;
    }
}

void sk_sos_process(
  sk_sos *sos, const void *const *in, ptrdiff_t in_offset, void *const *out, ptrdiff_t out_offset, size_t frames) {
  if (frames == 0) return;
  if (sos->sections == 0) {
    const size_t size = sample_bytes(sos->precision);
    for (size_t c = 0; c < sos->channels; c++) {
      const unsigned char *source = (const unsigned char *)in[c] + in_offset * (ptrdiff_t)size;
      unsigned char *target = (unsigned char *)out[c] + out_offset * (ptrdiff_t)size;
      if (source != target) memmove(target, source, frames * size);
    }
    return;
  }
  const sk_control_word word = sk_flush_denormals();
  sos->kernels->process(sos, in, in_offset, out, out_offset, frames);
  sk_restore_control(word);
}

const char *sk_sos_algorithm(const sk_sos *sos, size_t frames) {
  return sos->sections == 0 || sos->channels == 0 ? "copy" : sos->kernels->algorithm(sos, frames);
}
