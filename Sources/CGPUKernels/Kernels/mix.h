// y = a x1 + b x2 over rows of samples: gains, sums and copies. `two` is 0 where there is only x1.
KERNEL(128) NAME(
    const GLOBAL REAL *x1, const GLOBAL REAL *x2, GLOBAL REAL *y, volatile GLOBAL u32 *counters,
    i64 offset1, i64 stride1, i64 offset2, i64 stride2, i64 y_offset, i64 y_stride, i64 frames, double a, double b,
    int rows, int two, int check1, int check2)
{
  const i64 total = frames * rows;
  for (i64 i = (i64)GROUP * 128 + THREAD; i < total; i += (i64)GROUPS * 128) {
    const i64 row = i / frames, frame = i % frames;
    REAL out = (REAL)a * clean_input(x1[offset1 + row * stride1 + frame], check1, counters);
    if (two) out = FMA((REAL)b, clean_input(x2[offset2 + row * stride2 + frame], check2, counters), out);
    if (!ISFINITE(out)) ATOMIC_ADD(&counters[1], 1);
    y[y_offset + row * y_stride + frame] = out;
  }
}
