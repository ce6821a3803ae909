// The gains of a compressor: level, curve, held and smoothed reduction, each over tiles of 1024 frames, 8 to a thread.
//
// Each recursion is a row of steps y <- max(m, a y + b), and two of these are one of the same form. The level's mean square and the
// attack have m = 0, which changes nothing as all of this is 0 or above. What a thread's frames do is scanned over the group; the value
// at the end of a tile goes from tile to tile in their order, one number a recursion: the same sums in every run.
//
// An envelope has `keys` channels of key and keys + 2 recursions: a mean square a channel, the hold, the attack.
// state [2][envelopes][keys + 2]; prefixes and flags [tiles][envelopes][keys + 2]; gains [envelopes][frames].
// table: five parameters (compressor_math.h) in the order threshold, knee, slope, make-up, mix [5][16] | for window, hold, attack:
//   pole, rest, pole^(8 2^j) for j = 0...6, pole^(8 t) for t = 0...128 [3][138].
// peak: the largest reduction so far, as the bits of a float, which rise with it; compressor_gain.h shows it and begins anew.
// `alone`: a group an envelope runs all of its tiles, where groups must not wait for one another. Row `e * key_step + k` is channel k of
// the key of envelope e.
#define E_THREADS 128
#define E_FRAMES 8
#define E_TILE (E_THREADS * E_FRAMES)
#define E_TABLE 138

