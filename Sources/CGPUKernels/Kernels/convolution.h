// Long finite responses by transforms: partitions of B taps on a grid of the stream, in one launch.
//
// Two neighbouring cells of B real frames are one residue modulo z^B - i, B complex numbers x(n) + i x(n + B). Products of such residues
// are negacyclic convolutions of length 2 B, whose second half is what this cell hears of one partition; as that does not depend on
// frames to come, a cell that is not full yet is calculated with zeros in their place, and again when more has arrived. The transform
// decimates in frequency and leaves its output in the order in which the inverse, by decimation in time, takes it.
//
// Work is drawn by tickets, in this order, so that whoever waits, waits for a group that has started: a transform for each (input,
// cell), then for each (output, cell, slice of bins) the sum over routes and partitions, then a transform back for each (output, cell).
// `phase` is 0 for all of it in one launch, or 1, 2, 3 for one of these kinds a launch, where groups must not wait for one another.
//
// history [2][inputs][2 B], oldest first. spectra [inputs][ring][2][B]. responses [..][partitions][2][B], divided by B. sums
// [outputs][room][2][B]. tables: cos and -sin of 2 pi k / B [2][B / 2] | cos and sin of pi n / (2 B) [2][B].
// routes: where those of each output begin [outputs + 1] | input, response [..][2]. flags [inputs][room] | [outputs][room][SLICES].
// place: frames so far, modulo ring x B.
// Responses that change are two lists, `list_stride` numbers apart, with sums of their own: sums [lists][outputs].. and their flags. fade
// is the share of the second one, a parameter (compressor_math.h); a list that is not heard in a block costs nothing.
#define C_THREADS 128
#define B 2048
#define LOG2_B 11
#define SLICE 256
#define SLICES (B / SLICE)

