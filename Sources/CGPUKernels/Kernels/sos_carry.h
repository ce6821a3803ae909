// The second phase of the three-phase scan: from the tiles' end states to the state that each tile starts with. A thread a row.
// The tables are those of sos_tables.h.
KERNEL(64) NAME(
    const GLOBAL double *state, const GLOBAL double *carries, const GLOBAL double *aggregates, GLOBAL double *prefixes,
    const GLOBAL u32 *control, const GLOBAL u32 *scan_shape, i64 slots, int rows, int tiles, int group)
{
  const int row = GROUP * 64 + THREAD;
  if (row >= rows) return;
  const GLOBAL double *theta = carries + (i64)group * CARRY_SIZE;
  const GLOBAL double *power = theta + SECTIONS + (WARPS + 1) * N * N;
  const GLOBAL double *old = state + ((i64)((control[2] & 1u) * scan_shape[2] + (u32)group) * rows + row) * N;
  double carry[N], next[N];
  for (int q = 0; q < N; ++q) carry[q] = q & 1 ? FMA(theta[q / 2], old[q - 1], old[q]) : old[q];
  for (int j = 0; j < tiles; ++j) {
    const i64 slot = (i64)group * slots + (i64)j * rows + row;
    for (int r = 0; r < N; ++r) {
      double sum = aggregates[slot * N + r];
      for (int q = 0; q < N; ++q) sum = FMA(power[r * N + q], carry[q], sum);
      next[r] = sum;
    }
    for (int r = 0; r < N; ++r) { prefixes[slot * N + r] = carry[r]; carry[r] = next[r]; }
  }
}
