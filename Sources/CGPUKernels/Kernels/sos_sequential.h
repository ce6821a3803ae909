// A cascade of second-order sections with one thread a row: for very many rows, and for very short signals.
//
// Samples go through shared memory in pieces, so that global memory is read and written in runs. The same tables and the same state
// as sos_scan.h; the state is changed in place, and the epoch stays. It calculates in double, whatever the samples are: over a long
// signal the roundings of a single-precision state add up to some -118 dB at low corner frequencies, and what is short is bound by
// the launch, not by the arithmetic.
//
// Of rows of different lengths (`ragged`, sos_tables.h) those from `first_row` on are run: the short ones at the end of a launch whose
// other rows are scanned. A scan changes the halves of the state, so that theirs is written into both.
#define PIECE 32

KERNEL(64) NAME(
    const GLOBAL REAL *x, GLOBAL REAL *y, GLOBAL double *state, const GLOBAL REAL *tables, const GLOBAL double *carries,
    const GLOBAL u32 *control, volatile GLOBAL u32 *counters, const GLOBAL i64 *rows_table,
    i64 x_offset, i64 x_stride, i64 y_offset, i64 y_stride, i64 frames, int rows, int groups, int first_row, int ragged,
    int check)
{
  SHARED REAL piece[64 * (PIECE + 1)];
  SHARED double table[6 * SECTIONS];
  const int thread = THREAD, first = first_row + GROUP * 64, row = first + thread;
  const int here = rows - first < 64 ? rows - first : 64;
  const u32 parity = control[2] & 1u;
  const GLOBAL i64 *lengths = rows_table + 2 * (i64)rows;
  // Lengths fall.
  const i64 longest = ragged ? lengths[first] : frames;
  const i64 length = ragged && row < rows ? lengths[row] : frames;
  for (int g = 0; g < groups; ++g) {
    BARRIER();
    if (thread < 6 * SECTIONS) table[thread] = (double)tables[(i64)g * TABLE_SIZE + thread];
    const GLOBAL double *theta = carries + (i64)g * CARRY_SIZE;
    GLOBAL double *stored = state + ((i64)(parity * (u32)groups + (u32)g) * rows + row) * N;
    double v[N];
    UNROLL for (int k = 0; k < N; ++k) v[k] = 0;
    if (row < rows) {
      UNROLL for (int k = 0; k < SECTIONS; ++k) {
        v[2 * k] = stored[2 * k];
        v[2 * k + 1] = FMA(theta[k], stored[2 * k], stored[2 * k + 1]);
      }
    }
    for (i64 start = 0; start < longest; start += PIECE) {
      const i64 left = length - start;
      const int count = left < 0 ? 0 : left < PIECE ? (int)left : PIECE;
      BARRIER();
      for (int i = thread; i < here * PIECE; i += 64) {
        const int r = i / PIECE, f = i % PIECE;
        if (start + f < (ragged ? lengths[first + r] : frames)) {
          const i64 from = ragged ? rows_table[first + r] : x_offset + (first + r) * x_stride;
          const i64 to = ragged ? rows_table[(i64)rows + first + r] : y_offset + (first + r) * y_stride;
          piece[r * (PIECE + 1) + f] = g == 0 ? clean_input(x[from + start + f], check, counters) : y[to + start + f];
        }
      }
      BARRIER();
      if (row < rows) {
        for (int f = 0; f < count; ++f) {
          double u = (double)piece[thread * (PIECE + 1) + f];
          UNROLL for (int k = 0; k < SECTIONS; ++k) {
            const LOCAL double *c = table + 6 * k;
            const double out = FMA(c[1], u, v[2 * k]);
            v[2 * k] = FMA(c[0], v[2 * k], FMA(c[2], u, FMA(-c[4], out, v[2 * k + 1])));
            v[2 * k + 1] = FMA(c[0], v[2 * k + 1], FMA(c[3], u, -c[5] * out));
            u = out;
          }
          piece[thread * (PIECE + 1) + f] = (REAL)u;
        }
      }
      BARRIER();
      for (int i = thread; i < here * PIECE; i += 64) {
        const int r = i / PIECE, f = i % PIECE;
        if (start + f < (ragged ? lengths[first + r] : frames)) {
          const i64 to = ragged ? rows_table[(i64)rows + first + r] : y_offset + (first + r) * y_stride;
          const REAL out = piece[r * (PIECE + 1) + f];
          if (g + 1 == groups && !ISFINITE(out)) ATOMIC_ADD(&counters[1], 1);
          y[to + start + f] = out;
        }
      }
    }
    if (row < rows) {
      UNROLL for (int k = 0; k < SECTIONS; ++k) {
        stored[2 * k] = v[2 * k];
        stored[2 * k + 1] = FMA(-theta[k], v[2 * k], v[2 * k + 1]);
      }
      if (ragged) {
        GLOBAL double *other = state + ((i64)((parity ^ 1u) * (u32)groups + (u32)g) * rows + row) * N;
        UNROLL for (int k = 0; k < N; ++k) other[k] = stored[k];
      }
    }
  }
}
