// Finite taps by their definition, y(n) = sum of h(k) x(n - k); with one tap of 1 at k = D a delay of D frames.
//
// history [2][rows][H]: the last H = (first tap + taps - 1) frames before this block, oldest first; the launch reads one half and
// writes the other. The sum of every 32 products is added to a sum of sums: single precision then loses no more than some bits,
// however many taps there are. `first_tap` zeros come before taps[0].
// Taps that change (`live`) are two lists of as many [2][taps], and fade is the share of the second one, a parameter (compressor_math.h).
KERNEL(128) NAME(
    const GLOBAL REAL *x, GLOBAL REAL *y, GLOBAL REAL *history, const GLOBAL REAL *taps, volatile GLOBAL u32 *control,
    volatile GLOBAL u32 *counters, const GLOBAL double *fade, i64 x_offset, i64 x_stride, i64 y_offset, i64 y_stride, i64 frames, i64 first_tap,
    i64 count, int rows, int live, int check)
{
  SHARED u32 started;
  const int thread = THREAD;
  if (thread == 0) started = LOAD_WORD(&control[2]);
  BARRIER();
  const u32 epoch = started;
  const i64 depth = first_tap + count - 1;
  const GLOBAL REAL *past = history + (i64)(epoch & 1u) * rows * depth;
  GLOBAL REAL *next = history + (i64)((epoch + 1u) & 1u) * rows * depth;
  const i64 total = frames * rows, step = (i64)GROUPS * 128;
  for (i64 i = (i64)GROUP * 128 + thread; i < total; i += step) {
    const i64 row = i / frames, frame = i % frames;
    const GLOBAL REAL *here = x + x_offset + row * x_stride;
    const REAL share = live ? (REAL)parameter_at(fade, (double)frame) : (REAL)0;
    const int first_list = share < 1 ? 0 : 1, lists = share > 0 ? 2 : 1;
    REAL sum = 0;
    for (int list = first_list; list < lists; ++list) {
      const GLOBAL REAL *h = taps + list * count;
      REAL whole = 0;
      for (i64 k = 0; k < count; k += 32) {
        REAL part = 0;
        const i64 end = k + 32 < count ? k + 32 : count;
        for (i64 t = k; t < end; ++t) {
          const i64 at = frame - first_tap - t;
          const int first = t + first_tap == 0 && list == first_list;
          const REAL u = at >= 0 ? clean_input(here[at], first ? check : check & CHECK_INPUT, counters)
                                 : past[row * depth + depth + at];
          part = FMA(h[t], u, part);
        }
        whole += part;
      }
      sum = list == first_list ? whole : FMA(share, whole - sum, sum);
    }
    if (!ISFINITE(sum)) ATOMIC_ADD(&counters[1], 1);
    y[y_offset + row * y_stride + frame] = sum;
  }
  for (i64 i = (i64)GROUP * 128 + thread; i < depth * rows; i += step) {
    const i64 row = i / depth, at = frames - depth + i % depth;
    next[row * depth + i % depth] = at >= 0
        ? clean_input(x[x_offset + row * x_stride + at], first_tap > 0 ? check : check & CHECK_INPUT, counters)
        : past[row * depth + depth + at];
  }
  FINISH_EPOCH(control, GROUPS);
}
