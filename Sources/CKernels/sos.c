// The cascade object: its memory, coefficients and state. The arithmetic is the kernels'.
#include "kernels.h"

#include <stdlib.h>

static size_t real_bytes(sk_precision precision) {
  return precision == SK_F32_SINGLE ? sizeof(float) : sizeof(double);
}

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
  const sk_sos_kernels *table = sk_cascade_kernels(sections, channels, precision);
  const sk_sos_kernels *shifted = &table[precision];
  const sk_sos_kernels *plain = precision == SK_F32_SINGLE ? &table[SK_PLAIN_SINGLE] : shifted;
  // A vector of 16 lanes that begins at any channel stays inside the row.
  const size_t stride = sk_round_up(channels, 16) + 16;
  const size_t rows = sk_state_rows(sections);
  size_t bytes = sk_round_up(sizeof(sk_sos), SK_ALIGNMENT);
  const size_t coefficients_at = bytes;
  if (!reserve(&bytes, sections, 5, sizeof(double))) return NULL;
  const size_t state_at = bytes;
  if (!reserve(&bytes, stride, rows, real_bytes(precision))) return NULL;
  const size_t workspace_at = bytes;
  const size_t plain_bytes = plain->workspace_bytes(sections, channels, mode);
  const size_t shifted_bytes = shifted->workspace_bytes(sections, channels, mode);
  if (!reserve(&bytes, plain_bytes > shifted_bytes ? plain_bytes : shifted_bytes, 1, 1)) return NULL;

  unsigned char *memory = aligned_alloc(SK_ALIGNMENT, bytes);
  if (!memory) return NULL;
  memset(memory, 0, bytes);
  sk_sos *sos = (sk_sos *)(void *)memory;
  *sos = (sk_sos){
    .kernels = plain, .sections = sections, .channels = channels, .stride = stride, .bytes = bytes,
    .precision = precision, .mode = mode, .forms = {plain, shifted},
    .coefficients = (double *)(void *)(memory + coefficients_at), .state = memory + state_at,
    .workspace = memory + workspace_at};
  for (size_t k = 0; k < sections; k++) sos->coefficients[5 * k] = 1;
  if (sections) plain->prepare(sos, 0, sections);
  return sos;
}

void sk_sos_destroy(sk_sos *sos) { free(sos); }

size_t sk_sos_memory(const sk_sos *sos) { return sos->bytes; }

// MARK: - The form of float arithmetic
//
// The plain form is the faster one, and float holds it for poles that keep their distance from the unit circle. A
// cascade whose sections need the shifted form changes to it with its state. The way back needs outputs that the
// shifted form does not keep, so that it waits for silence: the next reset.

/// The relative error that the plain form makes of a section, squared, in units of the coefficients' rounding: 1 /
/// |A|^2 at its smallest on the unit circle, where the rounding of a1 and a2 moves the output most.
static double plain_error(const double *c) {
  const double a1 = c[3], a2 = c[4];
  if (!(fabs(a2) < 1)) return INFINITY;
  const double at_zero = 1 + a1 + a2, at_nyquist = 1 - a1 + a2;
  double smallest = fmin(at_zero * at_zero, at_nyquist * at_nyquist);
  // |A|^2 = 1 + a1^2 + a2^2 + 2 a1 (1 + a2) cos w + 2 a2 cos 2w, between its ends stationary at one cosine.
  const double turn = a2 != 0 ? -a1 * (1 + a2) / (4 * a2) : 2;
  if (fabs(turn) < 1)
    smallest = fmin(smallest, 1 + a1 * a1 + a2 * a2 + 2 * a1 * (1 + a2) * turn + 2 * a2 * (2 * turn * turn - 1));
  return smallest > 0 ? 1 / smallest : INFINITY;
}

/// Whether the plain form in float stays near -100 dB of error or better.
static bool plain_holds(const sk_sos *sos) {
  if (sos->precision != SK_F32_SINGLE) return true;
  double error = 0;
  for (size_t k = 0; k < sos->sections; k++) error += plain_error(sos->coefficients + 5 * k);
  return error * 0x1p-50 < 1e-10;
}

static size_t state_values(const sk_sos *sos) { return sk_state_rows(sos->sections) * sos->stride; }

/// Whether the padding aside every value of a float state is zero.
static bool is_silent(const sk_sos *sos) {
  const float *state = sos->state;
  for (size_t r = 0; r < sk_state_rows(sos->sections); r++)
    for (size_t c = 0; c < sos->channels; c++)
      if (state[r * sos->stride + c] != 0) return false;
  return true;
}

/// The state of the shifted form from the last inputs and outputs: w1 = s1, w2 = s2 + theta s1 with the state s of the
/// transposed direct form 2.
static void shift_state(sk_sos *sos) {
  float *state = sos->state;
  const size_t stride = sos->stride;
  for (size_t k = 0; k < sos->sections; k++) {
    const double *a = sos->coefficients + 5 * k;
    float *row = state + 2 * k * stride;
    for (size_t c = 0; c < sos->channels; c++) {
      const double x1 = row[c], x2 = row[stride + c], y1 = row[2 * stride + c], y2 = row[3 * stride + c];
      const double s1 = a[1] * x1 + a[2] * x2 - a[3] * y1 - a[4] * y2, s2 = a[2] * x1 - a[4] * y1;
      // The next section reads y1 and y2 as its inputs: only rows before them are overwritten.
      row[c] = (float)s1;
      row[stride + c] = (float)(s2 + sk_shift_of(a) * s1);
    }
  }
  memset(state + 2 * sos->sections * stride, 0, 2 * stride * sizeof(float));
}

