// A delay with feedback. What is read lies `safe` frames back at least, so that as many frames are calculated side by
// side, up to a tile of 1024. A group runs one row, or all of them where a row's repeats go to the next one; nothing goes from group to
// group, and so the state is changed in place.
//
// line [rows][capacity], a circle with room for the distance and a tile. place: where its next frame is written, and the frames so far
// in two words. A time that stands still is read by taps, from some distance back on. There are two such paths, to cross-fade: fade is
// the share of the second one, a parameter (compressor_math.h); paths is `safe` | distance and number of taps, of the first and of the
// second | taps of the second [32]; those of the first are in the table. A time that moves has `phases` > 0:
// motion is center, depth and turns a frame | rows of 32 taps for the fractions 0, 1 / phases ... 1 [phases + 1][32].
// state [rows][2]: one number for each of the two filters of the loop, which are scanned over the group:
//   w = b0 u + z, z' = -a1 z + (b1 - a1 b0) u.
// table: feedback and mix (compressor_math.h) [2][16] | taps [32] | for each filter b0, b1, a1, b1 - a1 b0, (-a1)^(8 2^j) for
//   j = 0...6, (-a1)^(8 t) for t = 0...128 [2][140].
// mode: 0 each row its own repeats, 1 those of the row before, 2 the same with the mean of all inputs in the first row and none elsewhere.
#define D_THREADS 128
#define D_FRAMES 8
#define D_TILE (D_THREADS * D_FRAMES)

// sin(2 pi t): the Taylor series of degree 11 in a quarter of the circle, as the CPU's.
DEVICE double sine_of_turns(double t) {
  // Adding and taking away 1.5 * 2^52 rounds to the nearest whole number.
  const double f = t - ((t + 6755399441055744.0) - 6755399441055744.0), a = f < 0 ? -f : f;
  const double x = 6.283185307179586 * (a > 0.25 ? 0.5 - a : a), s = x * x;
  double p = -2.505210838544172e-08;
  p = FMA(p, s, 2.7557319223985893e-06);
  p = FMA(p, s, -1.984126984126984e-04);
  p = FMA(p, s, 8.333333333333333e-03);
  p = FMA(p, s, -1.6666666666666666e-01);
  p = FMA(p * s, x, x);
  return f < 0 ? -p : p;
}