KERNEL(E_THREADS) NAME(
    const GLOBAL REAL *key, GLOBAL double *gains, GLOBAL double *state, const GLOBAL double *table,
    volatile GLOBAL double *prefixes, volatile GLOBAL u32 *flags, volatile GLOBAL u32 *control,
    volatile GLOBAL u32 *counters, volatile GLOBAL u32 *peak, i64 key_offset, i64 key_stride, i64 frames,
    int envelopes, int keys, int key_step, int tiles, int mean_square, int alone, int check)
{
  SHARED double tile_values[E_TILE + E_THREADS];
  SHARED double scan_m[2][E_THREADS], scan_b[2][E_THREADS];
  SHARED double carry;
  SHARED i64 drawn[3];
  const int thread = THREAD, mine = thread * (E_FRAMES + 1);
  if (thread == 0) {
    const u32 ticket = ATOMIC_ADD(&control[0], 1);
    drawn[0] = alone ? 0 : ticket / (u32)envelopes;
    drawn[1] = alone ? GROUP : ticket % (u32)envelopes;
    drawn[2] = (i64)LOAD_WORD(&control[2]);
  }
  BARRIER();
  const int first = (int)drawn[0], envelope = (int)drawn[1], last = alone ? tiles : first + 1;
  const u32 epoch = (u32)drawn[2], tag = epoch + 1u;
  const int passes = keys + 2;
  const GLOBAL double *state_in = state + ((i64)(epoch & 1u) * envelopes + envelope) * passes;
  GLOBAL double *state_out = state + ((i64)((epoch + 1u) & 1u) * envelopes + envelope) * passes;
  const GLOBAL REAL *source = key + key_offset + (i64)envelope * key_step * key_stride;

  for (int tile = first; tile < last; ++tile) {
    const i64 start = (i64)tile * E_TILE;
    const int count = frames - start < E_TILE ? (int)(frames - start) : E_TILE;
    const int ends = start + E_TILE >= frames;
    double level[E_FRAMES], value[E_FRAMES];
    UNROLL for (int i = 0; i < E_FRAMES; ++i) { level[i] = 0; value[i] = 0; }

    for (int pass = mean_square ? 0 : keys; pass < passes; ++pass) {
      const int is_hold = pass == keys, loads = pass < keys || (is_hold && !mean_square);
      const GLOBAL double *filter = table + 5 * PARAMETER_WORDS + (pass < keys ? 0 : is_hold ? 1 : 2) * E_TABLE;
      const GLOBAL double *powers = filter + 9;
      const double pole = filter[0], rest = filter[1];
      BARRIER();
      if (loads) {
        for (int i = thread; i < E_TILE; i += E_THREADS) {
          double most = 0;
          if (i < count) {
            if (is_hold) {
              for (int k = 0; k < keys; ++k) {
                const double x = (double)clean_input(source[k * key_stride + start + i], check, counters);
                const double size = x < 0 ? -x : x;
                most = size > most ? size : most;
              }
            } else {
              const double x = (double)clean_input(source[pass * key_stride + start + i], check, counters);
              // The square of more than this would not be finite.
              const double low = x > -1e150 ? x : -1e150, size = low < 1e150 ? low : 1e150;
              most = size * size;
            }
          }
          tile_values[i + i / E_FRAMES] = most;
        }
      }
      BARRIER();
      // Too long to be unrolled, and only what is unrolled stays in registers: it works on what this thread has in shared memory.
      if (is_hold) {
        if (mean_square) { UNROLL for (int i = 0; i < E_FRAMES; ++i) tile_values[mine + i] = level[i]; }
        for (int i = 0; i < E_FRAMES; ++i) {
          const double frame = (double)(start + thread * E_FRAMES + i);
          const double width = parameter_at(table + PARAMETER_WORDS, frame), rise = width * 0.5;
          const double bend = width > 0 ? 0.5 / width : 0;
          const double into = FMA(octaves(tile_values[mine + i]), mean_square ? 0.5 : 1.0, rise - parameter_at(table, frame));
          const double above = into - width > 0 ? into - width : 0;
          const double positive = into > 0 ? into : 0, knee = positive < width ? positive : width;
          tile_values[mine + i] = parameter_at(table + 2 * PARAMETER_WORDS, frame) * FMA(bend * knee, knee, above);
        }
      }
      if (pass <= keys) { UNROLL for (int i = 0; i < E_FRAMES; ++i) value[i] = tile_values[mine + i]; }

      // What this thread's frames do, and what all frames up to its last one do.
      double m = 0, b = 0;
      UNROLL for (int i = 0; i < E_FRAMES; ++i) {
        const double here = rest * value[i], moved = FMA(pole, m, here), least = is_hold ? value[i] : 0;
        m = moved > least ? moved : least;
        b = FMA(pole, b, here);
      }
      scan_m[0][thread] = m;
      scan_b[0][thread] = b;
      BARRIER();
      for (int j = 0; j < 7; ++j) {
        const int distance = 1 << j, from = j & 1, to = 1 - from;
        if (thread >= distance) {
          const double moved = FMA(filter[2 + j], scan_m[from][thread - distance], b);
          m = moved > m ? moved : m;
          b = FMA(filter[2 + j], scan_b[from][thread - distance], b);
        }
        scan_m[to][thread] = m;
        scan_b[to][thread] = b;
        BARRIER();
      }
      if (thread == 0) {
        const i64 slot = ((i64)tile * envelopes + envelope) * passes + pass;
        double base;
        if (tile == 0) {
          base = state_in[pass];
        } else {
          const i64 before = slot - (i64)envelopes * passes;
          while (LOAD_ACQUIRE(&flags[before]) != tag) { BACK_OFF(); }
          base = get_shared_double(prefixes, before);
        }
        carry = base;
        if (!ends) {
          const double moved = FMA(powers[E_THREADS], base, scan_b[1][E_THREADS - 1]);
          const double least = scan_m[1][E_THREADS - 1];
          put_shared_double(prefixes, slot, moved > least ? moved : least);
          FENCE();
          STORE_RELEASE(&flags[slot], tag);
        }
      }
      BARRIER();
      double y = carry;
      if (thread > 0) {
        const double moved = FMA(powers[thread], y, scan_b[1][thread - 1]), least = scan_m[1][thread - 1];
        y = moved > least ? moved : least;
      }
      const int left = count - thread * E_FRAMES;
      UNROLL for (int i = 0; i < E_FRAMES; ++i) {
        y = FMA(pole, y, rest * value[i]);
        if (is_hold && value[i] > y) y = value[i];
        value[i] = y;
        if (ends && i + 1 == left) state_out[pass] = y;
        if (pass < keys && y > level[i]) level[i] = y;
      }
    }
    double largest = 0;
    UNROLL for (int i = 0; i < E_FRAMES; ++i) {
      tile_values[mine + i] = value[i];
      if (thread * E_FRAMES + i < count && value[i] > largest) largest = value[i];
    }
    for (int i = 0; i < E_FRAMES; ++i) {
      const double frame = (double)(start + thread * E_FRAMES + i), reduction = tile_values[mine + i];
      const double share = parameter_at(table + 4 * PARAMETER_WORDS, frame);
      tile_values[mine + i] = FMA(share, power_of_two(parameter_at(table + 3 * PARAMETER_WORDS, frame) - reduction), 1 - share);
    }
    BARRIER();
    for (int i = thread; i < count; i += E_THREADS) gains[envelope * frames + start + i] = tile_values[i + i / E_FRAMES];
    scan_m[0][thread] = largest;
    for (int reach = E_THREADS / 2; reach > 0; reach /= 2) {
      BARRIER();
      if (thread < reach && scan_m[0][thread + reach] > scan_m[0][thread]) scan_m[0][thread] = scan_m[0][thread + reach];
    }
    if (thread == 0) ATOMIC_MAX(peak, BITS_OF_FLOAT((float)scan_m[0][0]));
  }
  FINISH_EPOCH(control, GROUPS);
}
#undef E_THREADS
#undef E_FRAMES
#undef E_TILE
#undef E_TABLE