/// Re-expresses the state of a section in the shifted form whose offset changes: w2 - theta w1 stays what it was.
static void reshift(sk_sos *sos, size_t section, double change) {
  float *w1 = (float *)sos->state + 2 * section * sos->stride, *w2 = w1 + sos->stride;
  for (size_t c = 0; c < sos->channels; c++) w2[c] = (float)(w2[c] + change * w1[c]);
}

/// Runs the plain form from now on where the sections and the state allow, the shifted one otherwise; returns whether
/// that is a change.
static bool choose_form(sk_sos *sos) {
  const bool shifted = !plain_holds(sos) || (sos->shifted && !is_silent(sos));
  if (shifted == sos->shifted) return false;
  if (shifted) shift_state(sos);
  else memset(sos->state, 0, state_values(sos) * sizeof(float));
  sos->shifted = shifted;
  sos->kernels = sos->forms[shifted];
  sos->kernels->prepare(sos, 0, sos->sections);
  return true;
}

void sk_sos_set_sections(sk_sos *sos, size_t first, size_t count, const double *coefficients) {
  if (first > sos->sections || count > sos->sections - first || count == 0) return;
  double *c = sos->coefficients + 5 * first;
  if (sos->shifted) {
    for (size_t k = 0; k < count; k++) {
      const double change = sk_shift_of(coefficients + 5 * k) - sk_shift_of(c + 5 * k);
      if (change != 0) reshift(sos, first + k, change);
    }
  }
  memmove(c, coefficients, 5 * count * sizeof(double));
  if (!choose_form(sos)) sos->kernels->prepare(sos, first, count);
}

void sk_sos_reset(sk_sos *sos) {
  memset(sos->state, 0, state_values(sos) * real_bytes(sos->precision));
  if (sos->shifted) choose_form(sos);
}

/// The form stands before a float state.
size_t sk_sos_state_count(const sk_sos *sos) {
  const size_t values = sk_state_rows(sos->sections) * sos->channels;
  return sos->precision == SK_F32_SINGLE && values ? 1 + values : values;
}

void sk_sos_get_state(const sk_sos *sos, double *state) {
  if (sk_sos_state_count(sos) == 0) return;
  if (sos->precision == SK_F32_SINGLE) *state++ = sos->shifted && !is_silent(sos);
  const size_t rows = sk_state_rows(sos->sections);
  for (size_t r = 0; r < rows; r++)
    for (size_t c = 0; c < sos->channels; c++) {
      const size_t i = r * sos->stride + c;
      *state++ = sos->precision == SK_F32_SINGLE ? ((const float *)sos->state)[i] : ((const double *)sos->state)[i];
    }
}

void sk_sos_set_state(sk_sos *sos, const double *state) {
  if (sk_sos_state_count(sos) == 0) return;
  bool shifted = false;
  if (sos->precision == SK_F32_SINGLE) shifted = *state++ != 0;
  const size_t rows = sk_state_rows(sos->sections);
  // What idle lanes left in the padding goes too.
  memset(sos->state, 0, state_values(sos) * real_bytes(sos->precision));
  for (size_t r = 0; r < rows; r++)
    for (size_t c = 0; c < sos->channels; c++) {
      const size_t i = r * sos->stride + c;
      if (sos->precision == SK_F32_SINGLE) ((float *)sos->state)[i] = (float)*state++;
      else ((double *)sos->state)[i] = *state++;
    }
  if (sos->precision != SK_F32_SINGLE) return;
  const bool was = sos->shifted;
  sos->shifted = shifted;
  sos->kernels = sos->forms[shifted];
  if (!choose_form(sos) && shifted != was) sos->kernels->prepare(sos, 0, sos->sections);
}

sk_signal sk_sos_process(
  sk_sos *sos, const void *const *in, ptrdiff_t in_offset, void *const *out, ptrdiff_t out_offset, size_t frames) {
  if (frames == 0) return SK_ALL_FINITE;
  if (sos->sections == 0) {
    size_t cleaned = 0;
    for (size_t c = 0; c < sos->channels; c++)
      cleaned += sos->precision == SK_F64
        ? sk_sanitize_f64((double *)out[c] + out_offset, (const double *)in[c] + in_offset, frames)
        : sk_sanitize_f32((float *)out[c] + out_offset, (const float *)in[c] + in_offset, frames);
    return cleaned ? SK_CLEANED_INPUT : SK_ALL_FINITE;
  }
  const sk_control_word word = sk_flush_denormals();
  const sk_signal met = sos->kernels->process(sos, in, in_offset, out, out_offset, frames);
  sk_restore_control(word);
  return met;
}

const char *sk_sos_algorithm(const sk_sos *sos, size_t frames) {
  return sos->sections == 0 || sos->channels == 0 ? "copy" : sos->kernels->algorithm(sos, frames);
}
