// The sound of a compressor times its gains [envelopes][frames], behind a delay by which the level is seen in advance.
// The largest reduction of the block goes from `peak` (compressor_envelope.h) to the word `meter` of the counters.
// history [2][rows][delay]: the last frames before this block, oldest first; the launch reads one half and writes the other.
KERNEL(128) NAME(
    const GLOBAL REAL *x, GLOBAL REAL *y, GLOBAL REAL *history, const GLOBAL double *gains, volatile GLOBAL u32 *control,
    volatile GLOBAL u32 *counters, volatile GLOBAL u32 *peak, i64 x_offset, i64 x_stride, i64 y_offset, i64 y_stride,
    i64 frames, i64 delay, int rows, int is_linked, int check, int meter)
{
  SHARED u32 started;
  const int thread = THREAD;
  if (thread == 0) started = LOAD_WORD(&control[2]);
  if (thread == 0 && GROUP == 0) {
    STORE_WORD(&counters[meter], LOAD_WORD(peak));
    STORE_WORD(peak, 0u);
  }
  BARRIER();
  const u32 epoch = started;
  const GLOBAL REAL *past = history + (i64)(epoch & 1u) * rows * delay;
  GLOBAL REAL *next = history + (i64)((epoch + 1u) & 1u) * rows * delay;
  const i64 step = (i64)GROUPS * 128;
  for (i64 i = (i64)GROUP * 128 + thread; i < frames * rows; i += step) {
    const i64 row = i / frames, frame = i % frames, at = frame - delay;
    const REAL u = at >= 0 ? clean_input(x[x_offset + row * x_stride + at], delay > 0 ? check & CHECK_INPUT : check, counters)
                           : past[row * delay + frame];
    const REAL out = (REAL)((double)u * gains[(is_linked ? 0 : row * frames) + frame]);
    if (!ISFINITE(out)) ATOMIC_ADD(&counters[1], 1);
    y[y_offset + row * y_stride + frame] = out;
  }
  // What is delayed is counted where it comes in.
  if (delay > 0 && (check & COUNT_INPUT)) {
    for (i64 i = (i64)GROUP * 128 + thread; i < frames * rows; i += step) {
      clean_input(x[x_offset + i / frames * x_stride + i % frames], check, counters);
    }
  }
  for (i64 i = (i64)GROUP * 128 + thread; i < delay * rows; i += step) {
    const i64 row = i / delay, at = frames - delay + i % delay;
    next[i] = at >= 0 ? clean_input(x[x_offset + row * x_stride + at], check & CHECK_INPUT, counters)
                      : past[row * delay + delay + at];
  }
  FINISH_EPOCH(control, GROUPS);
}
