// A cascade of second-order sections over whole tiles. Included once a phase; PHASE is
//   0 one launch: tiles hand their states on by a look-back in fixed order
//   1 reduce: each tile's end state from silence   2 (sos_carry.h) scans them   3 apply
// Groups of sections run one after another over samples that stay in registers.
KERNEL(THREADS) NAME(
    const GLOBAL REAL *x, GLOBAL REAL *y, GLOBAL double *state /* [2][groups][rows][N] */,
    const GLOBAL REAL *tables, const GLOBAL double *carries, volatile GLOBAL double *aggregates /* [groups][slots][N] */,
    volatile GLOBAL double *prefixes, volatile GLOBAL u32 *aggregate_flags, volatile GLOBAL u32 *prefix_flags,
    volatile GLOBAL u32 *control, volatile GLOBAL u32 *counters, const GLOBAL u32 *scan_shape, const GLOBAL i64 *rows_table,
    i64 x_offset, i64 x_stride, i64 y_offset, i64 y_stride, i64 frames, i64 slots,
    int rows, int tiles, int groups, int ragged, int check, int first_group)
{
  SHARED REAL samples[PADDED(TILE)];
  SHARED REAL table[TABLE_SIZE];
  SHARED REAL warp_end[WARPS][N];
  SHARED double partial[THREADS];
  SHARED double carry[N];
  SHARED i64 drawn[4];
  SHUFFLE_SCRATCH(REAL, THREADS * N)
  const int thread = THREAD, lane = thread & 31, warp = thread >> 5;

  if (thread == 0) {
#if PHASE == 0
    const u32 ticket = ATOMIC_ADD(&control[0], 1);
#else
    const u32 ticket = (u32)GROUP;
#endif
    i64 tile = ticket / (u32)rows, row = ticket % (u32)rows, base = ticket - row;
    if (ragged) {
      // Rows stand in the order of falling lengths: tile j exists in the first rows only, and starts[j] tickets come before it.
      const GLOBAL i64 *starts = rows_table + 3 * (i64)rows;
      i64 low = 0, high = tiles;
      while (high - low > 1) {
        const i64 middle = (low + high) / 2;
        if (starts[middle] <= (i64)ticket) low = middle; else high = middle;
      }
      tile = low; row = (i64)ticket - starts[low];
    }
    drawn[0] = tile; drawn[1] = row; drawn[2] = (i64)LOAD_WORD(&control[2]);
  }
  BARRIER();
  const int j = (int)drawn[0], row = (int)drawn[1];
  const u32 epoch = (u32)drawn[2], tag = epoch + 1u;
  const GLOBAL i64 *starts = rows_table + 3 * (i64)rows;
  const i64 length = ragged ? rows_table[2 * (i64)rows + row] : frames;
  const i64 start = (i64)j * TILE;
  const GLOBAL REAL *source = x + (ragged ? rows_table[row] : x_offset + row * x_stride) + start;
  GLOBAL REAL *target = y + (ragged ? rows_table[rows + row] : y_offset + row * y_stride) + start;
  const int count = length - start < TILE ? (int)(length - start) : TILE;
  const int is_last = start + TILE >= length;
  REAL v[N], before[N], mine[PER_THREAD];

  for (int i = thread; i < TILE; i += THREADS) {
    samples[PADDED(i)] = i < count ? clean_input(source[i], check, counters) : (REAL)0;
  }
  BARRIER();
  UNROLL for (int i = 0; i < PER_THREAD; ++i) mine[i] = samples[thread * (PER_THREAD + 1) + i];

  for (int g = first_group; g < first_group + groups; ++g) {
    const GLOBAL double *carries_here = carries + (i64)g * CARRY_SIZE;
    const GLOBAL double *warp_powers = carries_here + SECTIONS;
    const GLOBAL double *tile_powers = warp_powers + WARPS * N * N;
    const GLOBAL REAL *table_here = tables + (i64)g * TABLE_SIZE;
    BARRIER();
    for (int i = thread; i < TABLE_SIZE; i += THREADS) table[i] = table_here[i];
    BARRIER();
    const LOCAL REAL *weights = table + 6 * SECTIONS;
    const LOCAL REAL *powers = weights + PER_THREAD * N;

    // The end state of this thread's samples from silence.
    UNROLL for (int r = 0; r < N; ++r) v[r] = 0;
    UNROLL for (int i = 0; i < PER_THREAD; ++i) {
      UNROLL for (int r = 0; r < N; ++r) v[r] = FMA(weights[i * N + r], mine[i], v[r]);
    }
    // An inclusive scan over the warp, and what came before each thread.
    SCAN_STEP(0) SCAN_STEP(1) SCAN_STEP(2) SCAN_STEP(3) SCAN_STEP(4)
    if (lane == 31) { UNROLL for (int r = 0; r < N; ++r) warp_end[warp][r] = v[r]; }
    SHUFFLE_UP(before, v, N, 1);
    if (lane == 0) { UNROLL for (int r = 0; r < N; ++r) before[r] = 0; }
    BARRIER();
    const i64 group_base = (i64)g * slots;
#define SLOT(tile_) (group_base + (ragged ? starts[tile_] : (i64)(tile_) * rows) + row)
    const i64 slot = SLOT(j);
#if PHASE != 3
    // The tile's end state, sum over warps of (A^(32 P))^(WARPS - 1 - w) times the warp's: a thread for each (row, warp).
    if (thread < N * WARPS) {
      const int r = thread % N, w = thread / N;
      double sum = 0;
      for (int q = 0; q < N; ++q) {
        sum = FMA(warp_powers[((WARPS - 1 - w) * N + r) * N + q], (double)warp_end[w][q], sum);
      }
      partial[thread] = sum;
    }
#ifndef PLANTED_RACE
    BARRIER();
#endif
    if (thread < N) {
      double sum = partial[thread];
      for (int w = 1; w < WARPS; ++w) sum += partial[w * N + thread];
      put_shared_double(aggregates, slot * N + thread, sum);
    }
#endif
#if PHASE == 0
    FENCE(); BARRIER();
    if (thread == 0) STORE_RELEASE(&aggregate_flags[slot], tag);
    const GLOBAL double *state_in = state + ((i64)((epoch & 1u) * (u32)groups + (u32)g) * rows + row) * N;
    GLOBAL double *state_out = state + ((i64)(((epoch + 1u) & 1u) * (u32)groups + (u32)g) * rows + row) * N;
    const int window = (int)scan_shape[0], anchored = (int)scan_shape[1];
    // carry = (A^L)^d base + sum over i < d of (A^L)^i aggregate(j - 1 - i), summed in a fixed order.
    const int d = anchored ? (j == 0 ? 0 : (j - 1) % window + 1) : (j < window ? j : window);
    const int publishes = anchored && d == window && !is_last;
    const int r = thread % N, i0 = thread / N, lanes = THREADS / N;
    double sum = 0;
    if (i0 < lanes) {
      for (int i = i0; i < d; i += lanes) {
        const i64 other = SLOT(j - 1 - i);
        while (LOAD_ACQUIRE(&aggregate_flags[other]) != tag) { BACK_OFF(); }
        for (int q = 0; q < N; ++q) {
          sum = FMA(tile_powers[(i * N + r) * N + q], get_shared_double(aggregates, other * N + q), sum);
        }
      }
    }
    BARRIER();
    partial[thread] = sum;
    BARRIER();
    if (thread < N) {
      double total = 0;
      for (int i = (d < lanes ? d : lanes) - 1; i >= 0; --i) total += partial[i * N + thread];
      if (j == d) {
        // The base is the stream's state: z of the plain form, so that w1 = z1 and w2 = z2 + theta z1.
        for (int q = 0; q < N; ++q) {
          const double shifted = q & 1 ? FMA(carries_here[q / 2], state_in[q - 1], state_in[q]) : state_in[q];
          total = FMA(tile_powers[(d * N + thread) * N + q], shifted, total);
        }
      } else if (anchored) {
        const i64 anchor = SLOT(j - d);
        while (LOAD_ACQUIRE(&prefix_flags[anchor]) != tag) { BACK_OFF(); }
        for (int q = 0; q < N; ++q) {
          total = FMA(tile_powers[(d * N + thread) * N + q], get_shared_double(prefixes, anchor * N + q), total);
        }
      }
      carry[thread] = total;
      if (publishes) put_shared_double(prefixes, slot * N + thread, total);
    }
    FENCE(); BARRIER();
    if (publishes && thread == 0) STORE_RELEASE(&prefix_flags[slot], tag);
    BARRIER();
#elif PHASE == 3
    GLOBAL double *state_out = state + ((i64)((epoch & 1u) * (u32)scan_shape[2] + (u32)g) * rows + row) * N;
    if (thread < N) carry[thread] = prefixes[slot * N + thread];
    BARRIER();
#endif
#if PHASE != 1
    // From the tile's carry to this thread's: over the warps before, then by the bits of the lane.
    UNROLL for (int k = 0; k < N; ++k) v[k] = (REAL)carry[k];
    for (int w = 0; w < warp; ++w) {
      REAL u[N];
      UNROLL for (int k = 0; k < N; ++k) { u[k] = v[k]; v[k] = warp_end[w][k]; }
      multiply_add(v, powers + 5 * N * N, u);
    }
    UNROLL for (int bit = 0; bit < 5; ++bit) if ((lane >> bit) & 1) {
      REAL u[N];
      UNROLL for (int k = 0; k < N; ++k) { u[k] = v[k]; v[k] = 0; }
      multiply_add(v, powers + bit * N * N, u);
    }
    UNROLL for (int k = 0; k < N; ++k) v[k] += before[k];
    // The cascade itself over this thread's samples, from the true state.
    const int left = count - thread * PER_THREAD;
    UNROLL for (int i = 0; i < PER_THREAD; ++i) {
      REAL u = mine[i];
      UNROLL for (int k = 0; k < SECTIONS; ++k) {
        const LOCAL REAL *c = table + 6 * k;
        const REAL out = FMA(c[1], u, v[2 * k]);
        v[2 * k] = FMA(c[0], v[2 * k], FMA(c[2], u, FMA(-c[4], out, v[2 * k + 1])));
        v[2 * k + 1] = FMA(c[0], v[2 * k + 1], FMA(c[3], u, -c[5] * out));
        u = out;
      }
      mine[i] = u;
      if (is_last && i + 1 == left) {
        UNROLL for (int k = 0; k < SECTIONS; ++k) {
          state_out[2 * k] = (double)v[2 * k];
          state_out[2 * k + 1] = FMA(-carries_here[k], (double)v[2 * k], (double)v[2 * k + 1]);
        }
      }
    }
#endif
  }
#if PHASE != 1
  UNROLL for (int i = 0; i < PER_THREAD; ++i) samples[thread * (PER_THREAD + 1) + i] = mine[i];
  BARRIER();
  for (int i = thread; i < count; i += THREADS) {
    const REAL out = samples[PADDED(i)];
    if (!ISFINITE(out)) ATOMIC_ADD(&counters[1], 1);
    target[i] = out;
  }
#endif
#if PHASE == 0
  FINISH_EPOCH(control, GROUPS);
#endif
}
#undef SLOT