KERNEL(C_THREADS) NAME(
    const GLOBAL REAL *x, GLOBAL REAL *y, GLOBAL REAL *history, GLOBAL REAL *spectra, const GLOBAL REAL *responses,
    GLOBAL REAL *sums, const GLOBAL REAL *tables, const GLOBAL u32 *routes, volatile GLOBAL u32 *flags,
    volatile GLOBAL u32 *place, volatile GLOBAL u32 *control, volatile GLOBAL u32 *counters, const GLOBAL double *fade,
    i64 x_offset, i64 x_stride, i64 y_offset, i64 y_stride, i64 frames,
    i64 list_stride, int inputs, int outputs, int first_partition, int partitions, int ring, int room, int lists, int phase, int check)
{
  SHARED REAL re[B], im[B];
  SHARED i64 drawn[5];
  const int thread = THREAD;
  if (thread == 0) {
    drawn[0] = phase == 0 ? (i64)ATOMIC_ADD(&control[0], 1) : (i64)GROUP;
    drawn[1] = (i64)LOAD_WORD(&control[2]);
    drawn[2] = (i64)LOAD_WORD(&place[0]);
    const double from = lists > 1 ? parameter_at(fade, 0.0) : 0, to = lists > 1 ? parameter_at(fade, (double)(frames - 1)) : 0;
    drawn[3] = from < 1 || to < 1 ? 0 : 1;
    drawn[4] = from > 0 || to > 0 ? 2 : 1;
  }
  BARRIER();
  // The lists that are heard.
  const int first_list = (int)drawn[3], end_list = (int)drawn[4];
  const u32 epoch = (u32)drawn[1], tag = epoch + 1u;
  const i64 position = drawn[2], into = position % B;
  const int first_cell = (int)(position / B), cells = (int)((into + frames + B - 1) / B);
  // What this group does: 0 transforms, 1 sums, 2 transforms back, 3 nothing.
  i64 index = drawn[0];
  int kind = phase == 0 ? 0 : phase - 1, cell = 0, row = 0, slice = 0;
  if (phase == 0 && index >= (i64)inputs * cells) {
    kind = 1;
    index -= (i64)inputs * cells;
    if (index >= (i64)lists * outputs * cells * SLICES) { kind = 2; index -= (i64)lists * outputs * cells * SLICES; }
  }
  if (kind == 1) { slice = (int)(index % SLICES); index /= SLICES; }
  const int rows = kind == 0 ? inputs : kind == 1 ? lists * outputs : outputs;
  row = (int)(index % rows);
  cell = (int)(index / rows);
  const int of_list = kind == 1 ? row / outputs : 0, output = kind == 1 ? row % outputs : row;
  if (cell >= cells || (kind == 1 && (of_list < first_list || of_list >= end_list))) kind = 3;
  volatile GLOBAL u32 *sum_flags = flags + (i64)inputs * room;
  // The cell's first frame, counted from the block's.
  const i64 start = (i64)cell * B - into;
  const GLOBAL REAL *past = history + (i64)(epoch & 1u) * inputs * (2 * B);

  if (phase == 0 && kind == 1) {
    const int begin = (int)routes[output], count = (int)routes[output + 1] - begin;
    for (int i = thread; i < count * (cell + 1); i += C_THREADS) {
      const int input = (int)routes[outputs + 1 + 2 * (begin + i / (cell + 1))];
      while (LOAD_ACQUIRE(&flags[(i64)input * room + i % (cell + 1)]) != tag) { BACK_OFF(); }
    }
  }
  if (phase == 0 && kind == 2) {
    for (int list = first_list; list < end_list; ++list) {
      for (int i = thread; i < SLICES; i += C_THREADS) {
        const i64 slot = (i64)(list * outputs + row) * room + cell;
        while (LOAD_ACQUIRE(&sum_flags[slot * SLICES + i]) != tag) { BACK_OFF(); }
      }
    }
  }
  FENCE();
  GLOBAL_BARRIER();
  if (kind == 0) {
    const GLOBAL REAL *source = x + x_offset + row * x_stride, *before = past + (i64)row * (2 * B) + 2 * B;
    for (int n = thread; n < B; n += C_THREADS) {
      const i64 early = start - B + n, late = start + n;
      const REAL a = early >= frames ? (REAL)0 : early >= 0 ? clean_input(source[early], check & CHECK_INPUT, counters) : before[early];
      const REAL b = late >= frames ? (REAL)0 : late >= 0 ? clean_input(source[late], check, counters) : before[late];
      const REAL c = tables[B + n], s = tables[2 * B + n];
      re[n] = FMA(a, c, -b * s);
      im[n] = FMA(a, s, b * c);
    }
  }
  const int begin_list = kind == 2 ? first_list : 0, stop_list = kind == 2 ? end_list : 1;
  for (int list = begin_list; list < stop_list; ++list) {
    if (kind == 2) {
      const GLOBAL REAL *sum = sums + ((i64)(list * outputs + row) * room + cell) * (2 * B);
      for (int n = thread; n < B; n += C_THREADS) { re[n] = sum[n]; im[n] = sum[B + n]; }
    }
    BARRIER();
    const int stages = kind == 0 || kind == 2 ? LOG2_B : 0;
    for (int stage = 0; stage < stages; ++stage) {
      const int bits = kind == 0 ? LOG2_B - 1 - stage : stage, distance = 1 << bits;
      for (int i = thread; i < B / 2; i += C_THREADS) {
        const int k = i & (distance - 1), low = ((i >> bits) << (bits + 1)) + k, high = low + distance;
        const REAL c = tables[(k << (LOG2_B - 1 - bits))], s = tables[B / 2 + (k << (LOG2_B - 1 - bits))];
        const REAL ur = re[low], ui = im[low], vr = re[high], vi = im[high];
        if (kind == 0) {
          const REAL dr = ur - vr, di = ui - vi;
          re[low] = ur + vr; im[low] = ui + vi;
          re[high] = FMA(dr, c, -di * s); im[high] = FMA(dr, s, di * c);
        } else {
          const REAL tr = FMA(vr, c, vi * s), ti = FMA(vi, c, -vr * s);
          re[low] = ur + tr; im[low] = ui + ti;
          re[high] = ur - tr; im[high] = ui - ti;
        }
      }
      BARRIER();
    }
    if (kind == 2) {
      GLOBAL REAL *target = y + y_offset + row * y_stride;
      for (int n = thread; n < B; n += C_THREADS) {
        const i64 at = start + n;
        if (at >= 0 && at < frames) {
          const REAL here = FMA(im[n], tables[B + n], -re[n] * tables[2 * B + n]);
          // Where two are heard the first one stands there.
          const REAL out = list == begin_list ? here : FMA((REAL)parameter_at(fade, (double)at), here - target[at], target[at]);
          if (list + 1 == stop_list && !ISFINITE(out)) ATOMIC_ADD(&counters[1], 1);
          target[at] = out;
        }
      }
    }
    BARRIER();
  }
  if (kind == 0) {
    GLOBAL REAL *spectrum = spectra + ((i64)row * ring + (first_cell + cell) % ring) * (2 * B);
    for (int n = thread; n < B; n += C_THREADS) { spectrum[n] = re[n]; spectrum[B + n] = im[n]; }
  }
  if (kind == 1) {
    GLOBAL REAL *sum = sums + ((i64)row * room + cell) * (2 * B);
    for (int bin = slice * SLICE + thread; bin < (slice + 1) * SLICE; bin += C_THREADS) {
      REAL sum_re = 0, sum_im = 0;
      for (u32 route = routes[output]; route < routes[output + 1]; ++route) {
        const GLOBAL REAL *from = spectra + (i64)routes[outputs + 1 + 2 * route] * ring * (2 * B) + bin;
        const GLOBAL REAL *by = responses + of_list * list_stride + (i64)routes[outputs + 2 + 2 * route] * partitions * (2 * B) + bin;
        int slot = (first_cell + cell + ring - first_partition) % ring;
        // Sixteen products at a time, as a sum of very many would lose bits in single precision.
        for (int p = first_partition; p < partitions; p += 16) {
          const int end = p + 16 < partitions ? p + 16 : partitions;
          REAL part_re = 0, part_im = 0;
          for (int q = p; q < end; ++q) {
            const GLOBAL REAL *u = from + (i64)slot * (2 * B), *h = by + (i64)q * (2 * B);
            part_re = FMA(u[0], h[0], FMA(-u[B], h[B], part_re));
            part_im = FMA(u[0], h[B], FMA(u[B], h[0], part_im));
            slot = slot == 0 ? ring - 1 : slot - 1;
          }
          sum_re += part_re;
          sum_im += part_im;
        }
      }
      sum[bin] = sum_re;
      sum[B + bin] = sum_im;
    }
  }
  if (phase < 2) {
    GLOBAL REAL *next = history + (i64)((epoch + 1u) & 1u) * inputs * (2 * B);
    for (i64 i = (i64)GROUP * C_THREADS + thread; i < (i64)inputs * (2 * B); i += (i64)GROUPS * C_THREADS) {
      const i64 input = i / (2 * B), at = frames - 2 * B + i % (2 * B);
      next[i] = at >= 0 ? clean_input(x[x_offset + input * x_stride + at], check & CHECK_INPUT, counters)
                        : past[input * (2 * B) + 2 * B + at];
    }
  }
  FENCE();
  GLOBAL_BARRIER();
  if (thread == 0 && phase == 0) {
    if (kind == 0) STORE_RELEASE(&flags[(i64)row * room + cell], tag);
    if (kind == 1) STORE_RELEASE(&sum_flags[((i64)row * room + cell) * SLICES + slice], tag);
  }
  // As FINISH_EPOCH, with the place.
  if (thread == 0 && (phase == 0 || phase == 3)) {
    if (ATOMIC_ADD(&control[1], 1) + 1u == (u32)GROUPS) {
      STORE_WORD(&control[0], 0u);
      STORE_WORD(&control[1], 0u);
      STORE_WORD(&place[0], (u32)((position + frames) % ((i64)ring * B)));
      STORE_RELEASE(&control[2], epoch + 1u);
    }
  }
}
#undef C_THREADS
#undef B
#undef LOG2_B
#undef SLICE
#undef SLICES