KERNEL(D_THREADS) NAME(
    const GLOBAL REAL *x, GLOBAL REAL *y, GLOBAL double *line, GLOBAL double *state, const GLOBAL double *table,
    const GLOBAL double *motion, const GLOBAL double *paths, const GLOBAL double *fade,
    volatile GLOBAL u32 *place, volatile GLOBAL u32 *control, volatile GLOBAL u32 *counters,
    i64 x_offset, i64 x_stride, i64 y_offset, i64 y_stride, i64 frames, i64 capacity,
    int phases, int rows, int mode, int filtered, int check)
{
  SHARED double values[D_TILE + D_THREADS];
  SHARED double scan[2][D_THREADS];
  SHARED double coefficients[32], others[32];
  SHARED i64 drawn[8];
  const int thread = THREAD, mine = thread * (D_FRAMES + 1);
  if (thread < 32) others[thread] = paths[5 + thread];
  if (thread < 5) drawn[3 + thread] = (i64)paths[thread];
  if (thread == 0) {
    drawn[0] = (i64)LOAD_WORD(&place[0]);
    drawn[1] = (i64)LOAD_WORD(&control[2]);
    drawn[2] = (i64)LOAD_WORD(&place[1]) + ((i64)LOAD_WORD(&place[2]) << 32);
  }
  if (thread < 32) coefficients[thread] = table[2 * PARAMETER_WORDS + thread];
  BARRIER();
  const i64 position = drawn[0], elapsed = drawn[2], span = drawn[3] < D_TILE ? drawn[3] : D_TILE;
  const i64 distance = drawn[4], other_distance = drawn[6];
  const int taps = (int)drawn[5], other_taps = (int)drawn[7];
  const u32 epoch = (u32)drawn[1];
  const int first = mode == 0 ? GROUP : 0, end = mode == 0 ? first + 1 : rows, filters = filtered ? 2 : 0;

  for (i64 start = 0; start < frames; start += span) {
    const int count = frames - start < span ? (int)(frames - start) : (int)span;
    const i64 write = (position + start) % capacity, read = (write + capacity - distance) % capacity;
    const i64 other = (write + capacity - other_distance) % capacity;
    for (int row = first; row < end; ++row) {
      const GLOBAL double *circle = line + row * capacity;
      BARRIER();
      for (int i = thread; i < D_TILE; i += D_THREADS) {
        double sum = 0;
        if (i < count && phases > 0) {
          const double delay = FMA(motion[1], sine_of_turns(motion[2] * (double)(elapsed + start + i)), motion[0]);
          const i64 whole = (i64)delay;
          // The point lies `whole + 1` frames back and a fraction of a frame, above 0 and up to 1, forward again.
          const double phase = (1 - (delay - (double)whole)) * phases;
          const int below = (int)phase < phases ? (int)phase : phases - 1;
          const double between = phase - below;
          const GLOBAL double *low = motion + 3 + (i64)below * 32, *high = low + 32;
          const i64 from = (write + i + capacity - 16 - whole) % capacity;
          for (int k = 0; k < 32; ++k) {
            const i64 at = from + k;
            sum = FMA(FMA(between, high[k] - low[k], low[k]), circle[at < capacity ? at : at - capacity], sum);
          }
        } else if (i < count) {
          const double share = parameter_at(fade, (double)(start + i));
          double next = 0;
          for (int k = 0; k < taps && share < 1; ++k) {
            const i64 at = read + i + k;
            sum = FMA(coefficients[k], circle[at < capacity ? at : at - capacity], sum);
          }
          for (int k = 0; k < other_taps && share > 0; ++k) {
            const i64 at = other + i + k;
            next = FMA(others[k], circle[at < capacity ? at : at - capacity], next);
          }
          sum = FMA(share, next - sum, sum);
        }
        values[i + i / D_FRAMES] = sum;
      }
      BARRIER();
      for (int f = 0; f < filters; ++f) {
        const GLOBAL double *filter = table + 2 * PARAMETER_WORDS + 32 + 140 * f, *powers = filter + 11;
        const double b0 = filter[0], b1 = filter[1], a1 = filter[2], weight = filter[3];
        GLOBAL double *kept = state + 2 * row + f;
        const double base = *kept;
        double u[D_FRAMES], b = 0;
        for (int i = 0; i < D_FRAMES; ++i) {
          u[i] = values[mine + i];
          b = FMA(-a1, b, weight * u[i]);
        }
        scan[0][thread] = b;
        GLOBAL_BARRIER();
        for (int j = 0; j < 7; ++j) {
          const int step = 1 << j, from = j & 1, to = 1 - from;
          if (thread >= step) b = FMA(filter[4 + j], scan[from][thread - step], b);
          scan[to][thread] = b;
          BARRIER();
        }
        double z = thread == 0 ? base : FMA(powers[thread], base, scan[1][thread - 1]);
        const int left = count - thread * D_FRAMES;
        for (int i = 0; i < D_FRAMES; ++i) {
          const double w = FMA(b0, u[i], z);
          z = FMA(b1, u[i], -a1 * w);
          values[mine + i] = w;
          if (i + 1 == left) *kept = z;
        }
        GLOBAL_BARRIER();
      }
      const int target = mode == 0 ? row : row + 1 < rows ? row + 1 : 0;
      for (int i = thread; i < count; i += D_THREADS) {
        const i64 frame = start + i, at = write + i;
        const double w = values[i + i / D_FRAMES];
        const double dry = (double)clean_input(x[x_offset + row * x_stride + frame], check, counters);
        double fed = dry;
        if (mode == 1) fed = (double)clean_input(x[x_offset + target * x_stride + frame], check & CHECK_INPUT, counters);
        if (mode == 2) {
          fed = 0;
          if (target == 0) {
            for (int r = 0; r < rows; ++r) {
              fed = FMA((double)clean_input(x[x_offset + r * x_stride + frame], check & CHECK_INPUT, counters), 1.0 / rows, fed);
            }
          }
        }
        line[target * capacity + (at < capacity ? at : at - capacity)] = FMA(parameter_at(table, (double)frame), w, fed);
        const REAL out = (REAL)FMA(w - dry, parameter_at(table + PARAMETER_WORDS, (double)frame), dry);
        if (!ISFINITE(out)) ATOMIC_ADD(&counters[1], 1);
        y[y_offset + row * y_stride + frame] = out;
      }
    }
    GLOBAL_BARRIER();
  }
  // As FINISH_EPOCH, with the place.
  FENCE();
  BARRIER();
  if (thread == 0 && ATOMIC_ADD(&control[1], 1) + 1u == (u32)GROUPS) {
    STORE_WORD(&control[1], 0u);
    STORE_WORD(&place[0], (u32)((position + frames) % capacity));
    STORE_WORD(&place[1], (u32)(elapsed + frames));
    STORE_WORD(&place[2], (u32)((elapsed + frames) >> 32));
    STORE_RELEASE(&control[2], epoch + 1u);
  }
}
#undef D_THREADS
#undef D_FRAMES
#undef D_TILE
