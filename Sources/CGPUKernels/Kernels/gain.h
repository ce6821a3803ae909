// Rows of samples times a parameter that may move (compressor_math.h).
KERNEL(128) NAME(
    const GLOBAL REAL *x, GLOBAL REAL *y, const GLOBAL double *table, volatile GLOBAL u32 *counters,
    i64 x_offset, i64 x_stride, i64 y_offset, i64 y_stride, i64 frames, int rows, int check)
{
  const i64 total = frames * rows;
  for (i64 i = (i64)GROUP * 128 + THREAD; i < total; i += (i64)GROUPS * 128) {
    const i64 row = i / frames, frame = i % frames;
    const double u = (double)clean_input(x[x_offset + row * x_stride + frame], check, counters);
    const REAL out = (REAL)(parameter_at(table, (double)frame) * u);
    if (!ISFINITE(out)) ATOMIC_ADD(&counters[1], 1);
    y[y_offset + row * y_stride + frame] = out;
  }
}
